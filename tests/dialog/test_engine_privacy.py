"""Who hears what, who may do what, and numbers that were misheard."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialog.engine import Dialogue
from dialog.protocol import (
    LookUp,
    Note,
    OpenOrder,
    Transfer,
)
from logistics_client.vocabulary import OrderKind, WorkOrder
from tests.dialog.graph import closed_order
from tests.dialog.parcels import NOON, profile
from tests.dialog.world import Call


def test_an_unknown_caller_hears_the_stage_only(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13900000001")
    call.says("Y Q 八八五零零二六九幺四四七零")
    assert "再说一次" in call.says("幺二三四")
    words = call.says("幺二三五")
    assert "驿站" in words and "和平里" not in words


def test_a_receiver_is_a_stranger_to_other_peoples_parcels(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138002")
    call.says("不是")
    words = call.says("Y Q 八八五零零二六九幺四四七零")
    assert "后四位" in words
    assert "和平里" not in words + call.says("幺二三四") + call.says("幺二三五")


def test_waybill_and_tail_open_the_trace(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13900000001")
    call.says("Y Q 八八五零零二六九幺四四七零")
    assert "和平里店驿站" in call.says("三六七九")


def test_a_shared_number_is_not_told_of_a_parcel_unasked(dialogue: Dialogue) -> None:
    heard = Call(dialogue, "13800138013").heard
    assert not [parcel for parcel in profile("13800138013").parcels if parcel.tail in heard]


def test_a_helper_hears_no_place_even_of_the_own_parcel(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    words = call.says("我帮我妈查一下快递,手机尾号三六七九")
    assert "和平里" not in words and "武汉" not in words
    assert "收件人本人" in words


def test_staff_get_no_customer_data(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138012")
    words = call.heard + call.says("查一下Y Q 八八五零零二六九幺四四七零到哪了") + call.says("三六七九")
    assert "和平里" not in words and "4470" not in words


def test_one_misheard_digit_still_finds_the_own_parcel_by_asking(dialogue: Dialogue) -> None:
    caller = profile("13800138001")
    tail = caller.parcels[1].tail
    near = tail[:-1] + ("9" if tail[-1] != "9" else "6")
    call = Call(dialogue, "13800138001")
    words = call.says(f"不是,是尾号{near}那个")
    assert f"是尾号{tail}这件吗" in words
    assert call.did(LookUp) == []
    call.says("不是,就是这个号")
    assert len(call.did(LookUp)) == 1  # another parcel after all: looked up as it was said


def test_what_a_helper_starts_is_answered_to_the_receiver(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138005")
    call.says("我帮我妈查一下快递,手机尾号三六七九")
    call.says("帮她投诉,快递员把东西扔在驿站就走了")
    orders = [effect for effect in call.did(OpenOrder) if isinstance(effect, OpenOrder)]
    assert [order.details["notify"] for order in orders] == ["receiver"]


def test_what_the_other_side_ordered_is_frozen(dialogue: Dialogue) -> None:
    caller = profile("13800138000")
    parcel = caller.parcels[0]
    order = WorkOrder("W7", OrderKind.INTERCEPT, parcel.waybill, NOON - timedelta(hours=1), details={"role": "sender"})
    call = Call(dialogue, caller=replace(caller, orders=(order,)))
    words = call.says("地址写错了帮我改一下")
    assert "另一方" in words
    assert len(call.did(Transfer)) == 1


def test_a_fresh_result_is_told_first(dialogue: Dialogue) -> None:
    caller = profile("13800138002")
    call = Call(dialogue, caller=replace(caller, orders=(closed_order(caller.parcels[0].waybill),)))
    assert "网点核实有结果了" in call.heard
    assert "快递员放在了门卫处" in call.says("对")
    assert call.question == "followup.solved"


@pytest.mark.parametrize("hour", [(0, 30), (12, 0), (19, 59), (23, 30)])
def test_the_contracts_hours(dialogue: Dialogue, hour: tuple[int, int]) -> None:
    now = NOON.replace(hour=hour[0], minute=hour[1])
    words = Call(dialogue, "13800138000", now=now).says("我的快递到哪了")
    assert ("明早八点前" if hour[0] >= 18 else "今晚八点前") in words
    for story in range(16):
        call = Call(dialogue, f"138001380{story:02d}", now=now)
        call.says("快递到哪了")
        call.says("帮我催一下")
        assert not [note for note in call.did(Note) if isinstance(note, Note) and note.type == "fact_refused"]
