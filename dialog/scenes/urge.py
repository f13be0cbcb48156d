"""催派: have the outlet contact the receiver, within the promise of the order that is opened."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind, OrderStatus, Stage

_AT_THE_END = (
    Stage.AT_OUTLET,
    Stage.OUT_FOR_DELIVERY,
    Stage.DELIVERY_FAILED,
    Stage.UNREACHABLE,
    Stage.OUT_OF_AREA,
    Stage.UNKNOWN,
)


def begin(t: Turn) -> None:
    """Urge where urging helps; elsewhere do what helps instead."""
    parcel = t.own_parcel
    if parcel.stage.is_signed:
        t.say_first("urge.signed")
        t.begin("signed", intent="signed_not_received")
    elif parcel.stage in (Stage.AWAITING_PICKUP_LOCKER, Stage.AWAITING_PICKUP_STATION):
        t.begin("locker", intent="locker_station")
    elif parcel.stage.is_customs:
        t.begin("customs", intent="customs")
    elif parcel.stage in (Stage.CREATED, Stage.WAITING_PICKUP):
        t.begin("pickup", intent="pickup_urge")
    elif parcel.perishable and parcel.stage in _AT_THE_END and _late(t):
        t.begin("perishable", intent="perishable")
    elif parcel.stage in _AT_THE_END:
        _urge(t)
    else:
        t.say("urge.too_early")
        t.begin("stuck", intent="stuck_hub")


def _late(t: Turn) -> bool:
    facts = t.view().derived
    return facts is not None and facts.late_hours is not None


def _urge(t: Turn) -> None:
    running = t.running(OrderKind.URGE_DELIVERY)
    if running is not None and _overdue(t, running.status, running.promise.due_at if running.promise else None):
        t.begin("followup", intent="progress_followup", order_id=running.order_id)
        return
    process.start(t, OrderKind.URGE_DELIVERY)


def _overdue(t: Turn, status: OrderStatus, due_at: object) -> bool:
    return status is OrderStatus.OVERDUE or (due_at is not None and due_at <= t.now)  # type: ignore[operator]


def opened(t: Turn) -> None:
    """The outlet has the order."""
    process.opened(t, "urge.opened")


SCENE = Scene(
    name="urge",
    begin=begin,
    intents=("urge_delivery",),
    request="要求尽快派送",
    whisper="催派送",
    steps={"opened": opened},
    suits=(Stage.OUT_FOR_DELIVERY, Stage.AT_OUTLET, Stage.DELIVERY_FAILED),
    next_step="联系网点确认派送时间,给用户准信",
)
