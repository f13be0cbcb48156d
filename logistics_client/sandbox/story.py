"""What the sandbox tells about one caller at one moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from logistics_client.sandbox import CARRIER
from logistics_client.sandbox.journey import Way
from logistics_client.sandbox.network import CITIES
from logistics_client.vocabulary import (
    Bulletin,
    CallerClass,
    OrderKind,
    OrderStatus,
    Parcel,
    Promise,
    TraceEvent,
    WorkOrder,
)


@dataclass(frozen=True, slots=True)
class Consignment:
    """A parcel with the people of its order: full numbers stay inside the carrier."""

    parcel: Parcel
    receiver_phone: str
    sender_phone: str | None = None
    receiver_name: str | None = None

    @property
    def receiver_tail(self) -> str:
        """Last four digits that a caller can say; of a virtual number, the extension on the label."""
        return self.receiver_phone[-4:]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that belongs to one phone number."""

    caller_class: CallerClass
    surname: str | None = None
    merchant_name: str | None = None
    consignments: tuple[Consignment, ...] = ()
    orders: tuple[WorkOrder, ...] = ()
    bulletins: tuple[Bulletin, ...] = field(default=())


def way(origin: str, dest: str, outlet: int = 0) -> Way:
    """Return the way between two cities by their short names."""
    start, end = CITIES[origin], CITIES[dest]
    return Way(start, start.districts[0], end, end.districts[outlet])


def ago(now: datetime, hours: float) -> datetime:
    """Return the whole minute ``hours`` before now."""
    return (now - timedelta(hours=hours)).replace(second=0, microsecond=0)


def day_at(now: datetime, days: int, hour: int, minute: int = 0) -> datetime:
    """Return a wall-clock time ``days`` from today."""
    return (now + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)


def parcel_on(route: Way, waybill: str, events: list[TraceEvent], now: datetime) -> Parcel:
    """Build the parcel that these scans describe; only what a carrier would know from its network is filled."""
    return Parcel(
        waybill=waybill,
        carrier=CARRIER,
        stage=events[-1].stage,
        events=tuple(events),
        origin_city=route.origin.name,
        dest_city=route.dest.name,
        dest_district=route.dest_district.district,
        estate=route.dest_district.estates[0],
        route=route.legs,
        provinces=_provinces_ahead(route, events),
        outlet=route.dest_district.outlet,
        courier=events[-1].courier,
        fetched_at=now,
    )


def _provinces_ahead(route: Way, events: list[TraceEvent]) -> tuple[str, ...]:
    """Return the provinces from where the parcel was scanned last to its door."""
    scanned = [index for index, city in enumerate(route.hubs) if city.name == events[-1].city]
    ahead = route.hubs[scanned[-1] :] if scanned else route.hubs[-1:]
    return tuple(dict.fromkeys(city.province for city in ahead))


def order_on(
    parcel: Parcel, order_id: str, kind: OrderKind, opened_at: datetime, due_at: datetime, now: datetime
) -> WorkOrder:
    """Build a work order that somebody opened earlier by another channel."""
    missed = due_at <= now
    return WorkOrder(
        order_id=order_id,
        kind=kind,
        waybill=parcel.waybill,
        opened_at=opened_at,
        status=OrderStatus.OVERDUE if missed else OrderStatus.ACCEPTED,
        promise=Promise("联系您", due_at, order_id, False if missed else None),
        owner=parcel.outlet.name if parcel.outlet else None,
    )
