"""Parcel, stage and trace: what a carrier knows about a shipment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """Where a parcel stands; carriers' own codes are mapped to these."""

    CREATED = "created"
    WAITING_PICKUP = "waiting_pickup"
    PICKED_UP = "picked_up"
    IN_TRANSIT = "in_transit"
    AT_HUB = "at_hub"
    AT_DEST_CITY = "at_dest_city"
    AT_OUTLET = "at_outlet"
    OUT_FOR_DELIVERY = "out_for_delivery"
    AWAITING_PICKUP_LOCKER = "awaiting_pickup_locker"
    AWAITING_PICKUP_STATION = "awaiting_pickup_station"
    SIGNED_SELF = "signed_self"
    SIGNED_AGENT = "signed_agent"
    PICKED_FROM_LOCKER = "picked_from_locker"
    DELIVERY_FAILED = "delivery_failed"
    UNREACHABLE = "unreachable"
    OUT_OF_AREA = "out_of_area"
    STRANDED = "stranded"
    DAMAGED = "damaged"
    REFUSED = "refused"
    FORWARDING = "forwarding"
    RETURNING = "returning"
    RETURNED = "returned"
    CUSTOMS_PENDING = "customs_pending"
    CUSTOMS_CLEARING = "customs_clearing"
    CUSTOMS_CLEARED = "customs_cleared"
    CUSTOMS_HELD = "customs_held"
    CANCELLED = "cancelled"
    INTERCEPTED = "intercepted"
    LOST = "lost"
    UNKNOWN = "unknown"

    @property
    def is_signed(self) -> bool:
        """Whether the carrier holds the parcel for delivered."""
        return self in (Stage.SIGNED_SELF, Stage.SIGNED_AGENT, Stage.PICKED_FROM_LOCKER)

    @property
    def is_closed(self) -> bool:
        """Whether nothing more will happen to the parcel by itself."""
        return self.is_signed or self in (Stage.RETURNED, Stage.CANCELLED, Stage.LOST)

    @property
    def is_customs(self) -> bool:
        """Whether the parcel is with customs."""
        return self.value.startswith("customs_") and self is not Stage.CUSTOMS_CLEARED


@dataclass(frozen=True, slots=True)
class Courier:
    """The person who carries the parcel on the last mile."""

    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Outlet:
    """A delivery station (网点)."""

    outlet_id: str
    name: str
    city: str | None = None
    phone: str | None = None
    opens: str | None = None  # "08:00"
    closes: str | None = None  # "20:00"


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One line of a trace, oldest first in a parcel; ``at`` always carries a zone."""

    at: datetime
    stage: Stage
    text: str
    raw_code: str | None = None
    site: str | None = None
    city: str | None = None
    next_site: str | None = None
    courier: Courier | None = None


@dataclass(frozen=True, slots=True)
class RouteLeg:
    """A planned leg between two hubs; ``line`` names the trunk line (中转线路)."""

    origin: str
    destination: str
    line: str | None = None
    departs_at: datetime | None = None
    arrives_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PickupPlace:
    """Locker (丰巢 ...) or station (驿站) where a parcel waits; the code goes only to the order's phone."""

    kind: str  # "locker" or "station"
    place_id: str
    name: str
    address: str | None = None
    code: str | None = None
    notified: bool | None = None
    placed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A notice (公告) that explains why parcels wait; ``recovers_at`` None means 待定."""

    bulletin_id: str
    cause: str
    starts_at: datetime
    ends_at: datetime | None = None
    recovers_at: datetime | None = None
    brand: str | None = None
    province: str | None = None
    hub: str | None = None
    line: str | None = None
    outlet: str | None = None
    author: str | None = None
    approver: str | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """One shipment as the hotline knows it; what has no source is None, never guessed.

    ``expected_by`` and ``next_move_at`` come from the carrier (ETA, planned departure); ``hold_cause`` is the
    carrier's or a bulletin's cause of waiting, with ``hold_cause_source`` naming where it was read.
    """

    waybill: str
    carrier: str
    stage: Stage
    events: tuple[TraceEvent, ...] = ()
    receiver_phone_tail: str | None = None
    receiver_surname: str | None = None
    sender_surname: str | None = None
    goods: str | None = None
    perishable: bool = False
    insured: bool | None = None
    origin_city: str | None = None
    dest_city: str | None = None
    dest_district: str | None = None
    estate: str | None = None  # 小区
    address_note: str | None = None
    pickup: PickupPlace | None = None
    route: tuple[RouteLeg, ...] = ()
    provinces: tuple[str, ...] = ()  # provinces that the parcel still has to pass, its own included
    outlet: Outlet | None = None
    courier: Courier | None = None
    expected_by: datetime | None = None
    next_move_at: datetime | None = None
    hold_cause: str | None = None
    hold_cause_source: str | None = None
    customs_missing: str | None = None
    delivery_photo: str | None = None  # opaque reference, shown by link
    order_no: str | None = None
    stale: bool = False  # read from the cache because the carrier could not be reached
    fetched_at: datetime | None = None

    @property
    def tail(self) -> str:
        """Last four characters of the waybill, the part that is spoken."""
        return self.waybill[-4:]

    @property
    def last_event(self) -> TraceEvent | None:
        """Newest trace event, or None when nothing was scanned yet."""
        return self.events[-1] if self.events else None
