"""Thousands of seeded parcels that live by the clock, without a row of storage.

A waybill of the world carries its day and number; everything else follows from the seed. Parcels of the last nine
days exist, new ones are born every day, and the same waybill tells the same life at every restart.

Waybill: ``YQ9`` + day (4 digits) + number (4) + check tail (4).
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import date, datetime, time
from functools import lru_cache
from random import Random

from logistics_client.clock import CHINA
from logistics_client.sandbox import WAYBILL_PREFIX
from logistics_client.sandbox.journey import Way
from logistics_client.sandbox.network import CITIES
from logistics_client.sandbox.profiles import SHARES, Life, live, planned_arrival
from logistics_client.sandbox.story import Consignment, parcel_on
from logistics_client.vocabulary import Parcel, Stage

DAYS = 9
PER_DAY = 400
CUSTOMERS = 2000
MERCHANT_FIRST = 5000  # numbers from here on belong to the merchant of the contract
MERCHANT_PER_DAY = 40
MERCHANT_PHONE = "13800138011"
_SEED = 20261122
_CUSTOMER_PREFIX = "1390010"
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = ("伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇", "军", "杰", "涛", "明", "霞", "秀英")
_GOODS = ("衣服", "鞋子", "图书", "手机壳", "零食", "茶叶", "玩具", "日用品", "化妆品", "水果", "海鲜", "小家电")
_PERISHABLE = frozenset({"水果", "海鲜"})


def _mix(*parts: int) -> int:
    """Return a stable number for these parts (CRC-32 of their text: fast and the same on every machine)."""
    return zlib.crc32(":".join(map(str, (_SEED, *parts))).encode())


def customer_phone(index: int) -> str:
    """Return the invented phone of a seeded customer."""
    return f"{_CUSTOMER_PREFIX}{index:04d}"


def _customer(day: int, number: int) -> int:
    return _mix(day, number, 1) % CUSTOMERS


def waybill_of(day: int, number: int) -> str:
    """Return the waybill of a parcel: ``day`` is the ordinal of the day it was ordered."""
    return f"{WAYBILL_PREFIX}9{day % 10000:04d}{number:04d}{_mix(day, number, 2) % 10000:04d}"


def _days(now: datetime) -> range:
    today = now.date().toordinal()
    return range(today - DAYS + 1, today + 1)


@lru_cache(maxsize=DAYS + 2)
def _by_customer(day: int) -> dict[int, tuple[int, ...]]:
    index: dict[int, list[int]] = {}
    for number in range(PER_DAY):
        index.setdefault(_customer(day, number), []).append(number)
    return {customer: tuple(numbers) for customer, numbers in index.items()}


@lru_cache(maxsize=DAYS + 2)
def _by_tail(day: int) -> dict[str, tuple[int, ...]]:
    index: dict[str, list[int]] = {}
    numbers = (*range(PER_DAY), *range(MERCHANT_FIRST, MERCHANT_FIRST + MERCHANT_PER_DAY))
    for number in numbers:
        index.setdefault(waybill_of(day, number)[-4:], []).append(number)
    return {tail: tuple(found) for tail, found in index.items()}


def by_phone(phone: str, now: datetime) -> tuple[Consignment, ...]:
    """Return the living parcels of a seeded customer."""
    if not phone.startswith(_CUSTOMER_PREFIX) or len(phone) != 11:
        return ()
    customer = int(phone[-4:])
    found = [consignment(day, number, now) for day in _days(now) for number in _by_customer(day).get(customer, ())]
    return tuple(item for item in found if item is not None)


def by_waybill(waybill: str, now: datetime) -> Consignment | None:
    """Return one seeded parcel, None when no such parcel lives."""
    if len(waybill) != 15 or not waybill.startswith(f"{WAYBILL_PREFIX}9") or not waybill[2:].isdigit():
        return None
    day_code, number = int(waybill[3:7]), int(waybill[7:11])
    for day in _days(now):
        if day % 10000 == day_code and waybill_of(day, number) == waybill:
            return consignment(day, number, now)
    return None


def by_waybill_tail(tail: str, now: datetime) -> tuple[Consignment, ...]:
    """Return the seeded parcels whose waybill ends in these four digits."""
    found = [consignment(day, number, now) for day in _days(now) for number in _by_tail(day).get(tail, ())]
    return tuple(item for item in found if item is not None)


def merchant_parcels(now: datetime) -> tuple[Consignment, ...]:
    """Return the merchant's parcels of the last five whole days: 200 at every hour."""
    today = now.date().toordinal()
    found = [
        consignment(day, MERCHANT_FIRST + index, now)
        for day in range(today - 5, today)
        for index in range(MERCHANT_PER_DAY)
    ]
    return tuple(item for item in found if item is not None)


