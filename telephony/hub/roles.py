"""Who hears whom: the mix rules of a call as one small table."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache


class Role(StrEnum):
    """What a leg is in the call. BOT, MUSIC and WHISPER are in-memory sources, the others are people."""

    CALLER = "caller"
    BOT = "bot"
    MUSIC = "music"
    WHISPER = "whisper"
    AGENT = "agent"
    CONSULT = "consult"
    SUPERVISOR = "supervisor"


class Mode(StrEnum):
    """The phase of the call, as far as sound is concerned."""

    BOT = "bot"
    """The caller talks with the bot."""
    WAITING = "waiting"
    """The caller waits (music, bot announcements) while an agent is called and hears a whisper."""
    BRIDGED = "bridged"
    """Caller and agent talk; the bot may still announce to both."""
    HELD = "held"
    """The agent put the caller on hold."""
    CONSULTING = "consulting"
    """The agent talks with a second person while the caller waits."""
    CONFERENCE = "conference"
    """Caller, agent and the second person talk together."""


class Stance(StrEnum):
    """How far a supervisor's leg is in the call."""

    LISTEN = "listen"
    WHISPER = "whisper"
    JOIN = "join"


MEMORY_ROLES = frozenset({Role.BOT, Role.MUSIC, Role.WHISPER})
PEOPLE = frozenset(Role) - MEMORY_ROLES

_WAITING_CALLER = frozenset({Role.BOT, Role.MUSIC})

_RULES: Mapping[Mode, Mapping[Role, frozenset[Role]]] = {
    Mode.BOT: {Role.CALLER: frozenset({Role.BOT})},
    Mode.WAITING: {Role.CALLER: _WAITING_CALLER, Role.AGENT: frozenset({Role.WHISPER})},
    Mode.BRIDGED: {
        Role.CALLER: frozenset({Role.AGENT, Role.BOT}),
        Role.AGENT: frozenset({Role.CALLER, Role.BOT, Role.WHISPER}),
    },
    Mode.HELD: {Role.CALLER: _WAITING_CALLER, Role.AGENT: frozenset({Role.WHISPER})},
    Mode.CONSULTING: {
        Role.CALLER: _WAITING_CALLER,
        Role.AGENT: frozenset({Role.CONSULT, Role.WHISPER}),
        Role.CONSULT: frozenset({Role.AGENT}),
    },
    Mode.CONFERENCE: {
        Role.CALLER: frozenset({Role.AGENT, Role.CONSULT, Role.BOT}),
        Role.AGENT: frozenset({Role.CALLER, Role.CONSULT, Role.BOT, Role.WHISPER}),
        Role.CONSULT: frozenset({Role.CALLER, Role.AGENT, Role.BOT}),
    },
}

_SUPERVISOR_HEARS = frozenset({Role.CALLER, Role.AGENT, Role.CONSULT, Role.BOT})
_SUPERVISOR_HEARD_BY: Mapping[Stance, frozenset[Role]] = {
    Stance.LISTEN: frozenset(),
    Stance.WHISPER: frozenset({Role.AGENT}),
    Stance.JOIN: frozenset({Role.CALLER, Role.AGENT, Role.CONSULT}),
}


@cache
def hearing(mode: Mode, stance: Stance = Stance.LISTEN) -> Mapping[Role, frozenset[Role]]:
    """The sources every person hears in ``mode`` with a supervisor at ``stance``.

    A role that is missing hears nothing; a person never hears itself. A supervisor who joins stays out of the ears
    of a caller on hold.
    """
    rules = {role: _RULES[mode].get(role, frozenset()) for role in PEOPLE}
    rules[Role.SUPERVISOR] = _SUPERVISOR_HEARS
    for role in _SUPERVISOR_HEARD_BY[stance]:
        on_hold = role is Role.CALLER and Role.MUSIC in rules[role]
        if not on_hold:
            rules[role] = rules[role] | {Role.SUPERVISOR}
    return rules
