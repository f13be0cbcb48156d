"""The table of accounts."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth.passwords import Passwords, check_new, one_time_password
from desk.auth.roles import Account, Role
from desk.database import Clock, to_text
from desk.errors import BadRequest, Conflict, Forbidden, NotFound
from desk.schema import accounts

_NAME = re.compile(r"[A-Za-z0-9_.@-]{2,64}", re.ASCII)
_DEVICE = re.compile(r"browser|sips?:[A-Za-z0-9_.!~*'()&=+$,;?/%-]{1,64}@[A-Za-z0-9.:\[\]-]{1,120}", re.ASCII)
_SKILL = re.compile(r"[A-Za-z0-9_\u4e00-\u9fff-]{1,32}")
MAX_SKILLS = 20
FIRST_ADMIN = "admin"


class AccountBook:
    """Creates, finds and changes accounts; passwords go in and never come out."""

    def __init__(self, engine: AsyncEngine, passwords: Passwords, clock: Clock) -> None:
        self._engine = engine
        self._passwords = passwords
        self._clock = clock

    async def first_admin(self) -> str | None:
        """Create ``admin`` when there is no account at all; return its one-time password, None when there was one."""
        async with self._engine.connect() as connection:
            if (await connection.execute(select(func.count()).select_from(accounts))).scalar_one():
                return None
        try:
            _, password = await self.create(FIRST_ADMIN, display="管理员", role=Role.ADMIN)
        except Conflict:
            return None  # another process was first, and printed its own
        return password

    async def create(
        self,
        name: str,
        *,
        display: str,
        role: Role,
        skills: tuple[str, ...] = (),
        device: str = "browser",
        subject: tuple[str, str] | None = None,
    ) -> tuple[Account, str]:
        """Create an account and return it with its one-time password (empty for one that signs in by OIDC).

        Raises:
            BadRequest: the name, a skill or the device cannot be used.
            Conflict: the name is taken.
        """
        if not _NAME.fullmatch(name):
            raise BadRequest("登录名需要 2 到 64 个字母、数字或 _ . @ - 符号。")
        password = "" if subject else one_time_password()
        row: dict[str, Any] = {
            "account_id": f"a-{secrets.token_hex(6)}",
            "name": name,
            "role": role.value,
            "password": await self._passwords.hashed(password) if password else None,
            "must_change": bool(password),
            "disabled": False,
            "issuer": subject[0] if subject else None,
            "subject": subject[1] if subject else None,
            "created_at": to_text(self._clock()),
        } | _checked({"display": display, "skills": list(skills), "device": device})
        try:
            async with self._engine.begin() as connection:
                await connection.execute(insert(accounts).values(row))
        except IntegrityError as error:
            raise Conflict("这个登录名已经有人使用,请换一个。") from error
        return account_of(row), password

    async def get(self, account_id: str) -> Account:
        """Return an account.

        Raises:
            NotFound: there is none.
        """
        row = await self._row(accounts.c.account_id == account_id)
        if row is None:
            raise NotFound("没有这个账号,可能已被删除,请刷新列表。")
        return account_of(row)

    async def by_subject(self, issuer: str, subject: str) -> Account | None:
        """Return the account of an OIDC identity."""
        row = await self._row((accounts.c.issuer == issuer) & (accounts.c.subject == subject))
        return account_of(row) if row is not None else None

    async def all(self) -> list[Account]:
        """Return every account by name."""
        async with self._engine.connect() as connection:
            rows = (await connection.execute(select(accounts).order_by(accounts.c.name))).mappings().all()
        return [account_of(row) for row in rows]

    async def displays(self) -> dict[str, str]:
        """Return the shown name of every account by id."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(accounts.c.account_id, accounts.c.display))
            return dict(iter(rows))

    async def authenticate(self, name: str, password: str) -> Account | None:
        """Return the account when name and password belong together, else None after the same time."""
        row = await self._row(accounts.c.name == name)
        stored = row["password"] if row is not None and not row["disabled"] else None
        good = await self._passwords.matches(password, stored)
        return account_of(row) if good and row is not None else None

    async def change(self, account_id: str, values: Mapping[str, Any]) -> Account:
        """Change display, role, skills, device or disabled; the last administrator stays one.

        Raises:
            NotFound: no such account.
            BadRequest: a value cannot be used.
            Conflict: it would leave nobody to administer.
        """
        before = await self.get(account_id)
        checked = _checked(values)
        loses_admin = checked.get("disabled") or checked.get("role", "admin") != Role.ADMIN
        if before.role is Role.ADMIN and not before.disabled and loses_admin and await self._admins() == 1:
            raise Conflict("这是最后一个管理员账号,不能停用或降级。")
        if checked:
            async with self._engine.begin() as connection:
                await connection.execute(update(accounts).where(accounts.c.account_id == account_id).values(checked))
        return await self.get(account_id)

    async def change_password(self, account: Account, old: str, new: str) -> None:
        """Let the owner choose a new password.

        Raises:
            Forbidden: the old one is wrong.
            BadRequest: the new one is too simple or the same.
        """
        if await self.authenticate(account.name, old) is None:
            raise Forbidden("原密码不正确。", code="wrong_password")
        check_new(new, account.name)
        if old == new:
            raise BadRequest("新密码不能与原密码相同。")
        await self._set_password(account.account_id, new, must_change=False)

    async def reset_password(self, account_id: str) -> str:
        """Return a new one-time password, which must be changed at the next sign-in.

        Raises:
            NotFound: no such account.
        """
        await self.get(account_id)
        password = one_time_password()
        await self._set_password(account_id, password, must_change=True)
        return password

    async def _set_password(self, account_id: str, password: str, *, must_change: bool) -> None:
        values = {"password": await self._passwords.hashed(password), "must_change": must_change}
        async with self._engine.begin() as connection:
            await connection.execute(update(accounts).where(accounts.c.account_id == account_id).values(values))

    async def _admins(self) -> int:
        condition = (accounts.c.role == Role.ADMIN.value) & accounts.c.disabled.is_(False)
        async with self._engine.connect() as connection:
            return int((await connection.execute(select(func.count()).where(condition))).scalar_one())

    async def _row(self, condition: Any) -> Any:
        async with self._engine.connect() as connection:
            return (await connection.execute(select(accounts).where(condition))).mappings().first()


def account_of(row: Any, session: str = "") -> Account:
    """Build the value from a row."""
    return Account(
        account_id=row["account_id"],
        name=row["name"],
        display=row["display"],
        role=Role(row["role"]),
        skills=tuple(row["skills"]),
        device=row["device"],
        must_change=bool(row["must_change"]),
        disabled=bool(row["disabled"]),
        session=session,
    )


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what may be changed, and check it."""
    checked = {key: value for key, value in values.items() if value is not None}
    if "display" in checked and not 1 <= len(checked["display"].strip()) <= 64:
        raise BadRequest("姓名需要 1 到 64 个字符。")
    skills = checked.get("skills", [])
    if len(skills) > MAX_SKILLS or not all(_SKILL.fullmatch(skill) for skill in skills):
        raise BadRequest("技能组名称只能用汉字、字母、数字,每人最多 20 个。")
    if "device" in checked and not _DEVICE.fullmatch(checked["device"]):
        raise BadRequest("话机只能填 browser,或像 sip:1001@10.0.0.5 这样的地址。")
    if "role" in checked:
        checked["role"] = Role(checked["role"]).value
    return checked
