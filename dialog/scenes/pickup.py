"""寄件取件: how to send a parcel, and a courier who did not come to fetch one."""

from __future__ import annotations

from dialog.engine.questions import YES_NO
from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind


def begin(t: Turn) -> None:
    """A missed pick-up is urged at once; sending is explained."""
    if t.topic.intent == "pickup_urge":
        _urge(t)
        return
    t.say("pickup.how")
    t.ask("pickup.waiting", "waiting", YES_NO, sticky=False)


def waiting(t: Turn) -> None:
    """「已经约了,还没来」."""
    if t.answer.yes:
        _urge(t)


def _urge(t: Turn) -> None:
    details = {"order_no": t.memory.get("order_no", ""), "time": t.memory.get("time_window", "")}
    process.start(t, OrderKind.PICKUP_URGE, **details)


def opened(t: Turn) -> None:
    """The outlet sends somebody."""
    process.opened(t, "pickup.opened")


SCENE = Scene(
    name="pickup",
    begin=begin,
    intents=("pickup_order", "pickup_urge"),
    needs_parcel=False,
    request="寄件或上门取件没人来",
    whisper="取件没人来",
    steps={"waiting": waiting, "opened": opened},
    next_step="联系网点安排取件",
)
