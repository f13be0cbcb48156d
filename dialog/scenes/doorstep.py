"""送货上门: asked for, refused, or not done."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind, Stage

_NOT_THERE_YET = (Stage.CREATED, Stage.WAITING_PICKUP, Stage.PICKED_UP, Stage.IN_TRANSIT, Stage.AT_HUB)


def begin(t: Turn) -> None:
    """The address was agreed: delivery there is not a favour."""
    parcel = t.own_parcel
    if parcel.stage.is_signed:
        t.begin("signed", intent="signed_not_received")
        return
    if parcel.stage in _NOT_THERE_YET:
        t.say("doorstep.early")
    breach = "未按约定上门" if parcel.pickup is not None else ""
    process.start(t, OrderKind.DOORSTEP, breach=breach, time=t.memory.get("time_window", ""))


def opened(t: Turn) -> None:
    """The outlet has to bring it."""
    process.opened(t, "doorstep.opened")


SCENE = Scene(
    name="doorstep",
    begin=begin,
    intents=("doorstep",),
    request="要求送货上门",
    whisper="要送货上门",
    steps={"opened": opened},
    suits=(Stage.AWAITING_PICKUP_LOCKER, Stage.AWAITING_PICKUP_STATION, Stage.OUT_FOR_DELIVERY),
    next_step="督促网点上门,约定时间",
)
