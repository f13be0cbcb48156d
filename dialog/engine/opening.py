"""The first second of a call: the greeting, or going on where a dropped call was."""

from __future__ import annotations

from dataclasses import replace

from dialog.engine.flow import HOME, settle
from dialog.engine.handover import OUTSIDE
from dialog.engine.results import learn_orders, learn_parcels
from dialog.engine.state import DialogueState, Phase
from dialog.engine.turn import Turn
from dialog.protocol import CallStarted


def on_call_started(t: Turn, event: CallStarted) -> None:
    """Begin a call, or take a dropped one up again."""
    if t.state.phase is not Phase.NEW:
        return
    old = _dropped(event)
    # The stored state is not carried on, or every drop would nest the one before it.
    fresh = replace(event, caller=replace(event.caller, dropped_state={}))
    if old is None:
        _greet(t, fresh)
    else:
        _go_on(t, fresh, old)


def _dropped(event: CallStarted) -> DialogueState | None:
    if not event.caller.dropped_state:
        return None
    try:
        old = DialogueState.from_json(event.caller.dropped_state)
    except ValueError:  # written by another version: a normal greeting is the honest start
        return None
    parted = any(topic.scene == "goodbye" for topic in old.topics)
    return old if old.phase not in (Phase.NEW, Phase.ENDED) and old.turn > 0 and not parted else None


def _greet(t: Turn, event: CallStarted) -> None:
    caller = event.caller
    t.change(phase=Phase.TALKING, started=event, parcels=caller.parcels, orders=caller.orders)
    t.begin(HOME)
    t.update(begun=True)
    t.say("opening.greeting")
    t.interruptible = False
    t.chain = True


def _go_on(t: Turn, event: CallStarted, old: DialogueState) -> None:
    """No greeting, no second order: what was asked is asked again, what was waited for is looked at anew."""
    left_to_person = old.phase in (Phase.TRANSFERRING, Phase.BRIDGED) and old.transfer_reason != OUTSIDE
    topics = tuple(replace(x, waiting=None, begun=False) if x.waiting else x for x in old.topics)
    t.state = replace(
        old,
        phase=Phase.TALKING,
        over=False,
        now=event.at,
        started=event,
        topics=topics,
        backlog=(),
        pieces=(),
        keyed="",
        misses=0,
        after_say=None,
        unheard=(),
    )
    learn_parcels(t, event.caller.parcels)
    learn_orders(t, event.caller.orders)
    t.note("call.resumed", call=event.caller.dropped_call_id or "")
    t.say_first("opening.resumed", "opening.resumed_plain")
    if left_to_person:
        t.begin("person", intent="resumed")
    question = t.state.question
    if question is not None:
        t.put(question)
    else:
        settle(t)
