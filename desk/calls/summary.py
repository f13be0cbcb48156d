"""小结: what an agent writes when the call is over, filled in from the card before the agent sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

# Three levels, as supervisors count them: 大类 / 中类 / 小类, by intent.
_BY_INTENT: Mapping[str, tuple[str, str, str]] = {
    "track": ("查询", "物流进度", "查件"),
    "track_by_phone": ("查询", "物流进度", "手机号查件"),
    "eta": ("查询", "物流进度", "预计到达"),
    "courier_contact": ("查询", "联系方式", "快递员电话"),
    "outlet_info": ("查询", "网点信息", "网点地址与时间"),
    "price_time": ("查询", "寄件咨询", "价格时效"),
    "progress_followup": ("查询", "工单进度", "工单跟进"),
    "locker_station": ("查询", "末端取件", "快递柜与驿站"),
    "pod_photo": ("查询", "签收凭证", "派件照片"),
    "fraud_check": ("查询", "防诈骗", "来电来信核实"),
    "faq": ("查询", "其他咨询", "常见问题"),
    "urge_delivery": ("催促", "派送", "催派"),
    "stuck_hub": ("催促", "中转", "中转滞留"),
    "stuck_outlet": ("催促", "派送", "网点滞留"),
    "pickup_urge": ("催促", "揽收", "催揽"),
    "pickup_order": ("寄件", "下单", "预约取件"),
    "change_address": ("变更", "派送变更", "改址"),
    "change_time": ("变更", "派送变更", "改时间"),
    "doorstep": ("变更", "派送变更", "送货上门"),
    "intercept_return": ("变更", "拦截退回", "拦截退回"),
    "refuse": ("变更", "拦截退回", "拒收"),
    "signed_not_received": ("异常", "签收异常", "签收未收到"),
    "lost": ("异常", "遗失", "疑似丢件"),
    "damage": ("异常", "破损短少", "破损"),
    "wrong_item": ("异常", "破损短少", "内件不符"),
    "perishable": ("异常", "生鲜", "生鲜延误变质"),
    "customs": ("异常", "清关", "清关受阻"),
    "fee_cod": ("异常", "费用", "费用核对"),
    "claim": ("投诉理赔", "理赔", "理赔咨询"),
    "complaint": ("投诉理赔", "投诉", "服务投诉"),
    "authority": ("投诉理赔", "升级", "扬言申诉"),
    "safety": ("投诉理赔", "升级", "人身安全"),
}
OTHER = ("其他", "其他", "其他")
_AGO = re.compile(r"[(（][^()（）]*[)）]$")
# Who only said 「转人工」 still has a matter: what the card says of the parcel. The first word that fits counts.
_BY_REQUEST: tuple[tuple[str, str], ...] = (
    *(("生鲜", "perishable"), ("破损", "damage"), ("不对", "wrong_item"), ("没有收到", "signed_not_received")),
    *(("丢失", "lost"), ("遗失", "lost"), ("长时间没有更新", "lost"), ("海关", "customs"), ("清关", "customs")),
    *(("滞留中转", "stuck_hub"), ("滞留", "stuck_outlet"), ("放柜", "locker_station"), ("驿站", "locker_station")),
    *(("诈骗", "fraud_check"), ("理赔", "claim"), ("投诉", "complaint"), ("申诉", "authority"), ("费用", "fee_cod")),
    *(("地址", "change_address"), ("送货上门", "doorstep"), ("拦截", "intercept_return"), ("退回", "intercept_return")),
    *(("拒收", "refuse"), ("工单", "progress_followup"), ("电话", "courier_contact"), ("网点信息", "outlet_info")),
    *(
        ("取件没人来", "pickup_urge"),
        ("派送", "urge_delivery"),
        ("超过预计时间", "urge_delivery"),
        ("查询包裹", "track"),
    ),
)


def categories() -> list[dict[str, Any]]:
    """The three levels as a tree of ``{"name", "children"}``."""
    tree: dict[str, dict[str, list[str]]] = {}
    for first, second, third in (*_BY_INTENT.values(), OTHER):
        leaves = tree.setdefault(first, {}).setdefault(second, [])
        if third not in leaves:
            leaves.append(third)
    return [
        {
            "name": first,
            "children": [
                {"name": second, "children": [{"name": third} for third in leaves]} for second, leaves in inner.items()
            ],
        }
        for first, inner in tree.items()
    ]


def is_category(path: Sequence[str]) -> bool:
    """Whether three names are a path of the tree."""
    return tuple(path) in {*_BY_INTENT.values(), OTHER}


def draft(
    row: Mapping[str, Any], card: Mapping[str, Any] | None, orders: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What the agent finds filled in: from the call's row, its card and the orders that it opened."""
    intent = str((card or {}).get("intent") or row["intent"])
    request = str((card or {}).get("request") or "")
    if intent not in _BY_INTENT:
        intent = next((meant for word, meant in _BY_REQUEST if word in request), intent)
    return {
        "draft": True,
        "category": list(_BY_INTENT.get(intent, OTHER)),
        "request": request,
        "result": _result(card or {}, orders),
        "solved": row["solved"],
        "follow_up": any(order.get("promise") == "made" for order in orders),
        "waybill": (card or {}).get("waybill") or row["waybill"] or None,
    }


def _result(card: Mapping[str, Any], orders: Sequence[Mapping[str, Any]]) -> str:
    """What this call opened; else what runs already, without 「15分钟前」, which is true for the moment only."""
    if orders:
        return "已办理:" + "、".join(f"{order['label']}(工单{order['order_id']})" for order in orders)
    lines = card.get("processes") or ()
    running = [_AGO.sub("", str(line["text"])) for line in lines if isinstance(line, Mapping) and line.get("text")]
    return "已在办理:" + "、".join(running) if running else ""
