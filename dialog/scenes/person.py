"""转人工: a person, at once and in every state."""

from __future__ import annotations

from dialog.engine.handover import reach_person
from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from logistics_client.vocabulary import CallerClass

_SKILLS = {CallerClass.MERCHANT: "merchant", CallerClass.STAFF: "dispatch"}


def begin(t: Turn) -> None:
    """Hand over with the card; what was said so far goes along."""
    if t.topic.intent in ("no_input", "not_understood"):
        t.say("person.sorry")
    parcel = t.parcel
    on_call = parcel is not None and parcel.perishable
    skill = _SKILLS.get(t.call.caller.caller_class, "general")
    reach_person(t, t.topic.intent or "human", skill, on_call=on_call)


SCENE = Scene(
    name="person",
    begin=begin,
    intents=("human",),
    needs_parcel=False,
    request="要求人工服务",
    whisper="要求人工",
    next_step="先接住诉求,不让用户重复",
)
