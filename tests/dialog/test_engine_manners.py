"""Keys and manners of talk: the same in every scene."""

from __future__ import annotations

from dialog.engine import Dialogue
from dialog.protocol import (
    ExpectKind,
    LookUp,
    Say,
    SpeechEnded,
    StopRecording,
    Transfer,
)
from tests.dialog.parcels import NOON
from tests.dialog.world import Call


def test_zero_is_a_person_and_a_digit_while_digits_are_keyed(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.keys("0")
    assert len(call.did(Transfer)) == 1
    keyed = Call(dialogue, "13900000001")
    keyed.keys("8850")
    assert keyed.did(Transfer) == [] and keyed.state.keyed == "8850"
    keyed.keys("*")
    assert len(keyed.did(Transfer)) == 1


def test_keyed_digits_and_silence_are_an_answer(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13900000001")
    call.keys("8850026914470")
    call.silent()
    assert len(call.did(LookUp)) == 1


def test_the_keypad_mode_tells_turn_taking_what_keys_mean(dialogue: Dialogue) -> None:
    say = Call(dialogue, "13900000001").did(Say)[-1]
    assert isinstance(say, Say)
    assert say.expect.keys == "digits" and say.expect.kind is ExpectKind.NUMBER


def test_again_repeats_the_words_and_keeps_the_question(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    question, last = call.question, call.state.last_say
    assert last is not None
    assert call.says("你再说一遍") == last.text
    assert call.question == question


def test_hold_on_gives_time(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13900000001")
    call.says("你等会儿啊我戴个眼镜")
    (say,) = call.did(Say)
    assert isinstance(say, Say) and say.expect.no_input_s >= 20


def test_refused_recording_stops_it_once_and_service_goes_on(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.says("我不同意录音")
    assert len(call.did(StopRecording)) == 1
    call.says("别给我录音")
    assert call.did(StopRecording) == []
    assert "今晚八点前" in call.says("快递到哪了")


def test_what_was_not_heard_is_said_on_a_backchannel(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    call.says("帮我催一下")
    say = call.state.last_say
    assert say is not None and len(say.sentences) > 2
    first = say.sentences[0].text
    call.feed(SpeechEnded(NOON, say.say_id, first, True))
    assert call.state.unheard == say.sentences[1:]
    assert call.says("嗯").startswith(say.sentences[1].text)


def test_several_wishes_in_one_breath_are_served_in_order(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138001")
    words = call.says("帮我催一下,顺便要个快递员电话")
    assert words.index("催了") < words.index("师傅")


def test_a_digression_comes_back_to_the_open_question(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138008")
    call.says("怎么理赔")
    assert call.question == "claim.offer"
    words = call.says("网点几点关门")
    assert call.question == "claim.offer"
    assert "要我现在帮您登记理赔吗?" in words
