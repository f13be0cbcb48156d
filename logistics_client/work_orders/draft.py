"""A work order before it has a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from logistics_client.vocabulary import OrderKind, Promise


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be opened.

    Attributes:
        kind: the kind of order.
        waybill: the parcel, None when the order is about the caller only.
        opened_at: now.
        promise: what is promised and by when.
        window: a running order of this kind that is younger counts as the same.
        owner: outlet, hub or desk queue that has to act.
        details: what the caller said, by field.
        call_id: the call it comes from.
        parent_id: the order that this one escalates.
    """

    kind: OrderKind
    waybill: str | None
    opened_at: datetime
    promise: Promise
    window: timedelta = timedelta(hours=24)
    owner: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    call_id: str | None = None
    parent_id: str | None = None

    @property
    def slot(self) -> str | None:
        """What may run only once."""
        return slot_of(self.kind, self.waybill, self.call_id)


def slot_of(kind: OrderKind, waybill: str | None, call_id: str | None) -> str | None:
    """Return what may run only once: a kind per parcel, else per call; None when neither is known."""
    if waybill is not None:
        return f"{waybill}:{kind}"
    return f"call-{call_id}:{kind}" if call_id else None
