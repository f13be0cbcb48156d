"""Progress of an earlier order: where it stands first; overdue means one apology, escalation, and a person."""

from __future__ import annotations

from dialog.engine.questions import YES_NO
from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind, OrderStatus, WorkOrder


def begin(t: Turn) -> None:
    """Progress first."""
    order = t.state.order(t.memory.get("order_id")) or _latest(t)
    if order is None:
        t.say("followup.none")
        t.begin("track", intent="track")
        return
    t.update(order_id=order.order_id)
    if not order.status.is_running:
        t.say_first("followup.result", "followup.closed")
        t.ask("followup.solved", "solved", YES_NO, sticky=False)
    elif order.status is OrderStatus.OVERDUE or (order.promise is not None and order.promise.due_at <= t.now):
        _escalate(t, order)
    else:
        t.say_first("order.running_promise", "order.running")


def _latest(t: Turn) -> WorkOrder | None:
    return t.running() or max(t.orders(), key=lambda order: order.opened_at, default=None)


def _escalate(t: Turn, order: WorkOrder) -> None:
    """One apology; the complaint is linked so that somebody by name has to answer."""
    t.say_once("followup.sorry")
    process.start(t, OrderKind.COMPLAINT, "escalated", linked=order.order_id, issue="承诺时间已过,没有处理结果")
    if t.topic.waiting is None:
        _offer_person(t)


def escalated(t: Turn) -> None:
    """Escalated, with a clock of its own."""
    if process.opened(t, "followup.escalated"):
        _offer_person(t)


def _offer_person(t: Turn) -> None:
    t.ask("followup.person", "person", YES_NO, sticky=False)


def person(t: Turn) -> None:
    """The short way."""
    if t.answer.yes:
        t.begin("person", intent="promise_missed")


def solved(t: Turn) -> None:
    """A result that does not satisfy is a complaint."""
    if t.answer.yes is False:
        t.begin("complaint", intent="complaint", issue_desc="对处理结果不满意")


SCENE = Scene(
    name="followup",
    begin=begin,
    intents=("progress_followup",),
    request="追问之前工单的进展",
    whisper="追问进展",
    steps={"escalated": escalated, "person": person, "solved": solved},
    next_step="直接给出进展,不让用户重复经过",
)
