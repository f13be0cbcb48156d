"""Whom a caller is to reach, and how urgent it is."""

from __future__ import annotations

from dataclasses import dataclass

from dialog.protocol import Transfer
from voice.floor.routing_file import Trunk
from voice.floor.targets import OUTSIDE
from voice.floor.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Urgency:
    """What the call knows about how urgent the case is; the queue weighs it."""

    missed_promises: int = 0
    case_hours: float = 0.0
    fresh: bool = False
    elderly: bool = False
    dropped: bool = False
    last_agent: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """A skill group, one agent, or a telephone."""

    skill: str
    agent_id: str = ""
    uri: str = ""
    label: str = ""
    last_agent: str = ""
    dropped: bool = False
    tried: tuple[str, ...] = ()
    ring_s: float | None = None

    def waiting(self, call_id: str, process: str, since: float, urgency: Urgency, *, label: str) -> Waiting:
        """The caller's place in line; ``since`` is when the wish arose (seconds since the epoch)."""
        return Waiting(
            call_id,
            process,
            self.skill,
            since,
            missed_promises=urgency.missed_promises,
            case_hours=urgency.case_hours,
            fresh=urgency.fresh,
            elderly=urgency.elderly,
            dropped=self.dropped,
            last_agent=self.last_agent,
            only_agent=self.agent_id,
            tried=self.tried,
            label=label,
        )


def wish_of(transfer: Transfer, urgency: Urgency, trunk: Trunk) -> Wish:
    """What the dialogue wants; ``outlet:<number>`` and ``courier:<number>`` are rung with both numbers hidden."""
    kind, _, number = transfer.skill.partition(":")
    if kind in OUTSIDE and number and trunk.privacy_uri:
        return Wish(kind, uri=trunk.hidden(number), label=kind, ring_s=trunk.privacy_ring_s)
    return Wish(kind or "general", last_agent=urgency.last_agent, dropped=urgency.dropped)
