"""投诉: what happened, an order with the company's own clock, and the short way to a person."""

from __future__ import annotations

from dialog.engine.questions import OPEN
from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind

_ENOUGH_TO_ACT = 9  # characters of a complaint that says what it is about


def begin(t: Turn) -> None:
    """Ask what it is about unless it was said."""
    said = t.memory.get("issue_desc") or _said(t)
    if said:
        _open(t, said)
    else:
        t.ask("complaint.what", "what", OPEN, free=True)


def _said(t: Turn) -> str:
    text = t.state.heard[-1].text if t.state.heard else ""
    return text if len(text) >= _ENOUGH_TO_ACT else ""


def what(t: Turn) -> None:
    """The complaint in the caller's own words."""
    _open(t, t.answer.text)


def _open(t: Turn, issue: str) -> None:
    if issue:
        t.remark(issue)
    process.start(t, OrderKind.COMPLAINT, issue=issue)


def opened(t: Turn) -> None:
    """The clock, and the way to a person."""
    if process.opened(t, "complaint.opened"):
        t.say("complaint.person")


SCENE = Scene(
    name="complaint",
    begin=begin,
    intents=("complaint",),
    needs_parcel=False,
    request="投诉",
    whisper="要投诉",
    steps={"what": what, "opened": opened},
    next_step="先致歉,核实投诉事实,给出处理时间",
)
