"""How an order moves on: feedback from outlets and carriers, and the steps of people at the desk. Pure.

::

    opened ─▶ accepted ─▶ resulted ─▶ closed
       │  ╲      │ ▲          │         │
       │   ▶ rerouted         └──reopened◀┘
       └── overdue (its promise is due; it stays so until there is a result)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from logistics_client.database import to_text
from logistics_client.errors import LogisticsError
from logistics_client.vocabulary import OrderStatus, Promise, WorkOrder
from logistics_client.work_orders.draft import slot_of

# How far an order has come; feedback that arrives late never takes it back. Reopening is the one way back.
_PROGRESS = {
    OrderStatus.OPENED: 0,
    OrderStatus.REOPENED: 0,
    OrderStatus.ACCEPTED: 1,
    OrderStatus.REROUTED: 1,
    OrderStatus.OVERDUE: 1,
    OrderStatus.RESULTED: 2,
    OrderStatus.CLOSED: 3,
}


class StepRefusedError(LogisticsError):
    """The order cannot take this step as it stands; the text says what to do instead.

    Args:
        message: one sentence.
        code: ``done``, ``running``, ``no_owner`` or ``another_runs``, for whoever words it anew.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Step(StrEnum):
    """What a person does with an order."""

    ACCEPT = "accept"
    REROUTE = "reroute"
    RESULT = "result"
    CLOSE = "close"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Act:
    """One step by one person.

    Attributes:
        step: what is done.
        by: who does it.
        at: now.
        text: the result, or the reason.
        owner: who has to act from now on, for a reroute.
        promise: what is promised anew, for a reopening.
    """

    step: Step
    by: str
    at: datetime
    text: str | None = None
    owner: str | None = None
    promise: Promise | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to an order, as listeners hear it.

    Attributes:
        order: the order afterwards.
        status: what happened; an overdue order that is accepted stays overdue.
        at: when.
        by: who did it, None for feedback and the clock.
        text: the result, or the reason.
        kept: whether the promise was kept, where that was decided just now.
    """

    order: WorkOrder
    status: OrderStatus
    at: datetime
    by: str | None = None
    text: str | None = None
    kept: bool | None = None


def fed_back(
    order: WorkOrder,
    status: OrderStatus,
    now: datetime,
    outcome: str | None = None,
    owner: str | None = None,
    said_at: datetime | None = None,
) -> dict[str, Any]:
    """Return the columns that feedback changes; nothing for a repeat, a step back, or news of before a reopening."""
    reopened_at = order.details.get("reopened_at")
    if reopened_at is not None and (said_at is None or to_text(said_at) <= reopened_at):
        return {}
    if status is not OrderStatus.REOPENED:
        if _PROGRESS[status] < _PROGRESS[order.status]:
            return {}
        # An overdue order stays overdue while it is merely accepted: the caller is still owed an answer.
        if order.status is OrderStatus.OVERDUE and status is OrderStatus.ACCEPTED:
            return {}
    elif order.status.is_running:
        return {}
    if status is order.status and outcome in (None, order.outcome) and owner in (None, order.owner):
        return {}
    return {**_standing(order, status, now), **_given(outcome=outcome, owner=owner)}


def stepped(order: WorkOrder, act: Act) -> dict[str, Any]:
    """Return the columns that a person's step changes; nothing when it was taken before.

    Raises:
        StepRefusedError: the order does not stand where this step begins.
    """
    match act.step:
        case Step.ACCEPT:
            _needs_running(order)
            if order.details.get("accepted_by") == act.by:
                return {}
            late = order.status is OrderStatus.OVERDUE
            status = OrderStatus.OVERDUE if late else OrderStatus.ACCEPTED
            return {**_standing(order, status, act.at), "details": {**order.details, "accepted_by": act.by}}
        case Step.REROUTE:
            _needs_running(order)
            if not act.owner:
                raise StepRefusedError("name the outlet, hub or queue that takes the order", "no_owner")
            if act.owner == order.owner:
                return {}
            late = order.status is OrderStatus.OVERDUE
            status = OrderStatus.OVERDUE if late else OrderStatus.REROUTED
            details = {name: value for name, value in order.details.items() if name != "accepted_by"}
            return {**_standing(order, status, act.at), "owner": act.owner, "details": details}
        case Step.RESULT:
            if order.status is OrderStatus.RESULTED and act.text == order.outcome:
                return {}
            _needs_running(order)
            return {**_standing(order, OrderStatus.RESULTED, act.at), **_given(outcome=act.text)}
        case Step.CLOSE:
            if order.status is OrderStatus.CLOSED:
                return {}
            return {**_standing(order, OrderStatus.CLOSED, act.at), **_given(outcome=order.outcome or act.text)}
        case Step.REOPEN:
            return _reopened(order, act)


def happened(step: Step) -> OrderStatus:
    """Return what listeners are told about a step."""
    return _TOLD[step]


_TOLD: Mapping[Step, OrderStatus] = {
    Step.ACCEPT: OrderStatus.ACCEPTED,
    Step.REROUTE: OrderStatus.REROUTED,
    Step.RESULT: OrderStatus.RESULTED,
    Step.CLOSE: OrderStatus.CLOSED,
    Step.REOPEN: OrderStatus.REOPENED,
}


def _reopened(order: WorkOrder, act: Act) -> dict[str, Any]:
    if order.status is OrderStatus.REOPENED:
        return {}
    if order.status.is_running:
        raise StepRefusedError("the order still runs; there is nothing to reopen", "running")
    values = _standing(order, OrderStatus.REOPENED, act.at)
    details = {name: value for name, value in order.details.items() if name != "accepted_by"}
    details["reopened_at"] = to_text(act.at)
    values |= {"slot": slot_of(order.kind, order.waybill, order.call_id), "details": details}
    if act.promise is not None:
        values |= {"promise": act.promise.what, "due_at": to_text(act.promise.due_at), "kept": None}
    return values


def _needs_running(order: WorkOrder) -> None:
    if not order.status.is_running:
        raise StepRefusedError("the order is done; reopen it first", "done")


def _standing(order: WorkOrder, status: OrderStatus, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"status": status.value, "changed_at": to_text(now)}
    if not status.is_running:
        values["slot"] = None
        if order.promise is not None and order.promise.kept is None:
            values["kept"] = now <= order.promise.due_at
    return values


def _given(**columns: str | None) -> dict[str, str]:
    return {name: value for name, value in columns.items() if value is not None}
