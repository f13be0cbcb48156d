"""查件: where the parcel is, why it waits, and when it moves, to the hour."""

from __future__ import annotations

from dialog.engine.questions import YES_NO
from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.identity import Item, Leave
from logistics_client.facts import Abnormal
from logistics_client.vocabulary import Stage

# What is offered at once when the parcel is in this kind of trouble: question and the scene behind it.
_OFFERS = {
    Abnormal.HUB_STRANDED: ("track.offer_hub", "stuck_hub"),
    Abnormal.SILENT: ("track.offer_search", "lost"),
    Abnormal.OUTLET_STUCK: ("track.offer_urge", "urge_delivery"),
    Abnormal.DELIVERY_FAILED: ("track.offer_urge", "urge_delivery"),
    Abnormal.UNREACHABLE: ("track.offer_urge", "urge_delivery"),
    Abnormal.LATE: ("track.offer_urge", "urge_delivery"),
    Abnormal.PERISHABLE_LATE: ("track.offer_perishable", "perishable"),
    Abnormal.DAMAGED: ("track.offer_damage", "damage"),
    Abnormal.LOST: ("track.offer_claim", "claim"),
}
_STALE_HOURS = 24.0
_CAUSE_TOLD = ("opening.bulletin", "track.why_and_next", "track.why")
# Stages that have a scene of their own which says more than the trace.
_TOLD_ELSEWHERE = {
    Stage.CUSTOMS_HELD: "customs",
    Stage.AWAITING_PICKUP_LOCKER: "locker",
    Stage.AWAITING_PICKUP_STATION: "locker",
}


def begin(t: Turn) -> None:
    """Where, why, when; then the help that fits."""
    parcel = t.own_parcel
    if t.may(Item.TRACE) is not Leave.YES:
        t.say_first("track.stage_expected", "track.stage", "track.nothing")
        return
    if parcel.stage in _TOLD_ELSEWHERE:
        t.begin(_TOLD_ELSEWHERE[parcel.stage], intent=t.topic.intent)
        return
    _where(t)
    _why_and_when(t)
    if parcel.stale:
        t.say("track.stale")
    _offer(t)


def _where(t: Turn) -> None:
    """Not again what the opening has just said."""
    if not _just_offered(t) and not t.say("track.where"):
        t.say("track.nothing")


def _just_offered(t: Turn) -> bool:
    """Whether the last words named this parcel and its place."""
    last, parcel = t.state.last_say, t.parcel
    return (
        last is not None
        and parcel is not None
        and any(
            sentence.wording.startswith(("opening.offer@", "identify.offer@"))
            and any(fact.source == "parcel.tail" and fact.value == parcel.tail for fact in sentence.facts)
            for sentence in last.sentences
        )
    )


def _why_and_when(t: Turn) -> None:
    facts = t.view().derived
    if facts is None or (t.parcel and t.parcel.stage.is_signed):
        return
    told = say_why(t)
    told = t.say("track.expected") or told
    if t.topic.intent == "eta" and not told:
        told = t.say("track.no_eta")
    if not told or (facts.hours_since or 0.0) >= _STALE_HOURS:
        t.say("track.last")


def say_why(t: Turn) -> bool:
    """Say the cause and the next move; a cause that was just told is not told again."""
    if any(name in t.state.said for name in _CAUSE_TOLD):
        return t.say("track.next") or "track.why" in t.state.said
    return t.say_first("track.why_and_next", "track.why", "track.next")


def _offer(t: Turn) -> None:
    facts = t.view().derived
    if t.parcel is not None and t.parcel.stage.is_signed:
        t.ask("track.received", "received", YES_NO, sticky=False)
        return
    abnormal = facts.abnormal if facts else None
    if abnormal not in _OFFERS or t.state.queue:
        return
    if t.running() is not None:
        t.say("order.standing", order=t.running())
        return
    wording, intent = _OFFERS[abnormal]
    t.remember(offer=intent)
    t.ask(wording, "accepted", YES_NO, sticky=False)


def accepted(t: Turn) -> None:
    """The offered help is wanted, or not."""
    if t.answer.yes:
        intent = t.memory["offer"]
        t.begin(t.dialogue.scene_for(intent).name, intent=intent, told="yes")


def received(t: Turn) -> None:
    """「您收到了吗」."""
    if t.answer.yes is False and not t.state.queue:
        t.begin("signed", intent="signed_not_received")


SCENE = Scene(
    name="track",
    begin=begin,
    intents=("track", "eta"),
    request="查询包裹到哪了、什么时候到",
    whisper="查件",
    steps={"accepted": accepted, "received": received},
    next_step="告知最新轨迹和预计时间",
)
