"""Facts about a work order: what was started, when, what was promised and what is left of it."""

from __future__ import annotations

from collections.abc import Mapping

from dialog.facts.kind import FactKind
from dialog.facts.spoken_time import deadline, duration, elapsed, moment
from dialog.facts.view import View
from dialog.identity import Item
from logistics_client.vocabulary import ORDER_NAMES, OrderKind, OrderStatus

# What is said where the name on a screen is too short, or has a sign that nobody can say.
ORDER_WORDS: Mapping[OrderKind, str] = {
    **ORDER_NAMES,
    OrderKind.DAMAGE: "破损登记",
    OrderKind.CHANGE_ADDRESS: "改地址",
    OrderKind.CHANGE_TIME: "改派送时间",
}

STATUS_WORDS: dict[OrderStatus, str] = {
    OrderStatus.OPENED: "已经提交,等待受理",
    OrderStatus.ACCEPTED: "已经受理,正在处理",
    OrderStatus.REROUTED: "已经转给对应网点处理",
    OrderStatus.RESULTED: "已经有处理结果",
    OrderStatus.CLOSED: "已经办结",
    OrderStatus.REOPENED: "已经重新处理",
    OrderStatus.OVERDUE: "已经超过承诺时间",
}


def _kind(view: View) -> str | None:
    return ORDER_WORDS.get(view.order.kind) if view.order else None


def _status(view: View) -> str | None:
    return STATUS_WORDS.get(view.order.status) if view.order else None


def _promise(view: View) -> str | None:
    promise = view.order.promise if view.order else None
    return deadline(promise.due_at, view.now) if promise and promise.due_at > view.now else None


def _what(view: View) -> str | None:
    return view.order.promise.what if view.order and view.order.promise else None


def _left(view: View) -> str | None:
    promise = view.order.promise if view.order else None
    return duration(promise.due_at - view.now) if promise and promise.due_at > view.now else None


def _overdue(view: View) -> str | None:
    promise = view.order.promise if view.order else None
    return elapsed(view.now - promise.due_at) if promise and promise.due_at <= view.now else None


def _opened(view: View) -> str | None:
    return moment(view.order.opened_at, view.now) if view.order else None


def _ago(view: View) -> str | None:
    return elapsed(view.now - view.order.opened_at) + "前" if view.order else None


def _outcome(view: View) -> str | None:
    return view.order.outcome if view.order else None


def _tail(view: View) -> str | None:
    return view.order.waybill[-4:] if view.order and view.order.waybill else None


ORDER_FACTS = (
    FactKind("order.kind", _kind, "催派", Item.STAGE),
    FactKind("order.status", _status, "已经受理,正在处理", Item.STAGE),
    FactKind("order.promise", _promise, "三十分钟内", Item.STAGE),
    FactKind("order.what", _what, "快递员和您约好上门时间", Item.STAGE),
    FactKind("order.left", _left, "两小时", Item.STAGE),
    FactKind("order.overdue", _overdue, "三小时", Item.STAGE),
    FactKind("order.opened", _opened, "今天上午九点", Item.STAGE),
    FactKind("order.ago", _ago, "十五分钟前", Item.STAGE),
    FactKind("order.outcome", _outcome, "网点已安排今天派送", Item.TRACE),
    FactKind("order.tail", _tail, "6386", Item.STAGE),
)
