"""A caller who waits for a person, and how urgent the case is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class HeadStart(IntEnum):
    """Seconds by which a caller counts as having come earlier; added up, so that nobody waits for ever."""

    DROPPED = 600
    """The talk with a person broke off, or the caller was here minutes ago and the line broke."""
    MISSED_PROMISE = 120
    """For each promise that was made and not kept, three at most."""
    FRESH = 120
    """Fresh goods, which spoil while people talk."""
    ELDERLY = 60
    """Asked for slow speech or is known as an elderly caller; a loud voice gives nothing."""
    CASE_HOUR = 2
    """For each hour that the matter is open, three days at most."""


PROMISES_COUNTED = 3
CASE_HOURS_COUNTED = 72


@dataclass(frozen=True, slots=True)
class Waiting:
    """One caller in the queue; times in seconds since the epoch.

    ``owner`` is the process that runs the call, ``offered`` the agent whom it is offered to now, ``tried`` the agents
    who did not take it, ``label`` what the queue shows (masked number, request).
    """

    call_id: str
    owner: str
    skill: str
    since: float
    missed_promises: int = 0
    case_hours: float = 0.0
    fresh: bool = False
    elderly: bool = False
    dropped: bool = False
    last_agent: str = ""
    only_agent: str = ""
    offered: str = ""
    tried: tuple[str, ...] = ()
    label: str = ""

    @property
    def head_start(self) -> float:
        """Seconds of advantage."""
        return (
            HeadStart.DROPPED * self.dropped
            + HeadStart.MISSED_PROMISE * min(self.missed_promises, PROMISES_COUNTED)
            + HeadStart.FRESH * self.fresh
            + HeadStart.ELDERLY * self.elderly
            + HeadStart.CASE_HOUR * min(max(self.case_hours, 0.0), CASE_HOURS_COUNTED)
        )

    @property
    def place(self) -> tuple[float, str]:
        """Sort key: the earlier the sooner served; constant while the caller waits, so nobody is overtaken twice."""
        return (self.since - self.head_start, self.call_id)
