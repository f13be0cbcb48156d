"""Outlets and couriers over a line that hides both numbers: when it is offered, and when nobody answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from dialog.engine import Dialogue, Phase
from dialog.facts.outlet_hours import is_open, opens_next
from dialog.identity import Item, Leave, Rights
from dialog.protocol import OpenOrder, Staffing, Transfer, TransferOutcome, TransferProgress
from logistics_client.vocabulary import CallerClass, Outlet
from tests.dialog.parcels import CHINA, NOON, profile
from tests.dialog.world import Call

DAY = Staffing(True, True, contacts=True)
COURIERS_OWN = "13800138001"  # one parcel, out for delivery
NIGHT = datetime(2026, 11, 22, 22, 10, tzinfo=CHINA)


def _ringing(dialogue: Dialogue, wish: str = "快递员电话给我") -> tuple[Call, Transfer]:
    call = Call(dialogue, COURIERS_OWN, staffing=DAY)
    assert "接通" in call.says(wish)
    call.says("好的")
    (transfer,) = call.did(Transfer)
    assert isinstance(transfer, Transfer)
    return call, transfer


def test_the_courier_is_rung_by_the_parcels_own_number(dialogue: Dialogue) -> None:
    parcel = profile(COURIERS_OWN).parcels[0]
    assert parcel.courier is not None and parcel.outlet is not None and parcel.outlet.phone is not None
    assert _ringing(dialogue)[1].skill == f"courier:{parcel.courier.phone}"
    assert _ringing(dialogue, "网点几点关门")[1].skill == f"outlet:{parcel.outlet.phone.replace('-', '')}"


@pytest.mark.parametrize("outcome", ["busy", "no_answer", "declined", "failed", "unavailable"])
def test_nobody_there_brings_the_bot_back_with_what_helps(dialogue: Dialogue, outcome: str) -> None:
    call, transfer = _ringing(dialogue)
    call.feed(TransferProgress(NOON, transfer.request_id, TransferOutcome.RINGING))
    assert "响铃" in call.silent()
    words = call.feed(TransferProgress(NOON, transfer.request_id, TransferOutcome(outcome)))
    assert "我回来了" in words and "打电话吗" in words
    assert call.state.phase is Phase.TALKING and call.state.attempts == 0
    call.says("要的")
    (order,) = call.did(OpenOrder)
    assert isinstance(order, OpenOrder) and order.details["wish"] == "请快递员给用户回电"


def test_a_line_that_does_not_work_is_not_offered_again(dialogue: Dialogue) -> None:
    call, transfer = _ringing(dialogue)
    call.feed(TransferProgress(NOON, transfer.request_id, TransferOutcome.UNAVAILABLE))
    call.says("不用")
    assert "接通" not in call.says("快递员电话多少")


def test_after_the_talk_the_bot_is_back(dialogue: Dialogue) -> None:
    call, transfer = _ringing(dialogue)
    call.feed(TransferProgress(NOON, transfer.request_id, TransferOutcome.BRIDGED))
    words = call.feed(TransferProgress(NOON, transfer.request_id, TransferOutcome.ENDED))
    assert "那边已经挂断了" in words and call.question.startswith("home.")


def test_a_line_that_breaks_in_mid_talk_is_said_and_a_call_back_offered(dialogue: Dialogue) -> None:
    call, transfer = _ringing(dialogue)
    call.feed(TransferProgress(NOON, transfer.request_id, TransferOutcome.RINGING))
    call.feed(TransferProgress(NOON, transfer.request_id, TransferOutcome.BRIDGED))
    words = call.feed(TransferProgress(NOON, transfer.request_id, TransferOutcome.LOST))
    assert "通话断了" in words and "打电话吗" in words
    assert call.state.phase is Phase.TALKING and call.state.attempts == 0
    call.says("要的")
    assert [type(effect) for effect in call.did(OpenOrder)] == [OpenOrder]


def test_without_such_a_line_a_call_back_is_offered_as_before(dialogue: Dialogue) -> None:
    words = Call(dialogue, COURIERS_OWN).says("快递员电话给我")
    assert "接通" not in words and "打电话吗" in words


def test_having_the_courier_call_is_an_answer_too(dialogue: Dialogue) -> None:
    call = Call(dialogue, COURIERS_OWN, staffing=DAY)
    call.says("快递员电话给我")
    call.says("好让他给我打")
    assert [type(effect) for effect in (*call.did(OpenOrder), *call.did(Transfer))] == [OpenOrder]


def test_who_may_not_hear_the_couriers_phone_is_offered_the_outlet(dialogue: Dialogue) -> None:
    row = dict.fromkeys(Item, Leave.YES) | {Item.COURIER_PHONE: Leave.NO}
    closed = replace(dialogue, rights=Rights(dict.fromkeys(CallerClass, row)))
    call = Call(closed, COURIERS_OWN, staffing=DAY)
    assert "接通网点" in call.says("快递员电话给我")
    nothing = replace(dialogue, rights=Rights(dict.fromkeys(CallerClass, dict.fromkeys(Item, Leave.NO))))
    assert "接通" not in Call(nothing, COURIERS_OWN, staffing=DAY).says("快递员电话给我")


def test_at_night_the_opening_is_said_with_what_can_be_done(dialogue: Dialogue) -> None:
    call = Call(dialogue, COURIERS_OWN, now=NIGHT, staffing=DAY)
    words = call.says("快递员电话给我")
    assert "明早八点开门" in words and "催派" in words and "留言" in words
    call.says("催派吧")
    (order,) = call.did(OpenOrder)
    assert isinstance(order, OpenOrder) and order.kind.value == "urge_delivery"


@pytest.mark.parametrize(
    ("opens", "closes", "hour", "now_open", "next_hour"),
    [
        ("08:00", "20:00", 8, True, None),
        ("08:00", "20:00", 20, False, 8),
        ("08:00", "20:00", 5, False, 8),
        ("08:00", "24:00", 23, True, None),
        ("20:00", "08:00", 12, None, None),
        ("early", "late", 12, None, None),
        (None, None, 12, None, None),
    ],
)
def test_hours(opens: str | None, closes: str | None, hour: int, now_open: bool | None, next_hour: int | None) -> None:
    outlet, now = Outlet("O1", "藏龙岛网点", opens=opens, closes=closes), NOON.replace(hour=hour)
    assert is_open(outlet, now) is now_open
    then = opens_next(outlet, now)
    assert (then.hour if then else None) == next_hour
    assert then is None or then > now
