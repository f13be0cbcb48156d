"""Scan texts of the sandbox carrier: one function per kind of event, worded as real carriers word them."""

from __future__ import annotations

from datetime import datetime

from logistics_client.sandbox.network import City, District
from logistics_client.vocabulary import Courier, Stage, TraceEvent

# Codes of the invented company; its own scanners print them, clients keep them as ``raw_code``.
CODES: dict[Stage, str] = {
    Stage.CREATED: "1010", Stage.WAITING_PICKUP: "1020", Stage.PICKED_UP: "1030", Stage.IN_TRANSIT: "2010",
    Stage.AT_HUB: "2020", Stage.STRANDED: "2080", Stage.AT_DEST_CITY: "2030", Stage.AT_OUTLET: "3010",
    Stage.OUT_FOR_DELIVERY: "3020", Stage.AWAITING_PICKUP_LOCKER: "3031", Stage.AWAITING_PICKUP_STATION: "3032",
    Stage.SIGNED_SELF: "4010", Stage.SIGNED_AGENT: "4030", Stage.PICKED_FROM_LOCKER: "4040",
    Stage.DELIVERY_FAILED: "5010", Stage.UNREACHABLE: "5020", Stage.OUT_OF_AREA: "5030", Stage.DAMAGED: "5090",
    Stage.REFUSED: "6010", Stage.RETURNING: "6020", Stage.RETURNED: "6030", Stage.FORWARDING: "7010",
    Stage.CUSTOMS_PENDING: "8010", Stage.CUSTOMS_CLEARING: "8020", Stage.CUSTOMS_CLEARED: "8030",
    Stage.CUSTOMS_HELD: "8040", Stage.CANCELLED: "9010", Stage.INTERCEPTED: "9020",
}  # fmt: skip


def masked(phone: str | None) -> str:
    """Hide the middle of a phone number, as scanners print it."""
    return f"{phone[:3]}****{phone[-4:]}" if phone and len(phone) == 11 else "未留电话"


def _event(
    at: datetime,
    stage: Stage,
    text: str,
    city: City,
    site: str,
    next_site: str | None = None,
    courier: Courier | None = None,
) -> TraceEvent:
    return TraceEvent(at, stage, text, CODES[stage], site, city.name, next_site, courier)


def picked_up(at: datetime, city: City, district: District) -> TraceEvent:
    """已揽收."""
    courier, outlet = district.couriers[0], district.outlet
    text = f"【{city.name}】【{outlet.name}】({outlet.phone})的业务员{courier.name}({masked(courier.phone)})已揽收"
    return _event(at, Stage.PICKED_UP, text, city, outlet.name, city.hub)


def departed(at: datetime, city: City, site: str, next_site: str) -> TraceEvent:
    """快件离开."""
    return _event(at, Stage.IN_TRANSIT, f"【{city.name}】快件离开【{site}】发往【{next_site}】", city, site, next_site)


def arrived_hub(at: datetime, city: City, *, last: bool, next_site: str | None = None) -> TraceEvent:
    """快件已到达中转场; ``last`` marks the hub of the receiver's city."""
    stage = Stage.AT_DEST_CITY if last else Stage.AT_HUB
    return _event(at, stage, f"【{city.name}】快件已到达【{city.hub}】", city, city.hub, next_site)


def stranded(at: datetime, city: City, cause: str) -> TraceEvent:
    """中转滞留."""
    text = f"【{city.name}】因{cause}原因,快件滞留【{city.hub}】,恢复发车后第一时间发出"
    return _event(at, Stage.STRANDED, text, city, city.hub)


def arrived_outlet(at: datetime, city: City, district: District) -> TraceEvent:
    """快件已到达网点."""
    name = district.outlet.name
    return _event(at, Stage.AT_OUTLET, f"【{city.name}】快件已到达【{name}】", city, name)


def dispatched(at: datetime, city: City, district: District, courier: Courier) -> TraceEvent:
    """正在派件."""
    outlet = district.outlet
    text = f"【{city.name}】【{outlet.name}】({outlet.phone})的业务员{courier.name}({masked(courier.phone)})正在派件"
    return _event(at, Stage.OUT_FOR_DELIVERY, text, city, outlet.name, courier=courier)


def failed(
    at: datetime, city: City, district: District, reason: str, stage: Stage = Stage.DELIVERY_FAILED
) -> TraceEvent:
    """派件不成功."""
    return _event(at, stage, f"【{city.name}】由于{reason}原因,派件不成功,快件已退回网点", city, district.outlet.name)


def into_locker(at: datetime, city: City, district: District, place: str) -> TraceEvent:
    """投柜."""
    text = f"【{city.name}】快件已投递至【{place}】,请凭取件码及时取件"
    return _event(at, Stage.AWAITING_PICKUP_LOCKER, text, city, district.outlet.name)


def into_station(at: datetime, city: City, district: District, place: str, phone: str) -> TraceEvent:
    """驿站代收."""
    text = f"【{city.name}】快件已被【{place}】代收,如有问题请电联({phone})"
    return _event(at, Stage.AWAITING_PICKUP_STATION, text, city, district.outlet.name)


def signed(at: datetime, city: City, district: District, by: str, stage: Stage = Stage.SIGNED_SELF) -> TraceEvent:
    """已签收."""
    outlet = district.outlet
    text = f"【{city.name}】快件已由【{by}】签收,签收网点:【{outlet.name}】,如有疑问请电联:{outlet.phone}"
    return _event(at, stage, text, city, outlet.name)


def customs(at: datetime, city: City, stage: Stage, text: str) -> TraceEvent:
    """清关."""
    return _event(at, stage, f"【{city.name}】{text}", city, f"{city.short}海关监管场所")


def damaged(at: datetime, city: City, district: District) -> TraceEvent:
    """破损登记."""
    text = f"【{city.name}】快件外包装破损,【{district.outlet.name}】已登记,等待处理"
    return _event(at, Stage.DAMAGED, text, city, district.outlet.name)


def refused(at: datetime, city: City, district: District) -> TraceEvent:
    """拒收."""
    text = f"【{city.name}】由于收件人拒收原因,派件不成功"
    return _event(at, Stage.REFUSED, text, city, district.outlet.name)


def returning(at: datetime, city: City, site: str, next_site: str) -> TraceEvent:
    """退回中."""
    text = f"【{city.name}】快件退回,已离开【{site}】发往【{next_site}】"
    return _event(at, Stage.RETURNING, text, city, site, next_site)


def returned(at: datetime, city: City, district: District) -> TraceEvent:
    """已退回."""
    text = f"【{city.name}】退回件已由寄件人签收,签收网点:【{district.outlet.name}】"
    return _event(at, Stage.RETURNED, text, city, district.outlet.name)


def forwarded(at: datetime, city: City, district: District, next_site: str) -> TraceEvent:
    """转寄."""
    text = f"【{city.name}】由于地址有误,快件由【{district.outlet.name}】转寄【{next_site}】"
    return _event(at, Stage.FORWARDING, text, city, district.outlet.name, next_site)