def consignment(day: int, number: int, now: datetime) -> Consignment | None:
    """Return one seeded parcel as it stands at ``now``; None before its order was placed or for a wrong number."""
    is_merchant = MERCHANT_FIRST <= number < MERCHANT_FIRST + MERCHANT_PER_DAY
    if not is_merchant and not 0 <= number < PER_DAY:
        return None
    rng = Random(_mix(day, number, 3))
    ordered = datetime.combine(date.fromordinal(day), time(rng.randint(6, 22), rng.randint(0, 59)), CHINA)
    if ordered > now:
        return None
    names = list(CITIES)
    start, end = rng.sample(names, 2)
    origin, dest = CITIES[start], CITIES[end]
    route = Way(origin, rng.choice(origin.districts), dest, rng.choice(dest.districts))
    profile = rng.choices(list(SHARES), weights=list(SHARES.values()))[0]
    arrive_at = planned_arrival(route, ordered, rng)
    life = live(profile, route, arrive_at, rng)
    phone = customer_phone(_customer(day, number))
    name = rng.choice(_SURNAMES) + rng.choice(_GIVEN)
    sender = MERCHANT_PHONE if is_merchant else customer_phone(_customer(day, number + 7000))
    parcel = _parcel_at(life, route, waybill_of(day, number), arrive_at, now, rng)
    named = replace(
        parcel,
        receiver_surname=name[0],
        receiver_phone_tail=phone[-4:],
        order_no=f"26{day % 10000:04d}{number:04d}{_mix(day, number, 4) % 10**8:08d}",
        address_note="老小区无电梯" if rng.random() < 0.05 else None,
    )
    return Consignment(named, phone, sender, name)


def _parcel_at(life: Life, route: Way, waybill: str, arrive_at: datetime, now: datetime, rng: Random) -> Parcel:
    goods = rng.choice(_GOODS)
    shown = [event for event in life.events if event.at <= now]
    promised = arrive_at.replace(hour=20, minute=0)
    if not shown:
        empty = parcel_on(route, waybill, list(life.events[:1]), now)
        return replace(empty, stage=Stage.WAITING_PICKUP, events=(), goods=goods, expected_by=promised, courier=None)
    parcel = replace(
        parcel_on(route, waybill, shown, now),
        goods=goods,
        perishable=goods in _PERISHABLE,
        expected_by=promised,
        delivery_photo=f"photo-{waybill}" if life.photo and shown[-1].stage.is_signed else None,
    )
    if life.pickup is not None and life.pickup.placed_at is not None and life.pickup.placed_at <= now:
        parcel = replace(parcel, pickup=life.pickup)
    if life.hold_until is not None and parcel.stage is Stage.STRANDED:
        parcel = replace(
            parcel, hold_cause=life.hold_cause, hold_cause_source="carrier.hold", next_move_at=life.hold_until
        )
    if parcel.stage is Stage.CUSTOMS_HELD:
        parcel = replace(parcel, customs_missing=life.customs_missing)
    return parcel
