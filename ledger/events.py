"""Event types and the envelope that every reader of the ledger sees."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

EVENT_VERSION = 1

EVENT_TYPES = frozenset(
    {
        "call.started",
        "call.resumed",
        "call.ended",
        "turn.caller",
        "turn.bot",
        "turn.agent",
        "vad",
        "barge_in",
        "dtmf",
        "intent",
        "no_input",
        "no_match",
        "lookup",
        "work_order.opened",
        "work_order.accepted",
        "work_order.rerouted",
        "work_order.resulted",
        "work_order.closed",
        "work_order.reopened",
        "work_order.overdue",
        "promise.offered",
        "promise.made",
        "promise.kept",
        "promise.missed",
        "promise.dropped",
        "link.sent",
        "link.delivered",
        "link.opened",
        "link.used",
        "code.sent",
        "code.checked",
        "transfer.requested",
        "transfer.queued",
        "transfer.bridged",
        "transfer.failed",
        "agent.offered",
        "agent.accepted",
        "agent.declined",
        "agent.no_answer",
        "agent.state",
        "agent.note",
        "card.corrected",
        "command",
        "recording.listened",
        "call.summary",
        "hold",
        "degraded",
        "fact_refused",
        "recording.ready",
        "recording.refused",
        "survey",
        "dialogue.state",
    }
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; ``at`` is zone-aware, ``data`` must be JSON.

    Raises:
        ValueError: unknown type, data that is no JSON, or a time without a zone.
    """

    type: str
    call_id: str
    at: datetime
    data: Mapping[str, object] = field(default_factory=dict)
    version: int = EVENT_VERSION

    def __post_init__(self) -> None:
        if self.type not in EVENT_TYPES:
            raise ValueError(f"unknown event type {self.type!r}: add it to ledger.events.EVENT_TYPES first")
        try:
            json.dumps(dict(self.data))
        except TypeError as error:
            # Found here and not at the commit, where it would take the other events of its batch along.
            raise ValueError(f"the data of {self.type} is no JSON: {error}") from error
        if self.at.tzinfo is None:
            raise ValueError("an event's time needs a zone: use datetime.now(timezone)")


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as committed: ``id`` grows over the whole table, ``seq`` within one call (from 1).

    ``called`` is the number that the caller dialled; the ledger stamps it on every event of the call.
    """

    id: int
    seq: int
    event: Event
    called: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the envelope of the contracts: id, time, call_id, called, seq, version, type, data."""
        return {
            "id": self.id,
            "time": self.event.at.isoformat(timespec="milliseconds"),
            "call_id": self.event.call_id,
            "called": self.called,
            "seq": self.seq,
            "version": self.event.version,
            "type": self.event.type,
            "data": dict(self.event.data),
        }
