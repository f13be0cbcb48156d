"""In the queue for a person: the bot goes on working, tells honestly how long it takes, and offers a call back."""

from __future__ import annotations

from datetime import timedelta

from dialog.engine.flow import settle
from dialog.engine.state import Phase, Queued
from dialog.engine.turn import Turn
from dialog.protocol import LeaveQueue, TransferProgress

PLACE = ("queue.place_and_wait", "queue.wait", "queue.place", "queue.unknown")
"""What is said about the queue, the fullest sentence first."""


def on_queued(t: Turn, event: TransferProgress) -> None:
    """The caller waits, or moved up."""
    before = t.state.queued
    told = before.told_at if before is not None else None
    t.change(queued=Queued(event.request_id, event.position, event.estimate_s, told))
    if t.state.phase is not Phase.TRANSFERRING:
        if is_due(t) and (t.state.topic is None or t.topic.waiting is None):
            announce(t)
        return
    t.change(phase=Phase.TALKING, topics=tuple(x for x in t.state.topics if x.scene not in ("person", "queue")))
    if before is not None:  # it rang, and nobody took the call
        t.say("queue.again")
    t.begin("queue")
    settle(t)


def is_due(t: Turn) -> bool:
    """Whether the caller has heard nothing about the queue for long enough to be told again."""
    queued = t.state.queued
    if queued is None:
        return False
    interval = timedelta(seconds=t.dialogue.settings.queue_announce_s)
    return queued.told_at is None or t.now - queued.told_at >= interval


def announce(t: Turn) -> None:
    """Say where the caller stands, as far as it is known; never a number that nobody gave."""
    queued = t.state.queued
    assert queued is not None  # the callers checked
    t.say_first(*PLACE)
    t.change(queued=Queued(queued.request_id, queued.position, queued.estimate_s, t.now))


def is_long(t: Turn) -> bool:
    """Whether a call back is the better offer."""
    queued = t.state.queued
    return queued is not None and (queued.estimate_s or 0) >= t.dialogue.settings.queue_long_s


def leave_queue(t: Turn) -> None:
    """The caller does not wait any longer."""
    if t.state.queued is not None:
        t.last(LeaveQueue(t.state.queued.request_id))
        t.change(queued=None)
