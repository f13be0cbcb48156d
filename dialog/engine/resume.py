"""What is kept of a talk for a redial, and whether there is something to go on with."""

from __future__ import annotations

from dataclasses import replace

from dialog.engine.flow import HOME
from dialog.engine.state import DialogueState, Phase

_PARTED = ("goodbye",)


def kept(state: DialogueState) -> dict[str, object] | None:
    """The state as it is stored while the call runs, None when there is nothing a redial could go on with.

    The caller's own parcels are read anew on a redial and left out, except those that are being talked about: a
    merchant's list would make every turn slow.
    """
    if state.started is None or not _goes_on(state):
        return None
    talked = {state.focus, *(topic.waybill for topic in state.topics)}
    own = state.own_waybills
    parcels = tuple(x for x in state.parcels if x.waybill in talked or x.waybill not in own)
    profile = replace(state.started.caller, parcels=(), orders=(), bulletins=(), dropped_state={})
    return state.evolve(parcels=parcels, started=replace(state.started, caller=profile)).to_json()


def _goes_on(state: DialogueState) -> bool:
    parted = any(topic.scene in _PARTED for topic in state.topics)
    return state.phase not in (Phase.NEW, Phase.ENDED) and state.turn > 0 and not parted


def is_unfinished(state: DialogueState) -> bool:
    """Whether the caller left in mid-matter.

    A caller who hangs up after an answer, with no more than an offer in the air, has what was wanted; one who leaves
    a question that has to be answered, or words that wait for a look-up, was cut off.
    """
    if not _goes_on(state) or state.phase is Phase.BRIDGED:
        return False
    if state.phase is Phase.TRANSFERRING or state.pieces or state.backlog or state.queue:
        return True
    question = state.question
    asked = question is not None and question.sticky and state.topic is not None and state.topic.scene != HOME
    return asked or any(topic.waiting for topic in state.topics)
