"""Work orders and promises: the processes that the hotline starts, and the times it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class OrderKind(StrEnum):
    """Kinds of work order (工单); the Chinese name is what people say and see."""

    URGE_DELIVERY = "urge_delivery"
    OUTLET_CHECK = "outlet_check"
    HUB_QUERY = "hub_query"
    LOST_SEARCH = "lost_search"
    DAMAGE = "damage"
    PERISHABLE_CLAIM = "perishable_claim"
    CHANGE_ADDRESS = "change_address"
    CHANGE_TIME = "change_time"
    INTERCEPT = "intercept"
    CUSTOMS_HELP = "customs_help"
    DOORSTEP = "doorstep"
    RESEND_CODE = "resend_code"
    COMPLAINT = "complaint"
    WRONG_ITEM = "wrong_item"
    FEE_CHECK = "fee_check"
    PICKUP_URGE = "pickup_urge"
    CALL_BACK = "call_back"
    MESSAGE = "message"
    CLAIM = "claim"


ORDER_NAMES: Mapping[OrderKind, str] = {
    OrderKind.URGE_DELIVERY: "催派",
    OrderKind.OUTLET_CHECK: "网点核实",
    OrderKind.HUB_QUERY: "中转查询",
    OrderKind.LOST_SEARCH: "丢件查找",
    OrderKind.DAMAGE: "破损/少件",
    OrderKind.PERISHABLE_CLAIM: "生鲜优先理赔",
    OrderKind.CHANGE_ADDRESS: "改址",
    OrderKind.CHANGE_TIME: "改时间",
    OrderKind.INTERCEPT: "拦截",
    OrderKind.CUSTOMS_HELP: "清关协助",
    OrderKind.DOORSTEP: "送货上门",
    OrderKind.RESEND_CODE: "取件码重发",
    OrderKind.COMPLAINT: "投诉",
    OrderKind.WRONG_ITEM: "内件不符",
    OrderKind.FEE_CHECK: "费用核对",
    OrderKind.PICKUP_URGE: "催揽",
    OrderKind.CALL_BACK: "回电",
    OrderKind.MESSAGE: "留言",
    OrderKind.CLAIM: "理赔",
}
"""What people see. The voice says some of them in longer words (``dialog.facts.of_order``)."""


class OrderStatus(StrEnum):
    """Life of a work order."""

    OPENED = "opened"
    ACCEPTED = "accepted"
    REROUTED = "rerouted"
    RESULTED = "resulted"
    CLOSED = "closed"
    REOPENED = "reopened"
    OVERDUE = "overdue"

    @property
    def is_running(self) -> bool:
        """Whether somebody still owes the caller something."""
        return self not in (OrderStatus.CLOSED, OrderStatus.RESULTED)


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised to a caller and by when; kept or missed is decided by the clock."""

    what: str
    due_at: datetime
    order_id: str | None = None
    kept: bool | None = None


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """One running process for one parcel (or for a caller, when ``waybill`` is None)."""

    order_id: str
    kind: OrderKind
    waybill: str | None
    opened_at: datetime
    status: OrderStatus = OrderStatus.OPENED
    promise: Promise | None = None
    owner: str | None = None  # outlet, hub or desk queue
    outcome: str | None = None
    details: dict[str, str] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    parent_id: str | None = None
    call_id: str | None = None
