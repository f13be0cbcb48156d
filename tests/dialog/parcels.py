"""Parcels and callers with the stories of the sandbox, relative to a given moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from logistics_client.vocabulary import (
    Bulletin,
    CallerClass,
    CallerProfile,
    Courier,
    OrderKind,
    OrderStatus,
    Outlet,
    Parcel,
    PickupPlace,
    Promise,
    Stage,
    TraceEvent,
    WorkOrder,
)

CHINA = timezone(timedelta(hours=8))
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)
OUTLET = Outlet("OW1", "武汉藏龙岛网点", "武汉", "02759767205", "08:00", "20:00")
COURIER = Courier("王强", "13912345678")


def event(
    now: datetime, hours: float, stage: Stage, text: str, site: str, city: str, next_site: str = ""
) -> TraceEvent:
    return TraceEvent(now - timedelta(hours=hours), stage, text, None, site, city, next_site or None, None)


def at_hub(now: datetime) -> Parcel:
    evening = now.astimezone(CHINA).hour >= 18
    day = now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    departs = day + timedelta(days=1, hours=8) if evening else day + timedelta(hours=20)
    return Parcel(
        waybill="73100196616386",
        carrier="zto",
        stage=Stage.AT_HUB,
        events=(
            event(now, 90, Stage.PICKED_UP, "【上海市】快件已揽收", "上海青浦华新网点", "上海"),
            event(now, 72, Stage.AT_HUB, "【武汉市】快件已到达【武汉中转场】", "武汉中转场", "武汉"),
        ),
        receiver_phone_tail="8000",
        receiver_surname="李",
        dest_city="郑州",
        outlet=Outlet("OZ1", "郑州高新区网点", "郑州", "037167584463", "08:00", "20:00"),
        next_move_at=departs,
    )


def rain(now: datetime) -> Bulletin:
    return Bulletin("B1", "强降雨导致武汉方向中转积压", now - timedelta(days=3), recovers_at=None, hub="武汉中转场")


def out_for_delivery(now: datetime) -> Parcel:
    return Parcel(
        waybill="YT9693083639795",
        carrier="yto",
        stage=Stage.OUT_FOR_DELIVERY,
        events=(event(now, 2, Stage.OUT_FOR_DELIVERY, "【武汉市】王强正在派件", OUTLET.name, "武汉"),),
        receiver_phone_tail="8001",
        outlet=OUTLET,
        courier=COURIER,
        expected_by=now + timedelta(hours=3),
    )


def in_transit(now: datetime) -> Parcel:
    return Parcel(
        waybill="SF1445678901234",
        carrier="sf",
        stage=Stage.IN_TRANSIT,
        events=(event(now, 5, Stage.IN_TRANSIT, "快件离开", "上海集散中心", "上海", "武汉集散中心"),),
        receiver_phone_tail="8001",
        expected_by=now + timedelta(hours=26),
    )


def signed(now: datetime, tail: str = "8001", waybill: str = "4312345678901") -> Parcel:
    yesterday = now.astimezone(CHINA).replace(hour=18, minute=0, second=0, microsecond=0) - timedelta(days=1)
    return Parcel(
        waybill=waybill,
        carrier="yunda",
        stage=Stage.SIGNED_SELF,
        events=(TraceEvent(yesterday, Stage.SIGNED_SELF, "已签收,签收人:本人签收", None, OUTLET.name, "武汉"),),
        receiver_phone_tail=tail,
        outlet=OUTLET,
        courier=COURIER,
        delivery_photo="photo-1",
    )


def seafood(now: datetime) -> Parcel:
    return Parcel(
        waybill="SF1445678905678",
        carrier="sf",
        stage=Stage.AT_OUTLET,
        events=(event(now, 20, Stage.AT_OUTLET, "快件已到达", OUTLET.name, "武汉"),),
        receiver_phone_tail="8003",
        goods="海鲜",
        perishable=True,
        outlet=OUTLET,
        expected_by=now - timedelta(days=3),
    )


def customs(now: datetime) -> Parcel:
    return Parcel(
        waybill="EB473124829CN",
        carrier="ems",
        stage=Stage.CUSTOMS_HELD,
        events=(event(now, 30, Stage.CUSTOMS_HELD, "海关扣留", "上海浦东海关", "上海"),),
        receiver_phone_tail="8004",
        customs_missing="收件人身份证明",
    )


def at_outlet(now: datetime) -> Parcel:
    return Parcel(
        waybill="77312345678906",
        carrier="zto",
        stage=Stage.AT_OUTLET,
        events=(event(now, 48, Stage.AT_OUTLET, "快件已到达【武汉藏龙岛网点】", OUTLET.name, "武汉"),),
        receiver_phone_tail="8006",
        address_note="老小区无电梯",
        outlet=OUTLET,
        courier=COURIER,
    )


def in_locker(now: datetime) -> Parcel:
    return Parcel(
        waybill="JT4000096427007",
        carrier="jt",
        stage=Stage.AWAITING_PICKUP_LOCKER,
        events=(event(now, 6, Stage.AWAITING_PICKUP_LOCKER, "已投递到丰巢", "阳光花园丰巢柜", "武汉"),),
        receiver_phone_tail="8007",
        outlet=OUTLET,
        pickup=PickupPlace("locker", "L1", "阳光花园丰巢柜", None, "31058", False, now - timedelta(hours=6)),
    )


def silent(now: datetime) -> Parcel:
    return Parcel(
        waybill="773012345678008",
        carrier="sto",
        stage=Stage.IN_TRANSIT,
        events=(event(now, 96, Stage.IN_TRANSIT, "快件离开", "长沙中转场", "长沙", "武汉中转场"),),
        receiver_phone_tail="8008",
    )


def overdue(now: datetime) -> Parcel:
    return replace(at_outlet(now), waybill="77312345678010", receiver_phone_tail="8010", address_note=None)


def urge(now: datetime, waybill: str, minutes: float, due_in: float, order_id: str = "W1") -> WorkOrder:
    due = now + timedelta(minutes=due_in)
    return WorkOrder(
        order_id,
        OrderKind.URGE_DELIVERY,
        waybill,
        now - timedelta(minutes=minutes),
        OrderStatus.ACCEPTED if due_in > 0 else OrderStatus.OVERDUE,
        Promise("网点联系您", due, order_id),
    )


def unknown_parcel(now: datetime) -> Parcel:
    """Belongs to nobody of the sandbox callers; found by its number only (receiver's tail 3679)."""
    return replace(at_hub(now), waybill="73100196613679", receiver_phone_tail="3679", receiver_surname="张")


@lru_cache
def profile(number: str, now: datetime = NOON) -> CallerProfile:
    """Build the profile of a sandbox caller by the last two digits of the number."""
    story = number[-2:] if number.startswith("138001380") else ""
    receiver = CallerClass.RECEIVER
    table: dict[str, tuple[CallerClass, tuple[Parcel, ...], tuple[WorkOrder, ...]]] = {
        "00": (receiver, (at_hub(now),), ()),
        "01": (receiver, (out_for_delivery(now), in_transit(now), signed(now)), ()),
        "02": (receiver, (signed(now, "8002", "4312345678002"),), ()),
        "03": (receiver, (seafood(now),), ()),
        "04": (receiver, (customs(now),), ()),
        "06": (receiver, (at_outlet(now),), (urge(now, "77312345678906", 15, 15),)),
        "07": (receiver, (in_locker(now),), ()),
        "08": (receiver, (silent(now),), ()),
        "09": (CallerClass.SENDER, (signed(now, "8009", "4312345678009"),), ()),
        "10": (receiver, (overdue(now),), (urge(now, "77312345678010", 210, -180),)),
        "11": (CallerClass.MERCHANT, (replace(in_transit(now), waybill="SF1445678900011"),), ()),
        "12": (CallerClass.STAFF, (), ()),
        "13": (CallerClass.SHARED, (replace(at_hub(now), waybill="73100196610013"), in_transit(now)), ()),
        "14": (CallerClass.BLOCKED, (), ()),
        "15": (CallerClass.LINE_TEST, (), ()),
    }
    caller_class, parcels, orders = table.get(story, (CallerClass.UNKNOWN, (), ()))
    bulletins = (rain(now),) if story == "00" else ()
    merchant = "优选商行" if story == "11" else None
    return CallerProfile(
        caller_class,
        number,
        parcels,
        orders=orders,
        bulletins=bulletins,
        merchant_name=merchant,
        parcels_total=200 if merchant else len(parcels),
        fetched_at=now,
    )


@lru_cache
def every_parcel(now: datetime) -> tuple[Parcel, ...]:
    """All parcels of all stories."""
    numbers = [f"138001380{story:02d}" for story in range(16)]
    return (*(parcel for number in numbers for parcel in profile(number, now).parcels), unknown_parcel(now))
