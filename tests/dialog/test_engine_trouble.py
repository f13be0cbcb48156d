"""Silence, words without sense, and an outside world that fails: handled once for all scenes."""

from __future__ import annotations

from dataclasses import replace

from dialog.engine import Dialogue
from dialog.protocol import (
    BulletinsChanged,
    EndCall,
    Heard,
    NoMatch,
    OpenOrder,
    RecogniserLost,
    Say,
    Transfer,
)
from tests.dialog.graph import understand
from tests.dialog.parcels import NOON
from tests.dialog.world import Call, World


def test_two_reprompts_then_a_person(dialogue: Dialogue) -> None:
    call = Call(replace(dialogue, understand=understand), "13800138000")
    asked = [call.says("只是说说") for _ in range(2)]
    assert call.did(Transfer) == [] and asked[0] != asked[1]
    call.says("只是说说")
    assert len(call.did(Transfer)) == 1


def test_sense_in_between_starts_the_count_anew(dialogue: Dialogue) -> None:
    call = Call(replace(dialogue, understand=understand), "13800138000")
    for _ in range(4):
        call.says("只是说说")
        call.says("/track")
    assert call.did(Transfer) == []


def test_after_trouble_the_voice_is_slower(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.feed(NoMatch(NOON))
    call.feed(NoMatch(NOON))
    (say,) = call.did(Say)
    assert isinstance(say, Say) and say.slow


def test_two_likely_readings_are_named(dialogue: Dialogue) -> None:

    call = Call(replace(dialogue, understand=understand), "13800138000")
    assert "您是要查快递到哪了,还是要催派送?" in call.says("/?track|urge_delivery")
    assert call.question == "either.ask"
    call.keys("2")
    assert len(call.did(OpenOrder)) == 1


def test_a_silent_line_is_released(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13900000001")
    call.silent()
    call.silent()
    assert "挂机" in call.silent()
    assert len(call.did(EndCall)) == 1


def test_when_hearing_is_lost_keys_go_on(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    assert "查件请按1" in call.feed(RecogniserLost(NOON))
    assert "武汉中转场" in call.keys("1")


def test_a_backend_that_never_answers_ends_with_a_person(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.state, effects = dialogue.step(call.state, Heard(NOON, "帮我催一下"))
    assert any(isinstance(effect, OpenOrder) for effect in effects)
    assert not any(isinstance(effect, Say) for effect in effects)  # words wait for the order's answer
    assert "还在查" in call.silent()
    call.silent()
    call.silent()
    assert len(call.did(Transfer)) == 1


def test_an_order_that_could_not_be_opened_is_admitted(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000", world=World(order_error="UnavailableError"))
    assert "没有提交成功" in call.says("帮我催一下")
    assert len(call.did(Transfer)) == 1


def test_a_link_that_did_not_go_out_is_not_claimed(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138002", world=World(links_work=False))
    words = call.says("显示签收了我没收到")
    assert "已经发到" not in words
    assert "没有发出去" in words


def test_a_carrier_that_is_away_during_the_look_up(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13900000001", world=World(lookup_error="UnavailableError"))
    assert "暂时连不上" in call.says("Y Q 八八五零零二六九幺四四七零")
    assert len(call.did(Transfer)) == 1


def test_a_notice_that_was_withdrawn_during_the_call_is_not_spoken(dialogue: Dialogue) -> None:
    told, untold = Call(dialogue, "13800138000"), Call(dialogue, "13800138000")
    untold.feed(BulletinsChanged(NOON, ()))
    assert told.state.started is not None and untold.state.started is not None
    assert told.state.started.caller.bulletins and not untold.state.started.caller.bulletins
    assert untold.question == told.question
