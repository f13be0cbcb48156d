"""The order's phone confirms: a texted code, a link instead, a person when neither works; codes are kept nowhere."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from dialog.engine import Dialogue, DialogueState
from dialog.engine.resume import kept
from dialog.protocol import AskModel, CheckCode, Heard, KeyPressed, OpenOrder, SendCode, SendLink, Transfer, masked
from dialog.scripts import TEXTED_CODE
from logistics_client.vocabulary import CodeCheck, OrderKind
from tests.dialog.world import Call, World

WRONG = "111111"


def stopping(dialogue: Dialogue, world: World | None = None) -> Call:
    call = Call(dialogue, "13800138000", world=world)
    call.says("这单我不要了帮我拦下来")
    return call


def opened(call: Call) -> list[OrderKind]:
    return [effect.kind for effect in call.did(OpenOrder) if isinstance(effect, OpenOrder)]


def test_the_code_is_for_this_purpose_and_this_parcel(dialogue: Dialogue) -> None:
    call = stopping(dialogue)
    (sent,) = call.did(SendCode)
    assert isinstance(sent, SendCode) and sent.kind is OrderKind.INTERCEPT
    assert call.state.parcel(sent.waybill) is not None
    call.keys(TEXTED_CODE[:-1])
    assert opened(call) == []
    call.keys(TEXTED_CODE[-1])
    assert opened(call) == [OrderKind.INTERCEPT]


def test_a_confirmation_allows_one_order(dialogue: Dialogue) -> None:
    call = stopping(dialogue)
    call.keys(TEXTED_CODE)
    assert call.state.proven == ()
    call.says("再帮我改一下地址")
    call.says("验证码")
    assert len(call.did(SendCode)) == 1


@pytest.mark.parametrize("said", ["二四六八幺零", "246810", "验证码是二四六,八一零", "两四六八一零"])
def test_the_code_is_understood_as_people_say_it(dialogue: Dialogue, said: str) -> None:
    call = stopping(dialogue)
    call.says(said)
    assert opened(call) == [OrderKind.INTERCEPT]


def test_a_slip_is_corrected_before_the_code_is_whole(dialogue: Dialogue) -> None:
    call = stopping(dialogue)
    call.says("二四五")
    call.says("不对,是二四六")
    call.says("八幺零")
    assert opened(call) == [OrderKind.INTERCEPT]


def test_three_wrong_codes_end_it_for_this_call(dialogue: Dialogue) -> None:
    call = stopping(dialogue, World())
    assert "没有对上" in call.keys(WRONG)
    assert "没有对上" in call.keys(WRONG)
    call.keys(WRONG)
    assert [effect.reason for effect in call.did(Transfer) if isinstance(effect, Transfer)] == ["code_wrong"]


def test_after_three_wrong_codes_only_the_link_is_left(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000", person=False)
    call.says("这单我不要了帮我拦下来")
    for _ in range(3):
        call.keys(WRONG)
    call.says("算了")
    call.says("帮我把快递拦下来")
    assert call.did(SendCode) == [] and len(call.did(SendLink)) == 1


@pytest.mark.parametrize("words", ["我没收到", "没有收到短信啊", "没有"])
def test_a_code_that_does_not_come_is_sent_again_or_becomes_a_link(dialogue: Dialogue, words: str) -> None:
    call = stopping(dialogue)
    assert "再发" in call.says(words)
    call.says("再发一次吧")
    assert len(call.did(SendCode)) == 1
    call.says("还是没收到")
    call.keys("1")  # a third text would be a nuisance: the link comes by itself
    assert call.did(SendCode) == [] and len(call.did(SendLink)) == 1


def test_a_code_that_arrives_late_is_taken_all_the_same(dialogue: Dialogue) -> None:
    call = stopping(dialogue)
    call.says("没收到")
    call.says("哦来了,二四六八幺零")
    assert opened(call) == [OrderKind.INTERCEPT]


def test_an_old_code_is_said_to_be_old(dialogue: Dialogue) -> None:
    call = stopping(dialogue, World(code_outcome=CodeCheck.SPENT))
    assert "失效" in call.keys(TEXTED_CODE)
    assert opened(call) == [] and call.question == "confirm.spent"


def test_without_a_gateway_the_link_is_tried_and_then_a_person(dialogue: Dialogue) -> None:
    call = stopping(dialogue, World(code_tail=None))
    assert len(call.did(SendCode)) == len(call.did(SendLink)) == 1
    call = stopping(dialogue, World(code_tail=None, links_work=False))
    assert len(call.did(Transfer)) == 1


def test_time_to_look_at_the_phone(dialogue: Dialogue) -> None:
    call = stopping(dialogue)
    assert call.state.last_say is not None and call.state.last_say.expect.no_input_s >= 30
    assert "验证码" in call.silent()
    call.says("等一下我看看手机")
    call.keys(TEXTED_CODE)
    assert opened(call) == [OrderKind.INTERCEPT]


def test_the_new_address_is_read_back_and_corrected_once(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.says("地址写错了能改吗")
    call.keys("2")
    call.keys(TEXTED_CODE)
    assert "江夏区光谷大道一百二十号" in call.says("江夏区光谷大道一百二十号")
    assert "新地址" in call.says("不对")
    call.says("江夏区光谷大道二百二十号三栋")
    call.says("对")
    (order,) = (effect for effect in call.did(OpenOrder) if isinstance(effect, OpenOrder))
    assert order.details["new_address"] == "江夏区光谷大道二百二十号三栋"
    assert order.details["confirmed"] == "code"


def test_a_proof_does_not_outlive_the_call(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.says("地址写错了能改吗")
    call.keys("2")
    call.keys(TEXTED_CODE)
    call.says("江夏区光谷大道一百二十号")
    assert call.state.proven
    call.state = DialogueState.from_json(call.state.to_json())
    call.says("对")
    assert opened(call) == [] and call.question == "change.how"


def test_the_code_is_nowhere_but_in_the_question_that_checks_it(dialogue: Dialogue) -> None:
    call = stopping(dialogue)
    call.says("二四六")
    call.keys("246")
    stored = json.dumps([call.state.to_json(), kept(call.state)], ensure_ascii=False)
    assert "二四六" not in stored and "246" not in stored
    call.says("八幺零 我说的是二四六八幺零")
    card = dialogue.card(call.state, call.now)
    shown = json.dumps(call.state.to_json(), ensure_ascii=False) + str(card) + str(call.effects)
    assert "二四六" not in shown and "246810" not in shown and "八幺零" not in shown
    assert str(CheckCode("r1", OrderKind.INTERCEPT, "YQ1", "246810")).find("246810") < 0


def test_no_language_model_is_asked_about_a_code(dialogue: Dialogue) -> None:
    call = stopping(replace(dialogue, assist=True))
    call.says("嘟嘟嘟呱呱呱")
    assert call.did(AskModel) == []


def test_digits_are_masked_and_words_stay() -> None:
    assert masked("验证码是二四六8幺0,对吧") == "验证码是••••••,对吧"
    assert masked("①٣") == "••"


def test_a_redial_asks_for_the_code_again(dialogue: Dialogue) -> None:
    call = stopping(dialogue)
    call.feed(KeyPressed(call.now, "2"))
    back = DialogueState.from_json(call.state.to_json())
    assert back.keyed == "" and back.question is not None and back.question.name == "confirm.code"
    after, _ = dialogue.step(back, Heard(call.now + timedelta(minutes=1), "二四六八幺零"))
    assert after.topic is not None and after.topic.then == "checked"
