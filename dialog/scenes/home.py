"""The ground under every call: the opening after the greeting, and 「还有别的要帮您吗」."""

from __future__ import annotations

from datetime import timedelta

from dialog.engine.questions import OPEN, YES_NO
from dialog.engine.scene import Scene
from dialog.engine.state import Question
from dialog.engine.turn import Turn
from logistics_client.vocabulary import CallerClass, OrderStatus, WorkOrder

_FRESH = timedelta(hours=48)  # a result that the caller has most likely not heard yet
_NOT_THIS = ("不是这个", "不是这件", "不是这一", "另一个", "另一件", "另外一", "弄错", "搞错")
_OWN_MENU = {CallerClass.STAFF: "staff", CallerClass.MERCHANT: "merchant"}


def opening(t: Turn) -> None:
    """Say at once what the caller most likely calls about."""
    caller = t.call.caller
    if caller.caller_class is CallerClass.BLOCKED:
        t.say("opening.blocked")
        t.end("blocked")
    elif caller.caller_class in _OWN_MENU:
        t.begin(_OWN_MENU[caller.caller_class])
    elif not caller.carrier_reachable and not caller.parcels:
        t.say_first("opening.away")
        t.ask("home.ask", "answered", OPEN, sticky=False)
    elif caller.caller_class is CallerClass.SHARED or not caller.parcels:
        t.begin("identify", intent="opening")
    else:
        _offer(t)


def _offer(t: Turn) -> None:
    first = t.call.caller.parcels[0]
    if t.call.caller.calls_24h:
        t.say("opening.short_way")
    order = standing(t)
    if order is not None:
        t.change(focus=order.waybill)
        t.update(order_id=order.order_id)
        t.ask(_standing_words(t, order), "standing", YES_NO, sticky=False)
        return
    t.change(focus=first.waybill)
    t.say("opening.bulletin")
    t.ask("opening.offer", "offered", YES_NO, sticky=False)


def _standing_words(t: Turn, order: WorkOrder) -> str:
    if not order.status.is_running:
        return "opening.standing_result"
    return "opening.standing_overdue" if t.knows("opening.standing_overdue") else "opening.standing"


def standing(t: Turn) -> WorkOrder | None:
    """The order the caller most likely asks about: overdue first, then running, then a fresh result."""
    known = {parcel.waybill for parcel in t.state.parcels}
    orders = [order for order in t.state.orders if order.waybill in known]
    running = [order for order in orders if order.status.is_running and order.promise is not None]
    late = [x for x in running if x.status is OrderStatus.OVERDUE or (x.promise and x.promise.due_at <= t.now)]
    fresh = [x for x in orders if x.status is OrderStatus.RESULTED and x.outcome and t.now - x.opened_at < _FRESH]
    return max(late or running or fresh, key=lambda order: order.opened_at, default=None)


def offered(t: Turn) -> None:
    """「是问这个吗」."""
    t.update(order_id=None)
    if t.answer.yes:
        if not t.state.queue:
            t.begin("track", intent="track")
        return
    t.change(passed=(*t.state.passed, t.state.focus or ""), focus=None)
    if not t.state.queue or t.answer.slots:
        t.begin("identify", intent="other_parcel", **t.answer.slots)


def standing_answer(t: Turn) -> None:
    """The standing promise was named; 「是问这个吗」."""
    order_id = t.topic.order_id
    if t.answer.yes:
        t.update(order_id=None)
        if not t.state.queue:
            t.begin("followup", intent="progress_followup", order_id=order_id or "")
        return
    t.update(order_id=None)
    if not t.state.queue:
        t.ask("home.ask", "answered", OPEN, sticky=False)


def more(t: Turn) -> None:
    """Nothing is left to do: ask, or open with the first question; in the queue the caller just waits."""
    if t.state.queued is not None:
        _wait(t)
        return
    t.ask("home.more" if t.state.served else "home.ask", "answered", OPEN, sticky=False)


def answered(t: Turn) -> None:
    """「没有了」 ends the call, as 「好的」 does to all that was told; 「有」 asks what; 「不是这个件」 is neither."""
    content = t.answer.yes is True and bool(t.state.served) and "有" not in t.answer.text
    if t.answer.yes is False and any(word in t.answer.text for word in _NOT_THIS):
        t.change(passed=(*t.state.passed, t.state.focus or ""), focus=None)
        t.begin("identify", intent="other_parcel", **t.answer.slots)
    elif (t.answer.yes is False or content) and not t.state.queue:
        t.begin("goodbye", intent="bye")
    elif not t.state.queue:
        t.ask("home.ask", "answered", OPEN, sticky=False)


def waits(t: Turn) -> None:
    """「没有」 in the queue is no goodbye."""
    if t.answer.yes is False:
        t.say("queue.stay")
    _wait(t)


def _wait(t: Turn) -> None:
    """Listen; the invitation to go on is not repeated to somebody who was just left in peace."""
    if t.has_said("queue.stay"):
        t.keep_asking(Question("queue.meanwhile", "waits", OPEN, sticky=False))
    else:
        t.ask("queue.meanwhile", "waits", OPEN, sticky=False)


SCENE = Scene(
    name="home",
    begin=more,
    needs_parcel=False,
    steps={
        "opening": opening,
        "offered": offered,
        "standing": standing_answer,
        "answered": answered,
        "waits": waits,
    },
)
