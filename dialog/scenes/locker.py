"""放柜、放驿站未通知: the place, the code to the order's phone, a record of the breach, and delivery to the door."""

from __future__ import annotations

from dialog.engine.questions import YES_NO
from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.identity import Item, Leave
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind, Stage

_PLACE = {"locker.place_since", "locker.place"}


def begin(t: Turn) -> None:
    """Place first, then the code: aloud only where the table says so, else by SMS."""
    parcel = t.own_parcel
    if parcel.pickup is None:
        t.say("locker.none")
        t.begin("track", intent="track")
        return
    if t.topic.intent == "locker_station" and _PLACE & set(t.state.said) and t.running(OrderKind.RESEND_CODE):
        # Told a moment ago, and now the caller is angry about it: the place and the code again are no answer.
        _redeliver(t)
        return
    t.say_first("locker.place_since", "locker.place", "track.stage")
    if t.say("locker.code"):
        _redeliver(t)
    elif t.may(Item.PICKUP_CODE) is not Leave.SEND:
        t.say("locker.code_not_yours")
    elif parcel.pickup.notified is False or t.topic.intent == "locker_station":
        _resend(t)
    else:
        t.ask("locker.resend", "resend", YES_NO)


def resend(t: Turn) -> None:
    """「要再发一次取件码吗」."""
    if t.answer.yes:
        _resend(t)


def _resend(t: Turn) -> None:
    process.start(t, OrderKind.RESEND_CODE, "code_sent")
    if t.topic.waiting is None:
        _redeliver(t)


def code_sent(t: Turn) -> None:
    """The code goes to the order's phone."""
    if process.opened(t, "locker.code_sent"):
        _redeliver(t)


def _redeliver(t: Turn) -> None:
    """Nobody may be made to fetch a parcel that was put away without asking."""
    pickup = t.parcel.pickup if t.parcel is not None else None
    agreed = pickup is not None and pickup.notified is True and t.topic.intent != "locker_station"
    if not agreed and t.running(OrderKind.DOORSTEP) is None:
        t.ask("locker.redeliver", "redeliver", YES_NO)


def redeliver(t: Turn) -> None:
    """To the door, with the breach on record; or the caller fetches it."""
    if t.answer.yes:
        process.start(t, OrderKind.DOORSTEP, breach="未经同意投柜或放驿站")


def opened(t: Turn) -> None:
    """The outlet has to bring it."""
    process.opened(t, "doorstep.opened")


SCENE = Scene(
    name="locker",
    begin=begin,
    intents=("locker_station",),
    request="放柜或驿站未通知",
    whisper="放柜没通知",
    steps={"resend": resend, "code_sent": code_sent, "redeliver": redeliver, "opened": opened},
    suits=(Stage.AWAITING_PICKUP_LOCKER, Stage.AWAITING_PICKUP_STATION),
    next_step="确认取件码已收到,需要上门的督促网点",
)
