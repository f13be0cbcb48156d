"""The end of a call: a one-key survey after service, then goodbye."""

from __future__ import annotations

from dialog.engine.questions import CHOICE
from dialog.engine.scene import Scene
from dialog.engine.state import Choice
from dialog.engine.turn import Turn
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind

_SOLVED = Choice("solved", "1", ("没有问题", "解决了", "满意", "好了", "解决"))
_NOT_SOLVED = Choice("not_solved", "2", ("没解决", "没有解决", "不满意", "未解决", "没用"))


def begin(t: Turn) -> None:
    """Ask once whether it was solved, when something was served; then part."""
    quiet = t.topic.intent == "silence"
    if not t.dialogue.settings.survey or not t.state.served or quiet or "goodbye.survey" in t.state.said:
        _part(t, "caller_bye" if not quiet else "silence")
        return
    t.ask("goodbye.survey", "survey", CHOICE, choices=(_SOLVED, _NOT_SOLVED), sticky=False)


def survey(t: Turn) -> None:
    """「没解决」 reopens the case."""
    solved = t.answer.choice != "not_solved"
    last = t.state.deeds[-1].order_id if t.state.deeds else ""
    t.note("survey", solved=solved, order_id=last)
    if solved:
        _part(t, "solved")
        return
    process.start(t, OrderKind.CALL_BACK, "reopened", reason="not_solved", reopen=last)


def reopened(t: Turn) -> None:
    """A person calls back about what was not solved."""
    if t.ordered is not None and t.ordered.order is not None:
        t.update(order_id=t.ordered.order.order_id)
        t.say_first("goodbye.reopened")
        _part(t, "not_solved")
        return
    t.say("order.failed")
    t.begin("person", intent="not_solved")


def _part(t: Turn, cause: str) -> None:
    t.say("goodbye.plain")
    t.end(cause)


SCENE = Scene(
    name="goodbye",
    begin=begin,
    needs_parcel=False,
    steps={"survey": survey, "reopened": reopened},
)
