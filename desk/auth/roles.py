"""Who is signed in, and what the four roles may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The four roles (角色); an administrator may everything that any other role may."""

    AGENT = "agent"  # 坐席: own calls
    SUPERVISOR = "supervisor"  # 班长: all calls, listening in, full numbers
    OPERATIONS = "operations"  # 运营: figures, notices, work orders; no live calls
    ADMIN = "admin"  # 管理员


@dataclass(frozen=True, slots=True)
class Account:
    """A person, or a program with an API key; ``device`` is ``browser`` or the SIP URI of a desk telephone.

    ``session`` is the hash that names the session row, empty for programs.
    """

    account_id: str
    name: str
    display: str
    role: Role
    skills: tuple[str, ...] = ()
    device: str = "browser"
    must_change: bool = False
    disabled: bool = False
    session: str = ""

    @property
    def is_program(self) -> bool:
        """Whether an API key acts, not a person."""
        return not self.session

    @property
    def sees_numbers(self) -> bool:
        """Whether whole telephone numbers may be shown; the others see the masked form."""
        return self.role in (Role.SUPERVISOR, Role.ADMIN)

    @property
    def leads(self) -> bool:
        """Whether this account may act on other people's calls."""
        return self.role in (Role.SUPERVISOR, Role.ADMIN)

    def may(self, *roles: Role | str) -> bool:
        """Whether one of the roles is held; no role at all means that anybody signed in may."""
        return not roles or self.role is Role.ADMIN or self.role in roles

    def shown(self) -> dict[str, object]:
        """Return what the account's owner and administrators see."""
        return {
            "id": self.account_id,
            "name": self.name,
            "display": self.display,
            "role": self.role.value,
            "skills": list(self.skills),
            "device": self.device,
            "must_change": self.must_change,
            "disabled": self.disabled,
        }
