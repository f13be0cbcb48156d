"""拦截、退回、拒收: confirmed on the order's own phone; whether it succeeds depends on where the parcel is."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.identity import Item, Leave
from dialog.scenes import confirm, process
from dialog.scenes.dispute import frozen, role
from logistics_client.vocabulary import OrderKind


def begin(t: Turn) -> None:
    """Refuse what cannot work, ask for confirmation where it can."""
    parcel = t.own_parcel
    running = t.running(OrderKind.INTERCEPT)
    if parcel.stage.is_closed:
        t.say("intercept.too_late")
        t.begin("track", intent="track")
    elif frozen(t):
        return
    elif running is not None:
        process.report(t, running)
    else:
        if t.topic.intent == "refuse":
            t.say_once("intercept.refuse")
        if t.may(Item.INTERCEPT) is Leave.NO:
            t.say("intercept.owner_only")
        elif confirm.spend(t, OrderKind.INTERCEPT):
            process.start(t, OrderKind.INTERCEPT, role=role(t), confirmed="code")
        elif t.may(Item.INTERCEPT) is Leave.CONFIRM:
            confirm.by_code(t, OrderKind.INTERCEPT)
        else:
            process.start(t, OrderKind.INTERCEPT, role=role(t))


def opened(t: Turn) -> None:
    """The hub has the order."""
    if process.opened(t, "intercept.opened"):
        t.say("intercept.terms")


SCENE = Scene(
    name="intercept",
    begin=begin,
    intents=("intercept_return", "refuse"),
    request="要求拦截、退回或拒收",
    whisper="要拦截退回",
    steps={"opened": opened},
    next_step="确认订单手机已同意,查看拦截结果",
)
