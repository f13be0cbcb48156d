"""The contract's sixteen callers as the hotline meets them: over a real socket, at the four hours of the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dialog.facts.spoken_time import by_clock
from logistics_client.assembly import Plan, Room, open_room
from logistics_client.clock import CHINA
from logistics_client.facts import Abnormal, ParcelFacts, derive
from logistics_client.vocabulary import CallerClass, CallerProfile, OrderKind, OrderStatus, Stage

HOURS = {(0, 30): "今晚八点前", (12, 0): "今晚八点前", (19, 59): "明早八点前", (23, 30): "明早八点前"}


@dataclass
class Hotline:
    room: Room
    now: datetime

    async def caller(self, number: int) -> CallerProfile:
        profile = await self.room.logistics.identify(f"138001380{number:02d}")
        assert profile.carrier_reachable
        return profile

    async def only(self, number: int) -> tuple[CallerProfile, ParcelFacts]:
        profile = await self.caller(number)
        (parcel,) = profile.parcels
        return profile, derive(parcel, self.now, profile.bulletins)


@pytest.fixture(params=HOURS, ids=lambda hm: f"{hm[0]:02d}{hm[1]:02d}")
async def hotline(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Hotline]:
    hour, minute = request.param
    now = datetime(2026, 11, 22, hour, minute, 20, tzinfo=CHINA)
    promises = Path(__file__).parents[3] / "config" / "promises.yaml"
    async with open_room(Plan(data_dir=tmp_path, promises=promises), clock=lambda: now) as room:
        yield Hotline(room, now)


async def test_every_caller_has_his_story(hotline: Hotline) -> None:
    now = hotline.now
    profile, rain = await hotline.only(0)
    assert rain.held is not None and 72 <= rain.held.hours < 96 and rain.abnormal is Abnormal.HUB_STRANDED
    assert rain.why is not None and "暴雨" in rain.why.text and rain.why.source.startswith("bulletin:")
    assert rain.next_move is not None and rain.next_move.at - now >= timedelta(hours=2)
    assert by_clock(rain.next_move.at, now) == HOURS[now.hour, now.minute]

    three = [parcel.stage for parcel in (await hotline.caller(1)).parcels]
    assert three == [Stage.OUT_FOR_DELIVERY, Stage.IN_TRANSIT, Stage.SIGNED_SELF]

    (signed,) = (await hotline.caller(2)).parcels
    assert signed.last_event is not None and "本人签收" in signed.last_event.text
    assert ((now.date() - signed.last_event.at.date()).days, signed.last_event.at.hour) == (1, 18)
    assert await hotline.room.delivery_photo(signed.waybill)

    profile, late = await hotline.only(3)
    assert (profile.parcels[0].goods, profile.parcels[0].stage) == ("海鲜", Stage.AT_OUTLET)
    assert late.late_hours is not None and 72 <= late.late_hours < 96

    (held,) = (await hotline.caller(4)).parcels
    assert held.stage is Stage.CUSTOMS_HELD and "身份证" in (held.customs_missing or "")


async def test_the_helper_finds_the_mothers_parcel_by_the_virtual_number(hotline: Hotline) -> None:
    assert (await hotline.caller(5)).parcels == ()
    (mothers,) = await hotline.room.logistics.find(phone_tail="3679", number="13800138005")
    assert mothers.receiver_phone_tail == "3679" and mothers.receiver_surname == "何"


async def test_orders_of_before_are_known_with_their_age(hotline: Hotline) -> None:
    now = hotline.now
    profile, waiting = await hotline.only(6)
    (urge,) = profile.orders
    assert waiting.held is not None and 48 <= waiting.held.hours < 49
    assert profile.parcels[0].address_note == "老小区无电梯"
    assert urge.kind is OrderKind.URGE_DELIVERY and timedelta(minutes=14) < now - urge.opened_at < timedelta(minutes=17)
    again, new = await hotline.room.logistics.open_order(OrderKind.URGE_DELIVERY, profile.parcels[0], call_id="c")
    assert (again.order_id, new) == (urge.order_id, False)

    (missed,) = (await hotline.caller(10)).orders
    assert missed.status is OrderStatus.OVERDUE and missed.promise is not None
    assert timedelta(hours=3) <= now - missed.promise.due_at < timedelta(hours=3, minutes=2)
    assert 5 <= missed.opened_at.hour < 12 and missed.opened_at < missed.promise.due_at


async def test_locker_silence_and_sender(hotline: Hotline) -> None:
    (locker,) = (await hotline.caller(7)).parcels
    assert locker.stage is Stage.AWAITING_PICKUP_LOCKER and locker.pickup is not None
    assert "丰巢" in locker.pickup.name and locker.pickup.code and locker.pickup.notified is False
    _, silent = await hotline.only(8)
    assert silent.hours_since is not None and 96 <= silent.hours_since < 97 and silent.abnormal is Abnormal.SILENT
    profile, _ = await hotline.only(9)
    assert profile.caller_class is CallerClass.SENDER and profile.parcels[0].stage.is_signed


async def test_who_calls_is_known(hotline: Hotline) -> None:
    merchant = await hotline.caller(11)
    assert (merchant.caller_class, merchant.parcels_total) == (CallerClass.MERCHANT, 200) and merchant.merchant_name
    classes = [(await hotline.caller(number)).caller_class for number in (12, 13, 14, 15)]
    assert classes == [CallerClass.STAFF, CallerClass.SHARED, CallerClass.BLOCKED, CallerClass.LINE_TEST]
    family = (await hotline.caller(13)).parcels
    assert len({parcel.receiver_surname for parcel in family}) == 2
