"""Reaching a person: the transfer, what became of it, and the honest alternatives."""

from __future__ import annotations

from dialog.card import build_card
from dialog.engine.flow import HOME, run, settle
from dialog.engine.state import Phase
from dialog.engine.turn import Turn
from dialog.engine.waiting import announce, leave_queue, on_queued
from dialog.protocol import Transfer, TransferOutcome, TransferProgress

OUTSIDE = "outside"  # reason of a transfer to an outlet or a courier

_FAILED = {
    TransferOutcome.BUSY: "busy",
    TransferOutcome.NO_ANSWER: "no_answer",
    TransferOutcome.DECLINED: "declined",
    TransferOutcome.FAILED: "failed",
    TransferOutcome.UNAVAILABLE: "failed",
}


def reach_person(t: Turn, reason: str, skill: str, *, on_call: bool = False) -> None:
    """Hand the caller to a person, or say honestly that there is none and offer what can be done.

    Args:
        t: the turn.
        reason: why, for the queue and the figures.
        skill: the group of people who can help.
        on_call: whether somebody is on call for this even when the desk is closed.
    """
    if t.state.queued is not None and not on_call:
        announce(t)
        return
    leave_queue(t)
    settings, staffing = t.dialogue.settings, t.call.staffing
    if t.state.attempts >= settings.transfer_attempts or not (staffing.person_reachable or on_call):
        t.begin("nobody", intent=reason, outcome="" if staffing.person_reachable else "closed")
        return
    t.say_first("person.on_call" if not staffing.person_reachable else "person.connecting")
    t.change(attempts=t.state.attempts + 1, transfer_reason=reason, queue=())
    card = build_card(t.state, t.dialogue)
    t.last(Transfer(t.new_id("t"), reason, skill, card))
    t.change(phase=Phase.TRANSFERRING)


def reach_outside(t: Turn, skill: str) -> None:
    """Ring ``outlet:<number>`` or ``courier:<number>``; it is no attempt to reach a person of the desk."""
    t.say("connect.connecting")
    t.change(transfer_reason=OUTSIDE, queue=())
    t.last(Transfer(t.new_id("t"), OUTSIDE, skill, build_card(t.state, t.dialogue)))
    t.change(phase=Phase.TRANSFERRING)


def still_calling(t: Turn) -> None:
    """Whoever rings, the caller is not left in silence."""
    t.say("connect.still_calling" if t.state.transfer_reason == OUTSIDE else "person.still_calling")


def on_progress(t: Turn, event: TransferProgress) -> None:
    """Act on news of the transfer."""
    if event.outcome is TransferOutcome.QUEUED:
        on_queued(t, event)
    elif event.outcome is TransferOutcome.RINGING:
        _rings(t)
    elif event.outcome is TransferOutcome.BRIDGED:
        t.change(phase=Phase.BRIDGED, queued=None)
    elif event.outcome is TransferOutcome.LOST and t.state.transfer_reason == OUTSIDE:
        _outside_unreached(t, "lost")
    elif event.outcome in (TransferOutcome.ENDED, TransferOutcome.LOST):
        _back_from_person(t)
    elif event.outcome in _FAILED and t.state.phase is Phase.TRANSFERRING and t.state.transfer_reason == OUTSIDE:
        _outside_unreached(t, _FAILED[event.outcome])
    elif event.outcome in _FAILED and (t.state.phase is Phase.TRANSFERRING or t.state.queued is not None):
        kept = tuple(x for x in t.state.topics if x.scene not in ("person", "queue"))
        t.change(phase=Phase.TALKING, topics=kept, queued=None)
        t.begin("nobody", intent=t.state.transfer_reason, outcome=_FAILED[event.outcome])
        settle(t)


def _rings(t: Turn) -> None:
    """Somebody is free: what the bot was doing stops here, the person goes on with it."""
    if t.state.queued is not None and t.state.phase is Phase.TALKING:
        t.say("queue.next")
        t.change(phase=Phase.TRANSFERRING)


def _outside_unreached(t: Turn, outcome: str) -> None:
    """Nobody of the outlet came, or its line broke: the matter that rang it goes on with what helps instead."""
    others = tuple(x for x in t.state.topics if x.scene != "connect")
    connecting = tuple(x for x in t.state.topics if x.scene == "connect")
    t.change(phase=Phase.TALKING, topics=(*others, *connecting), transfer_reason="")
    t.remember(outcome=outcome)
    run(t, "unreached")


def _back_from_person(t: Turn) -> None:
    outside = t.state.transfer_reason == OUTSIDE
    t.change(phase=Phase.TALKING, attempts=0, topics=(), misses=0, queued=None, transfer_reason="")
    t.begin(HOME)
    t.update(begun=True)
    t.say("connect.back" if outside else "person.back")
    t.dialogue.scenes[HOME].step("begin")(t)
