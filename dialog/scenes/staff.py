"""Couriers and outlets calling in: a short menu of their own, and no customer's data."""

from __future__ import annotations

from dialog.engine.handover import reach_person
from dialog.engine.questions import CHOICE, OPEN
from dialog.engine.scene import Scene
from dialog.engine.state import Choice
from dialog.engine.turn import Turn
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind

_CHOICES = (
    Choice("message", "1", ("留言", "上报", "反馈", "登记")),
    Choice("dispatch", "2", ("调度", "派件", "改派", "求助")),
)


def begin(t: Turn) -> None:
    """Report something, or the dispatcher."""
    t.say("staff.hello")
    t.ask("staff.choice", "chosen", CHOICE, choices=_CHOICES, sticky=False)


def chosen(t: Turn) -> None:
    """Report or dispatcher."""
    if t.answer.choice == "message":
        t.ask("staff.message", "message", OPEN, free=True)
    else:
        reach_person(t, "staff", "dispatch")


def message(t: Turn) -> None:
    """What the desk has to know."""
    if t.answer.text:
        t.remark(t.answer.text)
    process.start(t, OrderKind.MESSAGE, text=t.answer.text)


def opened(t: Turn) -> None:
    """The desk has it."""
    process.opened(t, "nobody.message_left")


SCENE = Scene(
    name="staff",
    begin=begin,
    needs_parcel=False,
    request="内部人员来电",
    whisper="内部来电",
    steps={"chosen": chosen, "message": message, "opened": opened},
    next_step="转调度处理,不提供客户信息",
)
