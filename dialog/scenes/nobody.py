"""No person can be reached now: said honestly, with a real choice of waiting, a call back, or a message."""

from __future__ import annotations

from dialog.engine.questions import CHOICE, OPEN
from dialog.engine.scene import Scene
from dialog.engine.state import Choice
from dialog.engine.turn import Turn
from dialog.engine.waiting import leave_queue
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind

WAIT = Choice("wait", "1", ("继续等", "再等", "我等", "等着", "等一会", "等会", "再试", "等"))
CALL_BACK = Choice("call_back", "2", ("回电", "打给我", "打过来", "回我", "回拨", "给我打"))
MESSAGE = Choice("message", "3", ("留言", "记下", "转告", "留个话"))
_NONE = Choice("none", "4", ("不用", "算了", "不要了", "没事"))


def begin(t: Turn) -> None:
    """Say why, then offer; from the queue the choice was made there."""
    if t.memory.get("choice"):
        _do(t, t.memory["choice"], t.memory.get("time_window", ""))
        return
    outcome = t.memory.get("outcome", "")
    can_wait = outcome not in ("closed", "") and t.state.attempts < t.dialogue.settings.transfer_attempts
    if outcome == "closed":
        t.say_first("nobody.closed_until", "nobody.closed")
    else:
        t.say("nobody.unreachable" if outcome == "failed" else "nobody.busy")
    choices = (WAIT, CALL_BACK, MESSAGE, _NONE) if can_wait else (CALL_BACK, MESSAGE, _NONE)
    t.ask("nobody.choice_wait" if can_wait else "nobody.choice", "chosen", CHOICE, choices=choices)


def chosen(t: Turn) -> None:
    """Wait, call back, or message."""
    if t.answer.choice == "wait":
        t.begin("person", intent=t.topic.intent)
    else:
        _do(t, t.answer.choice or "", t.answer.slots.get("time_window", ""))


def _do(t: Turn, choice: str, slot: str) -> None:
    match choice:
        case "call_back":
            if slot:
                t.remark(f"希望{slot}回电")
                t.remember(time=slot)
            process.start(t, OrderKind.CALL_BACK, "called_back", reason=t.topic.intent, time=slot)
        case "message":
            t.ask("nobody.message", "message", OPEN, free=True)


def called_back(t: Turn) -> None:
    """The call back is in the book."""
    if t.ordered is None or t.ordered.order is None:
        _sorry(t)
        return
    leave_queue(t)
    if t.memory.get("time") and t.ordered.new:
        t.update(order_id=t.ordered.order.order_id)
        t.say("nobody.call_back_at")
    else:
        process.opened(t, "nobody.call_back")


def message(t: Turn) -> None:
    """Keep the words for the people of the next shift."""
    if t.answer.text:
        t.remark(t.answer.text)
    process.start(t, OrderKind.MESSAGE, "left", text=t.answer.text)


def left(t: Turn) -> None:
    """The message is in the book."""
    if t.ordered is None or t.ordered.order is None:
        _sorry(t)
        return
    leave_queue(t)
    process.opened(t, "nobody.message_left")


def _sorry(t: Turn) -> None:
    """Nothing can be written down either: say so, and do not pretend."""
    t.say("nobody.failed")


SCENE = Scene(
    name="nobody",
    begin=begin,
    needs_parcel=False,
    request="要求人工服务,当时无人接听",
    whisper="没等到人工",
    steps={"chosen": chosen, "called_back": called_back, "message": message, "left": left},
    next_step="尽快回电",
)
