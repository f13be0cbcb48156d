"""Work orders and promises: the processes that the hotline starts, and the times it keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class OrderKind(StrEnum):
    """Kinds of work order (工单); the Chinese name is what people say and see."""

    URGE_DELIVERY = "urge_delivery"  # 催派
    OUTLET_CHECK = "outlet_check"  # 网点核实
    HUB_QUERY = "hub_query"  # 中转查询
    LOST_SEARCH = "lost_search"  # 丢件查找
    DAMAGE = "damage"  # 破损/少件
    PERISHABLE_CLAIM = "perishable_claim"  # 生鲜优先理赔
    CHANGE_ADDRESS = "change_address"  # 改址
    CHANGE_TIME = "change_time"  # 改时间
    INTERCEPT = "intercept"  # 拦截
    CUSTOMS_HELP = "customs_help"  # 清关协助
    DOORSTEP = "doorstep"  # 送货上门
    RESEND_CODE = "resend_code"  # 取件码重发
    COMPLAINT = "complaint"  # 投诉
    WRONG_ITEM = "wrong_item"  # 内件不符
    FEE_CHECK = "fee_check"  # 费用核对
    PICKUP_URGE = "pickup_urge"  # 催揽
    CALL_BACK = "call_back"  # 回电
    MESSAGE = "message"  # 留言
    CLAIM = "claim"  # 理赔


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
