"""改地址、改时间: a new address is filled in by link on the order's own phone; a new time is passed to the courier."""

from __future__ import annotations

from dialog.engine.questions import OPEN
from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.identity import Item, Leave
from dialog.scenes import process
from dialog.scenes.dispute import frozen
from logistics_client.vocabulary import OrderKind


def begin(t: Turn) -> None:
    """What is delivered cannot be changed."""
    parcel = t.parcel
    assert parcel is not None  # the scene needs a parcel
    if parcel.stage.is_closed:
        t.say("change.too_late")
        t.begin("track", intent="track")
    elif t.topic.intent == "change_time":
        _time(t)
    else:
        _address(t)


def _address(t: Turn) -> None:
    """A number can be forged: only the order's own phone may move a parcel."""
    if frozen(t):
        return
    if t.may(Item.CHANGE_ADDRESS) is Leave.NO:
        t.say("change.owner_only")
        return
    process.offer_link(t, "address", Item.CHANGE_ADDRESS, "link_sent")


def link_sent(t: Turn) -> None:
    """Filled in there, the change goes to the courier."""
    if process.link_sent(t, "change.link_sent"):
        t.say("change.terms")
    else:
        t.begin("person", intent="change_address")


def _time(t: Turn) -> None:
    if t.memory.get("time_window"):
        _pass_on(t, t.memory["time_window"])
    else:
        t.ask("change.when", "when", OPEN, free=True)


def when(t: Turn) -> None:
    """The wish, in the caller's words."""
    _pass_on(t, t.answer.slots.get("time_window") or t.answer.text)


def _pass_on(t: Turn, wish: str) -> None:
    if not wish:
        t.ask("change.when", "when", OPEN, free=True)
        return
    t.remark(f"希望{wish}派送")
    process.start(t, OrderKind.CHANGE_TIME, time=wish)


def opened(t: Turn) -> None:
    """The courier decides the hour."""
    if process.opened(t, "change.time_opened"):
        t.say("change.time_terms")


SCENE = Scene(
    name="change",
    begin=begin,
    intents=("change_address", "change_time"),
    request="要求修改地址或派送时间",
    whisper="改地址或时间",
    steps={"link_sent": link_sent, "when": when, "opened": opened},
    next_step="确认修改是否已被快递员接受",
)
