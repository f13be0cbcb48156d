"""What outlets and hubs of the sandbox answer to a work order."""

from __future__ import annotations

from datetime import timedelta

from logistics_client.vocabulary import OrderKind

ACCEPT_AFTER = timedelta(minutes=3)

_OUTCOMES: dict[OrderKind, str] = {
    OrderKind.URGE_DELIVERY: "快递员已电话联系收件人,优先派送",
    OrderKind.OUTLET_CHECK: "网点已核实,快件放在门卫处,已联系收件人",
    OrderKind.HUB_QUERY: "快件在场地待装车,随下一班干线发出",
    OrderKind.LOST_SEARCH: "已在分拣场地找到快件,恢复中转",
    OrderKind.DAMAGE: "已登记破损,等待理赔专员联系",
    OrderKind.PERISHABLE_CLAIM: "生鲜专员已联系收件人",
    OrderKind.CHANGE_ADDRESS: "地址已更改,以快递员确认为准",
    OrderKind.CHANGE_TIME: "已备注派送时间",
    OrderKind.INTERCEPT: "已拦截,快件将退回",
    OrderKind.CUSTOMS_HELP: "清关专员已发送材料清单",
    OrderKind.DOORSTEP: "快递员已约定送货上门",
    OrderKind.RESEND_CODE: "取件码已重发至订单手机号",
    OrderKind.COMPLAINT: "网点负责人已联系并致歉",
    OrderKind.PICKUP_URGE: "快递员已联系寄件人上门取件",
}


def outcome_of(kind: OrderKind) -> str:
    """Return the answer of the outlet for this kind."""
    return _OUTCOMES.get(kind, "已处理")
