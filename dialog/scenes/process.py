"""Starting a process, the same in every scene: found running, or opened with its promise, or honestly not."""

from __future__ import annotations

from dialog.engine.turn import Turn
from dialog.identity import Item, Leave
from logistics_client.vocabulary import OrderKind, OrderStatus, WorkOrder


def start(t: Turn, kind: OrderKind, done: str = "opened", **details: str) -> None:
    """Open an order of this kind, unless one is running: then report that one.

    Args:
        t: the turn.
        kind: what to start.
        done: the scene's step that speaks about the opened order.
        details: what the outlet has to know, added to the caller's remarks.
    """
    running = t.running(kind)
    if running is not None and "reopen" not in details:
        report(t, running)
        return
    remarks = ";".join(remark.text for remark in t.state.remarks)
    if remarks:
        details.setdefault("note", remarks)
    if t.state.helper:
        details.setdefault("notify", "receiver")
    t.open_order(kind, done, **{key: value for key, value in details.items() if value})


def opened(t: Turn, wording: str) -> bool:
    """Say what was opened and by when it will be done; False when it could not be opened."""
    result = t.ordered
    assert result is not None  # this step runs only with an answer to OpenOrder
    if result.order is None:
        t.say("order.failed")
        t.begin("person", intent="order_failed")
        return False
    t.update(order_id=result.order.order_id)
    if not result.new:
        report(t, result.order)
    else:
        t.say_first(wording, "order.opened")
        t.say_first("order.promised")
    return True


def report(t: Turn, order: WorkOrder) -> None:
    """Say how far a running order is: progress first, and what is done when it is late."""
    t.update(order_id=order.order_id)
    late = order.status is OrderStatus.OVERDUE or (order.promise is not None and order.promise.due_at <= t.now)
    if late and t.say_first("order.overdue", order=order):
        return
    t.say_first("order.running_promise", "order.running", order=order)


def offer_link(t: Turn, purpose: str, item: Item, then: str) -> bool:
    """Send a link to the order's phone when the table allows it; False when it does not."""
    if t.may(item) is Leave.NO or t.waybill is None:
        return False
    t.send_link(purpose, then)
    return True


def link_sent(t: Turn, wording: str) -> bool:
    """「短信已发送」 is said only on the gateway's receipt."""
    sent = t.link is not None and t.link.sent
    if sent:
        t.change(links=(*t.state.links, wording))
        t.say(wording)
    else:
        t.say("link.failed")
    return sent
