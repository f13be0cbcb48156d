"""The hand-over card and the whisper."""

from __future__ import annotations

import pytest

from dialog.card import one_line
from dialog.engine import Dialogue
from dialog.protocol import Transfer
from tests.dialog.parcels import NOON, first_parcel
from tests.dialog.world import Call, World


def test_the_seed_comes_out_literally(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138006")
    call.says("到你们网点两天了怎么还不派")
    call.says("转人工")
    (transfer,) = call.did(Transfer)
    assert isinstance(transfer, Transfer)
    assert one_line(transfer.card) == (
        "用户诉求:包裹滞留网点未派件;已触发:网点催派流程(15分钟前);补充信息:用户留的地址是老小区无电梯"
    )


def test_the_card_can_be_built_before_the_first_word(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138006")
    card = dialogue.card(call.state, NOON)
    assert card.request == "包裹滞留网点未派件"
    assert [line.text for line in card.processes] == ["网点催派流程(15分钟前)"]
    assert card.waybill == first_parcel("13800138006").waybill
    assert card.identity == "可办理"


def test_promises_show_what_is_left(dialogue: Dialogue) -> None:
    card = dialogue.card(Call(dialogue, "13800138006").state, NOON)
    assert [line.text for line in card.promises] == ["催派:联系您,11-22 12:15前(还剩15分钟)"]
    late = dialogue.card(Call(dialogue, "13800138010").state, NOON)
    assert "已超时3小时" in late.promises[0].text
    assert late.next_steps[0] == "催派已超时,先致歉再升级处理"


def test_every_line_points_at_its_turn(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.says("我的快递到哪了")
    call.says("帮我催一下")
    card = dialogue.card(call.state, NOON)
    assert [(line.text, line.turn) for line in card.processes] == [("中转查询流程(0分钟前)", 2)]


def test_what_the_caller_adds_is_kept_with_its_confidence(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.says("我要投诉")
    call.says("快递员把箱子丢在楼下就走了", 0.8)
    notes = dialogue.card(call.state, NOON).notes
    assert [(note.text, note.turn) for note in notes] == [("快递员把箱子丢在楼下就走了", 2)]


def test_emotion_and_refused_recording_are_on_the_card(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.says("都几天了你们到底管不管,气死我了")
    call.says("我不同意录音")
    card = dialogue.card(call.state, NOON)
    assert card.emotion in ("生气", "情绪激动")
    assert any("不同意录音" in note.text for note in card.notes)


def test_what_is_not_confirmed_is_said_so(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13900000001")
    lines = [line.text for line in dialogue.card(call.state, NOON).unconfirmed]
    assert "包裹单号未确认" in lines
    assert "来电人身份未核实" in lines


@pytest.mark.parametrize(
    ("number", "badge"),
    [
        ("13800138000", "可办理"),
        ("13800138009", "可办理"),
        ("13900000001", "不可告知"),
        ("13800138013", "不可告知"),
        ("13800138012", "不可告知"),
    ],
)
def test_the_badge_sums_up_the_callers_row(dialogue: Dialogue, number: str, badge: str) -> None:
    assert dialogue.card(Call(dialogue, number).state, NOON).identity == badge


@pytest.mark.parametrize("story", range(14))
def test_the_whisper_fits_the_ear(dialogue: Dialogue, story: int) -> None:
    call = Call(dialogue, f"138001380{story:02d}", world=World())
    call.says("帮我催一下")
    whisper = dialogue.card(call.state, NOON).whisper
    assert 0 < len(whisper) <= 20


def test_the_trace_is_newest_first(dialogue: Dialogue) -> None:
    card = dialogue.card(Call(dialogue, "13800138000").state, NOON)
    shown = [line.text[:11] for line in card.trace]
    assert shown == sorted(shown, reverse=True) and len(shown) == 3
