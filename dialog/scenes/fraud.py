"""「有人说我件丢了要加微信理赔」: warn first, then see whether money is gone."""

from __future__ import annotations

from dialog.engine.handover import reach_person
from dialog.engine.questions import YES_NO
from dialog.engine.scene import Scene
from dialog.engine.turn import Turn


def begin(t: Turn) -> None:
    """The warning must not wait for a number."""
    t.say("fraud.warning")
    t.say("fraud.parcel")
    t.ask("fraud.paid", "paid", YES_NO)


def paid(t: Turn) -> None:
    """Money or codes are gone: police and a person, now."""
    if t.answer.yes:
        t.say("fraud.police")
        reach_person(t, "fraud", "complaint", on_call=True)
    else:
        t.say("fraud.good")


SCENE = Scene(
    name="fraud",
    begin=begin,
    intents=("fraud_check",),
    needs_parcel=False,
    request="疑似冒充客服诈骗",
    whisper="疑似诈骗",
    steps={"paid": paid},
    next_step="提醒不要转账,核实包裹真实状态",
)
