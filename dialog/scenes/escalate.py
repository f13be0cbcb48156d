"""12305, police, press, injury, self-harm: a person at once, whoever is on call."""

from __future__ import annotations

from dialog.engine.handover import reach_person
from dialog.engine.scene import Scene
from dialog.engine.turn import Turn

_ASKS = ("多少", "电话", "怎么打", "号码", "怎么申诉", "怎么投")


def begin(t: Turn) -> None:
    """Say the number when it is asked for; then a person."""
    text = t.state.heard[-1].text if t.state.heard else ""
    if t.topic.intent == "safety":
        t.say("escalate.safety")
    elif any(word in text for word in _ASKS):
        t.say("escalate.authority")
    else:
        t.say("escalate.sorry")
    reach_person(t, t.topic.intent, "complaint", on_call=True)


SCENE = Scene(
    name="escalate",
    begin=begin,
    intents=("authority", "safety"),
    needs_parcel=False,
    request="提到申诉、媒体或人身安全",
    whisper="升级,请优先",
    next_step="优先安抚,由主管跟进",
)
