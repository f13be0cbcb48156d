"""排队等人工: where the caller stands, a call back when it takes long; else the bot goes on with what it was doing."""

from __future__ import annotations

from dialog.engine.questions import CHOICE
from dialog.engine.scene import Scene
from dialog.engine.state import Choice
from dialog.engine.turn import Turn
from dialog.engine.waiting import announce, is_long
from dialog.scenes.nobody import CALL_BACK, MESSAGE, WAIT

_NONE = Choice("wait", "4", ("不用", "没有", "没事", "没了", "算了"))


def begin(t: Turn) -> None:
    """Say it honestly; a long wait is a choice."""
    announce(t)
    if is_long(t):
        t.ask("queue.offer", "chosen", CHOICE, choices=(WAIT, CALL_BACK, MESSAGE, _NONE), sticky=False)


def chosen(t: Turn) -> None:
    """Wait in peace, or have it done without waiting."""
    if t.answer.choice == "wait":
        t.say("queue.stay")
    else:
        t.begin("nobody", intent=t.state.transfer_reason, choice=t.answer.choice or "", **t.answer.slots)


SCENE = Scene(
    name="queue",
    begin=begin,
    needs_parcel=False,
    request="排队等人工",
    whisper="排队等人工",
    steps={"chosen": chosen},
)
