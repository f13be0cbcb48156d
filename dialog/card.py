"""The hand-over card: what an agent has to know before saying hello, built at any moment of the call."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dialog.engine.state import DialogueState
from dialog.facts.of_order import ORDER_WORDS
from dialog.facts.spoken_time import CHINA
from dialog.protocol import CardLine, HandoverCard
from logistics_client.facts import Abnormal, ParcelFacts, derive
from logistics_client.vocabulary import CallerClass, OrderKind, OrderStatus, Parcel, WorkOrder

if TYPE_CHECKING:
    from dialog.engine.dialogue import Dialogue
    from dialog.engine.scene import Scene

_WHISPER = 20  # characters: about four seconds in the agent's ear
_TRACE_LINES = 3
_LOW_CONFIDENCE = 0.6
# Matters that are about the parcel's own situation: the situation says more than the matter's name.
_ABOUT_THE_PARCEL = frozenset(("track", "urge", "stuck", "followup", "lost", "perishable", "locker", "customs"))
_SITUATION = {
    Abnormal.LOST: ("包裹疑似遗失", "疑似遗失"),
    Abnormal.PERISHABLE_LATE: ("生鲜包裹延误", "生鲜延误"),
    Abnormal.DAMAGED: ("包裹破损", "包裹破损"),
    Abnormal.CUSTOMS_HELD: ("包裹被海关扣留", "海关扣留"),
    Abnormal.REFUSED: ("包裹被登记拒收", "登记拒收"),
    Abnormal.RETURNING: ("包裹正在退回", "正在退回"),
    Abnormal.UNREACHABLE: ("包裹派送联系不上收件人", "派送未联系上"),
    Abnormal.OUT_OF_AREA: ("包裹超出派送范围", "超区"),
    Abnormal.DELIVERY_FAILED: ("包裹派送未成功", "派送未成功"),
    Abnormal.LOCKER_UNNOTIFIED: ("包裹放柜未通知", "放柜未通知"),
    Abnormal.HUB_STRANDED: ("包裹滞留中转场未发出", "滞留中转场"),
    Abnormal.OUTLET_STUCK: ("包裹滞留网点未派件", "滞留网点"),
    Abnormal.SILENT: ("包裹长时间没有更新", "长时间无更新"),
    Abnormal.LATE: ("包裹超过预计时间未到", "超时未到"),
}
_PROCESS = {OrderKind.URGE_DELIVERY: "网点催派"}
_EMOTION = {"neutral": "平稳", "anxious": "着急", "angry": "生气", "abusive": "情绪激动"}


def build_card(state: DialogueState, dialogue: Dialogue) -> HandoverCard:
    """Build the card from the state at ``state.now``."""
    assert state.now is not None and state.started is not None  # no card before the call began
    parcel = state.parcel(state.focus)
    facts = derive(parcel, state.now, state.started.caller.bulletins) if parcel is not None else None
    scene = _matter(state, dialogue)
    orders = _orders(state, parcel)
    caller_class = state.class_towards(parcel.waybill if parcel is not None else None)
    request, short = _request(scene, facts)
    return HandoverCard(
        request=request,
        processes=tuple(_process_line(state, order, state.now) for order in orders),
        notes=_notes(state, parcel),
        trace=_trace(parcel),
        promises=tuple(_promise_line(state, order, state.now) for order in orders if order.promise is not None),
        emotion=_EMOTION.get(state.emotion, state.emotion),
        unconfirmed=_unconfirmed(state, parcel, caller_class),
        next_steps=_next_steps(state, scene, orders),
        identity=dialogue.rights.badge(caller_class),
        intent=_intent(state),
        waybill=parcel.waybill if parcel is not None else None,
        whisper=_whisper(parcel, short, orders),
    )


def one_line(card: HandoverCard) -> str:
    """Write the card as one line, 用户诉求 first, then 已触发 and 补充信息 where there are any."""
    parts = [f"用户诉求:{card.request}"]
    for title, lines in (("已触发", card.processes), ("补充信息", card.notes)):
        if lines:
            parts.append(f"{title}:" + "、".join(line.text for line in lines))
    return ";".join(parts)


def _matter(state: DialogueState, dialogue: Dialogue) -> Scene | None:
    """The last matter that an agent could take over."""
    names = [name for name in state.served if dialogue.scenes[name].next_step and name not in ("person", "nobody")]
    waiting = [topic.scene for topic in state.topics if not topic.begun and topic.scene in dialogue.scenes]
    name = (waiting or names or ["person"])[-1]
    return dialogue.scenes.get(name)


def _intent(state: DialogueState) -> str:
    named = [topic.intent for topic in state.topics if topic.intent]
    heard = [intent for turn in state.heard for intent in turn.intents if intent != "human"]
    return named[0] if named and named[0] != "human" else (heard[-1] if heard else "human")


def _request(scene: Scene | None, facts: ParcelFacts | None) -> tuple[str, str]:
    about_parcel = scene is None or scene.name in _ABOUT_THE_PARCEL or scene.name == "person"
    if about_parcel and facts is not None and facts.abnormal in _SITUATION:
        return _SITUATION[facts.abnormal]
    if scene is not None and scene.request:
        return scene.request, scene.whisper
    return "要求人工服务", "要求人工"


def _orders(state: DialogueState, parcel: Parcel | None) -> tuple[WorkOrder, ...]:
    """What runs for this parcel, and what this call started."""
    here = {deed.order_id for deed in state.deeds}
    orders = [
        order
        for order in state.orders
        if order.order_id in here
        or (parcel is not None and order.waybill == parcel.waybill and order.status.is_running)
    ]
    return tuple(sorted(orders, key=lambda order: order.opened_at, reverse=True))


def _turn_of(state: DialogueState, order: WorkOrder) -> int:
    return next((deed.turn for deed in state.deeds if deed.order_id == order.order_id), 0)


def _process_line(state: DialogueState, order: WorkOrder, now: datetime) -> CardLine:
    name = _PROCESS.get(order.kind, ORDER_WORDS[order.kind])
    return CardLine("已触发", f"{name}流程({_age(now - order.opened_at)}前)", _turn_of(state, order))


def _promise_line(state: DialogueState, order: WorkOrder, now: datetime) -> CardLine:
    assert order.promise is not None  # the caller of this function selected those
    due = order.promise.due_at
    left = f"还剩{_age(due - now)}" if due > now else f"已超时{_age(now - due)}"
    text = f"{ORDER_WORDS[order.kind]}:{order.promise.what},{due.astimezone(CHINA):%m-%d %H:%M}前({left})"
    return CardLine("已承诺", text, _turn_of(state, order))


def _age(length: timedelta) -> str:
    minutes = max(0, int(length / timedelta(minutes=1)))
    if minutes < 60:
        return f"{minutes}分钟"
    return f"{minutes // 60}小时" if minutes < 48 * 60 else f"{minutes // (24 * 60)}天"


def _notes(state: DialogueState, parcel: Parcel | None) -> tuple[CardLine, ...]:
    stored = parcel.address_note if parcel is not None else None
    lines = [CardLine("补充信息", f"用户留的地址是{stored}")] if stored else []
    lines += [
        CardLine("补充信息", remark.text, remark.turn, round(remark.confidence, 2))
        for remark in state.remarks
        if remark.text != stored
    ]
    if state.helper:
        lines.append(CardLine("补充信息", "代他人来电,处理结果通知收件人"))
    if not state.recording:
        lines.append(CardLine("补充信息", "用户不同意录音,本次未录音"))
    return tuple(lines)


def _trace(parcel: Parcel | None) -> tuple[CardLine, ...]:
    events = parcel.events[-_TRACE_LINES:] if parcel is not None else ()
    return tuple(
        CardLine("轨迹", f"{event.at.astimezone(CHINA):%m-%d %H:%M} {event.text}") for event in reversed(events)
    )


def _unconfirmed(state: DialogueState, parcel: Parcel | None, caller_class: CallerClass) -> tuple[CardLine, ...]:
    lines = [
        CardLine("未确认项", remark.text, remark.turn, round(remark.confidence, 2)) for remark in state.unconfirmed
    ]
    if parcel is None:
        lines.append(CardLine("未确认项", "包裹单号未确认"))
    if caller_class in (CallerClass.UNKNOWN, CallerClass.SHARED):
        lines.append(CardLine("未确认项", "来电人身份未核实"))
    lines += [
        CardLine("未确认项", f"可能没听清:{turn.text[:20]}", turn.turn, round(turn.confidence, 2))
        for turn in state.heard[-5:]
        if turn.confidence < _LOW_CONFIDENCE and turn.text
    ]
    return tuple(lines)


def _next_steps(state: DialogueState, scene: Scene | None, orders: tuple[WorkOrder, ...]) -> tuple[str, ...]:
    assert state.now is not None  # checked by build_card
    now = state.now
    late = [
        order
        for order in orders
        if order.status is OrderStatus.OVERDUE or (order.promise is not None and order.promise.due_at <= now)
    ]
    steps = [f"{ORDER_WORDS[order.kind]}已超时,先致歉再升级处理" for order in late]
    if scene is not None and scene.next_step:
        steps.append(scene.next_step)
    return tuple(steps)


def _whisper(parcel: Parcel | None, short: str, orders: tuple[WorkOrder, ...]) -> str:
    parts = [f"尾号{parcel.tail}"] if parcel is not None else []
    parts.append(short)
    if orders:
        parts.append(f"已{ORDER_WORDS[orders[0].kind]}")
    while len(",".join(parts)) > _WHISPER and len(parts) > 1:
        parts.pop()
    return ",".join(parts)[:_WHISPER]
