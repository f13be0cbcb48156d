"""Promises that stand, repeat calls, and calls that broke off."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from dialog.engine import Dialogue
from dialog.protocol import (
    CallOver,
    Heard,
    OpenOrder,
)
from tests.dialog.parcels import NOON, profile
from tests.dialog.world import Call


def test_a_repeat_caller_hears_the_standing_promise_first(dialogue: Dialogue) -> None:
    heard = Call(dialogue, "13800138006").heard
    assert "催派" in heard and "十五分钟前" in heard and "还剩十五分钟" in heard


def test_an_overdue_promise_gets_one_apology_and_escalates(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138010")
    words = call.says("对")
    assert words.count("对不起") == 1 and "抱歉" not in words
    (order,) = call.did(OpenOrder)
    assert isinstance(order, OpenOrder)
    assert order.kind.value == "complaint" and order.details["linked"] == "261100001001"


def test_the_second_call_in_a_day_hears_the_short_way(dialogue: Dialogue) -> None:
    caller = replace(profile("13800138000"), calls_24h=1)
    assert "转人工" in Call(dialogue, caller=caller).heard


def _redial(call: Call, minutes: int = 3) -> Call:
    call.feed(CallOver(NOON))
    stored = json.loads(json.dumps(call.state.to_json()))
    caller = replace(profile("13800138000"), dropped_state=stored, dropped_call_id="c1")
    return Call(call.dialogue, caller=caller, now=NOON + timedelta(minutes=minutes), world=call.world)


def test_a_dropped_call_goes_on_where_it_was(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.says("我要投诉")
    again = _redial(call)
    assert again.heard.startswith("刚才断线了,接着说尾号6386那件。")
    assert "自动语音" not in again.heard
    assert again.question == "complaint.what"


def test_an_order_is_not_opened_twice_by_a_drop_before_its_answer(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.state, effects = dialogue.step(call.state, Heard(NOON, "帮我催一下"))
    for effect in effects:
        call.world.reply(effect, NOON)  # opened outside, but the line broke before the answer was spoken
    again = _redial(call)
    assert len(again.world.orders) == 1
    assert "已经报过了" in again.heard


def test_a_call_that_was_ended_is_not_resumed(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.says("再见")
    assert "自动语音" in _redial(call).heard


def test_a_state_of_another_version_is_greeted_normally(dialogue: Dialogue) -> None:
    caller = replace(profile("13800138000"), dropped_state={"phase": "dancing", "turn": 3})
    assert "自动语音" in Call(dialogue, caller=caller).heard
