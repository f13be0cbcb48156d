"""The contract's sixteen callers keep their story at every hour."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from logistics_client.clock import CHINA
from logistics_client.facts import Abnormal, derive
from logistics_client.sandbox.callers import STORIES, mothers_parcel, next_departure
from logistics_client.sandbox.story import Story
from logistics_client.urgency import most_urgent_first
from logistics_client.vocabulary import CallerClass, OrderStatus, Parcel, Stage

HOURS = [(0, 30), (6, 59), (8, 0), (12, 0), (14, 30), (18, 0), (19, 59), (23, 30)]


@pytest.fixture(params=HOURS, ids=lambda hm: f"{hm[0]:02d}{hm[1]:02d}")
def now(request: pytest.FixtureRequest) -> datetime:
    hour, minute = request.param
    return datetime(2026, 11, 22, hour, minute, 41, tzinfo=CHINA)


def story(number: int, now: datetime) -> Story:
    return STORIES[f"138001380{number:02d}"](now)


def only(number: int, now: datetime) -> Parcel:
    (consignment,) = story(number, now).consignments
    return consignment.parcel


def test_held_at_a_hub_for_three_days_with_a_bulletin(now: datetime) -> None:
    parcel, notices = only(0, now), story(0, now).bulletins
    facts = derive(parcel, now, notices)
    assert parcel.tail == "6386"
    assert facts.held is not None and facts.held.where == "武汉中转场"
    assert 72 <= facts.held.hours < 96
    assert facts.why is not None and facts.why.source.startswith("bulletin:") and "暴雨" in facts.why.text
    assert facts.abnormal is Abnormal.HUB_STRANDED


def test_the_next_departure_is_two_hours_ahead_and_at_eight(now: datetime) -> None:
    facts = derive(only(0, now), now, story(0, now).bulletins)
    assert facts.next_move is not None
    assert facts.next_move.at - now >= timedelta(hours=2)
    days = (facts.next_move.at.date() - now.date()).days
    assert (days, facts.next_move.at.hour) == ((0, 20) if now.hour < 18 else (1, 8))
    assert facts.next_move.at == next_departure(now)


def test_three_parcels_one_on_its_way_to_the_door(now: datetime) -> None:
    parcels = most_urgent_first((c.parcel for c in story(1, now).consignments), now)
    assert [parcel.stage for parcel in parcels] == [Stage.OUT_FOR_DELIVERY, Stage.IN_TRANSIT, Stage.SIGNED_SELF]
    signed = parcels[2].last_event
    assert signed is not None and (now.date() - signed.at.date()).days == 1
    assert parcels[0].expected_by is not None and parcels[0].expected_by > now


def test_signed_by_himself_yesterday_at_six_with_a_photo(now: datetime) -> None:
    parcel = only(2, now)
    last = parcel.last_event
    assert last is not None and "本人签收" in last.text
    assert ((now.date() - last.at.date()).days, last.at.hour) == (1, 18)
    assert parcel.delivery_photo is not None


def test_sea_food_three_days_late_at_the_outlet(now: datetime) -> None:
    parcel = only(3, now)
    facts = derive(parcel, now)
    assert (parcel.goods, parcel.stage, facts.abnormal) == ("海鲜", Stage.AT_OUTLET, Abnormal.PERISHABLE_LATE)
    assert facts.late_hours is not None and 72 <= facts.late_hours < 96


def test_customs_want_the_identity_document(now: datetime) -> None:
    parcel = only(4, now)
    assert (parcel.stage, parcel.customs_missing) == (Stage.CUSTOMS_HELD, "收件人身份证件信息")


def test_the_helper_has_no_parcel_but_the_mother_has(now: datetime) -> None:
    assert story(5, now).consignments == ()
    mother = mothers_parcel(now)
    assert mother.receiver_phone.endswith("-3679") and mother.receiver_tail == "3679"


def test_two_days_at_the_outlet_and_urged_fifteen_minutes_ago(now: datetime) -> None:
    parcel, (order,) = only(6, now), story(6, now).orders
    facts = derive(parcel, now)
    assert facts.held is not None and 48 <= facts.held.hours < 49
    assert parcel.address_note == "老小区无电梯"
    assert timedelta(minutes=14) < now - order.opened_at < timedelta(minutes=17)
    assert order.promise is not None and order.promise.due_at > now


def test_in_a_locker_without_notice_with_the_code_known(now: datetime) -> None:
    parcel = only(7, now)
    assert parcel.stage is Stage.AWAITING_PICKUP_LOCKER
    assert parcel.pickup is not None and parcel.pickup.notified is False and parcel.pickup.code
    assert "丰巢" in parcel.pickup.name


def test_silent_for_ninety_six_hours(now: datetime) -> None:
    facts = derive(only(8, now), now)
    assert facts.hours_since is not None and 96 <= facts.hours_since < 97
    assert facts.abnormal is Abnormal.SILENT


def test_the_sender_whose_receiver_got_nothing(now: datetime) -> None:
    assert story(9, now).caller_class is CallerClass.SENDER
    assert only(9, now).stage.is_signed


def test_a_promise_missed_three_hours_ago(now: datetime) -> None:
    (order,) = story(10, now).orders
    assert order.status is OrderStatus.OVERDUE
    assert order.promise is not None and order.promise.kept is False
    assert timedelta(hours=3) <= now - order.promise.due_at < timedelta(hours=3, minutes=1)
    assert order.opened_at < order.promise.due_at and 5 <= order.opened_at.hour < 12


def test_the_merchant_has_two_hundred_parcels(now: datetime) -> None:
    merchant = story(11, now)
    assert merchant.caller_class is CallerClass.MERCHANT and merchant.merchant_name
    assert len({c.parcel.waybill for c in merchant.consignments}) == 200


@pytest.mark.parametrize(
    ("number", "caller"),
    [(12, CallerClass.STAFF), (13, CallerClass.SHARED), (14, CallerClass.BLOCKED), (15, CallerClass.LINE_TEST)],
)
def test_special_numbers(number: int, caller: CallerClass, now: datetime) -> None:
    assert story(number, now).caller_class is caller


def test_the_family_number_has_two_receivers(now: datetime) -> None:
    assert len({c.parcel.receiver_surname for c in story(13, now).consignments}) == 2


def test_no_story_tells_the_future_and_every_tail_is_its_own(now: datetime) -> None:
    parcels = [c.parcel for number in range(11) for c in story(number, now).consignments]
    parcels.append(mothers_parcel(now).parcel)
    assert len({parcel.tail for parcel in parcels}) == len(parcels)
    for parcel in parcels:
        times = [event.at for event in parcel.events]
        assert times == sorted(times) and times[-1] <= now
        assert parcel.stage is parcel.events[-1].stage
