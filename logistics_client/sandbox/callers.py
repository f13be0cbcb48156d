"""The sandbox callers of the contract: sixteen numbers whose story holds at every hour of the day.

Each story is a pure function of the clock, so a hotline that has run for a week still finds the parcel that has
waited three days, and the next departure is still ahead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from logistics_client.sandbox import CARRIER, scans
from logistics_client.sandbox.merchant import merchant_story
from logistics_client.sandbox.network import CITIES
from logistics_client.sandbox.story import Consignment, Story, ago, day_at, order_on, parcel_on, way
from logistics_client.vocabulary import Bulletin, CallerClass, OrderKind, Parcel, PickupPlace, Stage

_SENDER_PHONE = "13900000801"


def next_departure(now: datetime) -> datetime:
    """Return the trunk departure that callers are told: this evening at 20:00, after 18:00 tomorrow at 08:00."""
    return day_at(now, 0, 20) if now.hour < 18 else day_at(now, 1, 8)


def storm_bulletin(now: datetime) -> Bulletin:
    """Return the notice that explains the parcels waiting at the hub of Wuhan."""
    return Bulletin(
        bulletin_id="B-WUHAN-RAIN",
        cause="武汉暴雨",
        starts_at=ago(now, 75),
        recovers_at=next_departure(now),
        brand=CARRIER,
        hub=CITIES["武汉"].hub,
        author="运营调度",
        approver="值班经理",
    )


def _one(parcel: Parcel, phone: str, name: str) -> tuple[Consignment, ...]:
    named = replace(parcel, receiver_phone_tail=phone[-4:], receiver_surname=name[0])
    return (Consignment(named, phone, _SENDER_PHONE, name),)


def _receiver(phone: str, name: str, parcel: Parcel) -> Story:
    return Story(CallerClass.RECEIVER, surname=name[0], consignments=_one(parcel, phone, name))


def _held_at_hub(now: datetime) -> Story:
    route = way("广州", "郑州")
    wuhan = CITIES["武汉"]
    events = [*route.to_hub(1, ago(now, 74)), scans.stranded(ago(now, 70), wuhan, "暴雨")]
    departure = next_departure(now)
    bulletin = storm_bulletin(now)
    legs = tuple(
        replace(leg, departs_at=departure, arrives_at=departure + timedelta(hours=9))
        if leg.origin == wuhan.hub
        else leg
        for leg in route.legs
    )
    parcel = replace(
        parcel_on(route, "YQ8850024166386", events, now),
        goods="外套",
        route=legs,
        next_move_at=departure,
        expected_by=day_at(departure, 2, 18),
        hold_cause=bulletin.cause,
        hold_cause_source=f"bulletin:{bulletin.bulletin_id}",
    )
    return replace(_receiver("13800138000", "李敏", parcel), bulletins=(bulletin,))


def _delivery_round(now: datetime) -> tuple[datetime, datetime]:
    """Return start and end of the delivery round that is under way, or was the last one at night."""
    if now >= day_at(now, 0, 14, 30):
        return day_at(now, 0, 14, 10), day_at(now, 0, 20) if now.hour < 19 else day_at(now, 1, 12)
    if now >= day_at(now, 0, 8):
        return day_at(now, 0, 7, 40), day_at(now, 0, 18)
    return day_at(now, -1, 14, 10), day_at(now, 0, 12)


def _three_parcels(now: datetime) -> Story:
    phone, name = "13800138001", "张伟"
    home = way("杭州", "上海")
    began, ends = _delivery_round(now)
    courier = home.dest_district.couriers[1]
    out = [
        *home.to_outlet(began - timedelta(minutes=50)),
        scans.dispatched(began, home.dest, home.dest_district, courier),
    ]
    delivering = replace(
        parcel_on(home, "YQ8850031752048", out, now), goods="运动鞋", expected_by=ends, order_no="2611187100012048"
    )
    road = way("北京", "上海")
    moving = replace(
        parcel_on(road, "YQ8850029415931", road.on_road(0, ago(now, 3)), now),
        goods="图书",
        expected_by=day_at(now, 2, 18),
    )
    near = way("南京", "上海")
    done = [
        *near.to_outlet(day_at(now, -1, 7, 20)),
        scans.dispatched(day_at(now, -1, 8, 5), near.dest, near.dest_district, courier),
        scans.signed(day_at(now, -1, 15, 20), near.dest, near.dest_district, "本人"),
    ]
    signed = replace(parcel_on(near, "YQ8850027380417", done, now), goods="茶叶")
    consignments = tuple(c for parcel in (delivering, moving, signed) for c in _one(parcel, phone, name))
    return Story(CallerClass.RECEIVER, surname="张", consignments=consignments)


def _signed_yesterday(now: datetime, waybill: str) -> Parcel:
    route = way("深圳", "武汉", 1)
    courier = route.dest_district.couriers[2]
    events = [
        *route.to_outlet(day_at(now, -1, 13, 10)),
        scans.dispatched(day_at(now, -1, 14, 15), route.dest, route.dest_district, courier),
        scans.signed(day_at(now, -1, 18), route.dest, route.dest_district, "本人签收"),
    ]
    return replace(parcel_on(route, waybill, events, now), courier=courier, delivery_photo=f"photo-{waybill}")


def _signed_not_received(now: datetime) -> Story:
    parcel = replace(_signed_yesterday(now, "YQ8850030268152"), goods="耳机")
    return _receiver("13800138002", "刘洋", parcel)


def _seafood(now: datetime) -> Story:
    route = way("青岛", "南京")
    parcel = replace(
        parcel_on(route, "YQ8850022647703", route.to_outlet(ago(now, 19)), now),
        goods="海鲜",
        perishable=True,
        expected_by=day_at(now, -3, 18) if now.hour >= 18 else day_at(now, -3, now.hour),
    )
    return _receiver("13800138003", "陈静", parcel)


def _customs(now: datetime) -> Story:
    route = way("上海", "成都")
    gate = route.origin
    events = [
        scans.customs(ago(now, 60), gate, Stage.CUSTOMS_PENDING, "国际快件已到达【上海海关监管场所】,等待申报"),
        scans.customs(ago(now, 44), gate, Stage.CUSTOMS_CLEARING, "快件清关中"),
        scans.customs(ago(now, 26), gate, Stage.CUSTOMS_HELD, "由于缺少收件人身份证件信息原因,快件海关扣留,请尽快补充"),
    ]
    parcel = replace(
        parcel_on(route, "YQ8850018039264", events, now),
        goods="奶粉",
        customs_missing="收件人身份证件信息",
    )
    return _receiver("13800138004", "杨帆", parcel)


def mothers_parcel(now: datetime) -> Consignment:
    """Return the parcel that 13800138005 calls about: its label carries a platform virtual number."""
    route = way("杭州", "西安")
    station = "和平里店驿站"
    events = [
        *route.to_outlet(ago(now, 30)),
        scans.into_station(ago(now, 22), route.dest, route.dest_district, station, "029-55500900"),
    ]
    parcel = replace(
        parcel_on(route, "YQ8850026914470", events, now),
        goods="按摩仪",
        receiver_surname="何",
        receiver_phone_tail="3679",
        order_no="2611174400413679",
        pickup=PickupPlace("station", "ST-029-014", station, "和平里小区东门", "3-2-1058", True, ago(now, 22)),
    )
    return Consignment(parcel, "17012340056-3679", _SENDER_PHONE, "何秀兰")


def _helper(now: datetime) -> Story:
    return Story(CallerClass.UNKNOWN)


def _at_outlet(now: datetime) -> Story:
    route = way("成都", "杭州")
    parcel = replace(
        parcel_on(route, "YQ8850025573196", route.to_outlet(ago(now, 48)), now),
        goods="折叠桌",
        address_note="老小区无电梯",
        expected_by=day_at(now, -1, 18),
    )
    # To the second: cut to whole minutes it would be 16 minutes old before the caller has asked.
    opened = (now - timedelta(minutes=15)).replace(microsecond=0)
    urge = order_on(parcel, "261100000601", OrderKind.URGE_DELIVERY, opened, opened + timedelta(minutes=30), now)
    return replace(_receiver("13800138006", "孙丽", parcel), orders=(urge,))


def _locker(now: datetime) -> Story:
    route = way("广州", "长沙")
    placed = ago(now, 9)
    place = "丰巢柜(梅溪湖店一号柜)"
    events = [
        *route.to_outlet(ago(now, 14)),
        scans.dispatched(ago(now, 12), route.dest, route.dest_district, route.dest_district.couriers[0]),
        scans.into_locker(placed, route.dest, route.dest_district, place),
    ]
    parcel = replace(
        parcel_on(route, "YQ8850028846035", events, now),
        goods="洗衣液",
        courier=route.dest_district.couriers[0],
        pickup=PickupPlace("locker", "FC-0731-1102", place, "枫林小区南门", "80613275", False, placed),
    )
    return _receiver("13800138007", "周涛", parcel)


def _silent(now: datetime) -> Story:
    route = way("西安", "青岛")
    parcel = replace(
        parcel_on(route, "YQ8850020490842", route.on_road(0, ago(now, 96)), now),
        goods="手机壳",
        expected_by=day_at(now, -1, 18),
    )
    return _receiver("13800138008", "吴敏", parcel)


def _sender(now: datetime) -> Story:
    parcel = replace(
        _signed_yesterday(now, "YQ8850030617529"),
        goods="合同文件",
        receiver_surname="郭",
        receiver_phone_tail="0902",
        sender_surname="林",
    )
    consignment = Consignment(parcel, "13900000902", "13800138009", "郭强")
    return Story(CallerClass.SENDER, surname="林", consignments=(consignment,))


def _missed_promise(now: datetime) -> Story:
    route = way("南京", "北京", 1)
    parcel = replace(
        parcel_on(route, "YQ8850024835618", route.to_outlet(ago(now, 30)), now),
        goods="台灯",
        expected_by=day_at(now, 0, 12) if now.hour >= 12 else day_at(now, -1, 18),
    )
    due = ago(now, 3)
    morning = day_at(due, 0, 9, 10)
    if due < day_at(due, 0, 7):  # before 10:00 the order that is three hours overdue is of the day before
        morning = day_at(due, -1, 9, 10)
    opened = min(morning, due - timedelta(minutes=30))
    urge = order_on(parcel, "261100001001", OrderKind.URGE_DELIVERY, opened, due, now)
    return replace(_receiver("13800138010", "徐磊", parcel), orders=(urge,))


def _courier(now: datetime) -> Story:
    return Story(CallerClass.STAFF, surname="赵")


def _family(now: datetime) -> Story:
    phone = "13800138013"
    route = way("长沙", "西安", 1)
    first = parcel_on(route, "YQ8850030951283", route.to_outlet(ago(now, 5)), now)
    other = way("郑州", "西安", 1)
    second = parcel_on(other, "YQ8850031206647", other.on_road(0, ago(now, 6)), now)
    return Story(
        CallerClass.SHARED,
        consignments=(*_one(first, phone, "马兰"), *_one(second, phone, "胡军")),
    )


def _blocked(now: datetime) -> Story:
    return Story(CallerClass.BLOCKED)


def _line_test(now: datetime) -> Story:
    return Story(CallerClass.LINE_TEST)


STORIES: dict[str, Callable[[datetime], Story]] = {
    "13800138000": _held_at_hub,
    "13800138001": _three_parcels,
    "13800138002": _signed_not_received,
    "13800138003": _seafood,
    "13800138004": _customs,
    "13800138005": _helper,
    "13800138006": _at_outlet,
    "13800138007": _locker,
    "13800138008": _silent,
    "13800138009": _sender,
    "13800138010": _missed_promise,
    "13800138011": merchant_story,
    "13800138012": _courier,
    "13800138013": _family,
    "13800138014": _blocked,
    "13800138015": _line_test,
}
