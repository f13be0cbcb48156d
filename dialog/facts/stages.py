"""Stages in the words of a caller: what a parcel is doing, and where, as far as the trace says."""

from __future__ import annotations

from datetime import datetime

from dialog.facts.spoken_time import moment
from logistics_client.vocabulary import Parcel, Stage

# Stage alone: all that a caller without access to the trace may hear.
STAGE_WORDS: dict[Stage, str] = {
    Stage.CREATED: "已经下单,还没有揽收",
    Stage.WAITING_PICKUP: "正在等快递员上门取件",
    Stage.PICKED_UP: "已经揽收",
    Stage.IN_TRANSIT: "正在运输途中",
    Stage.AT_HUB: "正在中转",
    Stage.AT_DEST_CITY: "已经到达收件城市",
    Stage.AT_OUTLET: "已经到达派送网点",
    Stage.OUT_FOR_DELIVERY: "正在派送",
    Stage.AWAITING_PICKUP_LOCKER: "已经放到快递柜,等待取件",
    Stage.AWAITING_PICKUP_STATION: "已经放到驿站,等待取件",
    Stage.SIGNED_SELF: "显示已经签收",
    Stage.SIGNED_AGENT: "显示由他人代收",
    Stage.PICKED_FROM_LOCKER: "显示已经取件",
    Stage.DELIVERY_FAILED: "派送没有成功",
    Stage.UNREACHABLE: "派送时没有联系上收件人",
    Stage.OUT_OF_AREA: "收件地址超出了派送范围",
    Stage.STRANDED: "在途中滞留了",
    Stage.DAMAGED: "登记为包装破损",
    Stage.REFUSED: "登记为拒收",
    Stage.FORWARDING: "正在转寄",
    Stage.RETURNING: "正在退回寄件人",
    Stage.RETURNED: "已经退回寄件人",
    Stage.CUSTOMS_PENDING: "正在等待清关",
    Stage.CUSTOMS_CLEARING: "正在清关",
    Stage.CUSTOMS_CLEARED: "已经清关放行",
    Stage.CUSTOMS_HELD: "被海关暂时扣留",
    Stage.CANCELLED: "订单已经取消",
    Stage.INTERCEPTED: "已经被拦截",
    Stage.LOST: "登记为遗失",
}

_AT_A_SITE = {
    Stage.AT_HUB: "在{site}",
    Stage.STRANDED: "滞留在{site}",
    Stage.AT_DEST_CITY: "已经到了{site}",
    Stage.AT_OUTLET: "已经到了{site}",
    Stage.PICKED_UP: "已经由{site}揽收",
    Stage.DELIVERY_FAILED: "派送没有成功,现在在{site}",
    Stage.UNREACHABLE: "派送时没有联系上收件人,现在在{site}",
    Stage.CUSTOMS_PENDING: "在{site}等待清关",
    Stage.CUSTOMS_CLEARING: "在{site}清关",
    Stage.CUSTOMS_HELD: "在{site}被暂时扣留",
}
_AT_A_PICKUP = {
    Stage.AWAITING_PICKUP_LOCKER: "已经放在{place}",
    Stage.AWAITING_PICKUP_STATION: "已经放在{place}",
}


def where(parcel: Parcel, now: datetime) -> str | None:
    """Say where the parcel is as the end of 「您尾号……的包裹」; None when the trace holds nothing."""
    stage, last = parcel.stage, parcel.last_event
    if stage in _AT_A_PICKUP and parcel.pickup is not None:
        return _AT_A_PICKUP[stage].format(place=parcel.pickup.name)
    site = last.site if last is not None else None
    if stage in _AT_A_SITE and site:
        return _AT_A_SITE[stage].format(site=site)
    if stage is Stage.IN_TRANSIT and last is not None and site and last.next_site:
        return f"已经离开{site},正发往{last.next_site}"
    if stage is Stage.OUT_FOR_DELIVERY and site:
        return f"已经从{site}出来,正在派送"
    if stage.is_signed and last is not None:
        return f"{moment(last.at, now)}{STAGE_WORDS[stage]}"
    return STAGE_WORDS.get(stage)
