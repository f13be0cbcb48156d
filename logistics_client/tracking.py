"""A parcel as plain data: what ``hotline track`` prints and the interface answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from logistics_client.facts import derive
from logistics_client.ports import Logistics
from logistics_client.vocabulary import Bulletin, Parcel, PickupPlace, WorkOrder


async def track(
    logistics: Logistics, now: datetime, *, waybill: str | None = None, phone: str | None = None
) -> list[dict[str, Any]]:
    """Return parcels with trace, derived facts and work orders, the most urgent first.

    Args:
        logistics: the room's door.
        now: the present moment.
        waybill: one parcel; ``phone`` may then be its four-digit phone tail.
        phone: the number whose parcels are asked for.

    Raises:
        LogisticsError: one of the named errors.
    """
    bulletins: tuple[Bulletin, ...] = ()
    if waybill is not None:
        tail = phone[-4:] if phone else None
        parcels = await logistics.find(waybill=waybill, phone_tail=tail)
        bulletins = (await logistics.identify(None)).bulletins
    else:
        profile = await logistics.identify(phone)
        parcels, bulletins = profile.parcels, profile.bulletins
    return [parcel_data(p, now, bulletins, await logistics.orders_for(p.waybill)) for p in parcels]


def parcel_data(
    parcel: Parcel, now: datetime, bulletins: tuple[Bulletin, ...] = (), orders: tuple[WorkOrder, ...] = ()
) -> dict[str, Any]:
    """Return one parcel as data that JSON can hold; what is unknown is None."""
    facts = derive(parcel, now, bulletins)
    return {
        "waybill": parcel.waybill,
        "carrier": parcel.carrier,
        "stage": parcel.stage.value,
        "goods": parcel.goods,
        "from": parcel.origin_city,
        "to": parcel.dest_city,
        "outlet": parcel.outlet.name if parcel.outlet else None,
        "courier": parcel.courier.name if parcel.courier else None,
        "pickup": _pickup_data(parcel.pickup) if parcel.pickup else None,
        "customs_missing": parcel.customs_missing,
        "order_no": parcel.order_no,
        "stale": parcel.stale,
        "held_at": facts.held.where if facts.held else None,
        "held_hours": round(facts.held.hours, 1) if facts.held else None,
        "why": {"text": facts.why.text, "source": facts.why.source} if facts.why else None,
        "late_hours": round(facts.late_hours, 1) if facts.late_hours is not None else None,
        "next_move_at": facts.next_move.at.isoformat() if facts.next_move else None,
        "expected_by": facts.expected_by.at.isoformat() if facts.expected_by else None,
        "abnormal": facts.abnormal.value if facts.abnormal else None,
        "events": [
            {"at": event.at.isoformat(), "stage": event.stage.value, "text": event.text} for event in parcel.events
        ],
        "orders": [_order_data(order) for order in orders],
    }


def _pickup_data(place: PickupPlace) -> dict[str, Any]:
    """Return locker or station; its code goes to the order's phone and nowhere else."""
    return {"kind": place.kind, "name": place.name, "address": place.address, "notified": place.notified}


def _order_data(order: WorkOrder) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "kind": order.kind.value,
        "status": order.status.value,
        "opened_at": order.opened_at.isoformat(),
        "due_at": order.promise.due_at.isoformat() if order.promise else None,
        "kept": order.promise.kept if order.promise else None,
        "owner": order.owner,
        "outcome": order.outcome,
    }
