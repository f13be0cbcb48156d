"""The first seconds of a call: greeting, the likely parcel, and what stands in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialog.engine import Dialogue, DialogueState
from dialog.protocol import (
    CallStarted,
    Effect,
    Event,
    ExpectKind,
    Heard,
    HotlineProfile,
    KeyPressed,
    NoInput,
    NoMatch,
    RecogniserLost,
    Say,
    SpeechEnded,
    Staffing,
    Transfer,
)
from logistics_client.vocabulary import CallerClass, CallerProfile
from tests.dialog.parcels import NOON, profile
from tests.dialog.world import Call

HOTLINE = HotlineProfile("main", "云雀快递", "95000", "")


def _first_say(dialogue: Dialogue, hotline: HotlineProfile = HOTLINE) -> Say:
    started = CallStarted(NOON, "c1", profile("13800138000"), hotline, Staffing(True, True))
    _, effects = dialogue.step(dialogue.initial(), started)
    (say,) = [effect for effect in effects if isinstance(effect, Say)]
    return say


def test_the_greeting_says_machine_and_recording_and_cannot_be_interrupted(dialogue: Dialogue) -> None:
    say = _first_say(dialogue)
    assert "自动语音" in say.text and "录音" in say.text
    assert not say.interruptible
    assert len(say.text) <= 28  # six seconds at 4.7 characters a second
    assert say.expect.kind is ExpectKind.NOTHING


def test_a_hotlines_own_greeting_counts_only_when_it_is_honest(dialogue: Dialogue) -> None:
    honest = "您好,这里是云雀快递,我是自动语音客服,通话有录音。"
    assert _first_say(dialogue, replace(HOTLINE, greeting=honest)).text == honest
    assert "录音" in _first_say(dialogue, replace(HOTLINE, greeting="您好,云雀快递欢迎您。")).text


def test_the_parcel_follows_the_greeting_at_once(dialogue: Dialogue) -> None:
    call = Call(dialogue, "13800138000")
    assert "您尾号6386的包裹滞留在武汉中转场,是问这个吗?" in call.heard


def test_a_known_caller_with_one_parcel_needs_one_turn_to_a_useful_answer(dialogue: Dialogue) -> None:
    assert "今晚八点前" in Call(dialogue, "13800138000").says("我的快递到哪了")


def test_speech_over_the_greeting_is_answered_and_the_opening_is_not_said_later(dialogue: Dialogue) -> None:
    started = CallStarted(NOON, "c1", profile("13800138000"), HOTLINE, Staffing(True, True))
    state, effects = dialogue.step(dialogue.initial(), started)
    greeting = next(effect for effect in effects if isinstance(effect, Say))
    state, effects = dialogue.step(state, Heard(NOON, "转人工"))
    assert any(isinstance(effect, Transfer) for effect in effects)
    _, effects = dialogue.step(state, SpeechEnded(NOON, greeting.say_id, greeting.text, False))
    assert effects == ()


def test_a_wish_over_the_greeting_is_about_the_only_parcel(dialogue: Dialogue) -> None:
    started = CallStarted(NOON, "c1", profile("13800138000"), HOTLINE, Staffing(True, True))
    state, _ = dialogue.step(dialogue.initial(), started)
    _, effects = dialogue.step(state, Heard(NOON, "我的快递到哪了"))
    (say,) = [effect for effect in effects if isinstance(effect, Say)]
    assert "武汉中转场" in say.text and "今晚八点前" in say.text


def test_carrier_away_is_said_and_a_person_offered(dialogue: Dialogue) -> None:
    caller = CallerProfile(CallerClass.UNKNOWN, "13800138000", carrier_reachable=False)
    assert "查询系统暂时连不上" in Call(dialogue, caller=caller).heard


def _after_greeting(
    dialogue: Dialogue, event: Event, *, person: bool = True
) -> tuple[tuple[Effect, ...], DialogueState, tuple[Effect, ...]]:
    """What an event over the greeting brings, and what the end of the greeting's words brings then."""
    started = CallStarted(NOON, "c1", profile("13800138000"), HOTLINE, Staffing(person, person))
    state, effects = dialogue.step(dialogue.initial(), started)
    greeting = next(effect for effect in effects if isinstance(effect, Say))
    state, at_once = dialogue.step(state, event)
    state, later = dialogue.step(state, SpeechEnded(NOON, greeting.say_id, greeting.text, False))
    return at_once, state, later


@pytest.mark.parametrize("event", [KeyPressed(NOON, "0"), Heard(NOON, "转人工")])
def test_a_person_is_called_over_the_greeting_and_nothing_is_said_after_it(dialogue: Dialogue, event: Event) -> None:
    at_once, state, later = _after_greeting(dialogue, event)
    assert any(isinstance(effect, Transfer) for effect in at_once)
    assert later == ()
    _, effects = dialogue.step(state, NoInput(NOON))
    assert [effect.sentences[0].wording.split("@")[0] for effect in effects if isinstance(effect, Say)] == [
        "person.still_calling"
    ]


@pytest.mark.parametrize("event", [KeyPressed(NOON, "0"), RecogniserLost(NOON)])
def test_what_takes_the_openings_place_keeps_it(dialogue: Dialogue, event: Event) -> None:
    _, state, later = _after_greeting(dialogue, event, person=False)
    assert later == ()
    assert state.question is not None and state.question.name in ("nobody.choice", "menu.choice")
    assert dialogue.step(state, NoInput(NOON))[1] != ()


@pytest.mark.parametrize("event", [KeyPressed(NOON, "*"), KeyPressed(NOON, "5"), NoMatch(NOON)])
def test_what_means_nothing_over_the_greeting_leaves_the_opening(dialogue: Dialogue, event: Event) -> None:
    at_once, state, later = _after_greeting(dialogue, event)
    assert not [effect for effect in at_once if isinstance(effect, Say)]
    assert state.question is not None and state.question.name == "opening.offer"
    assert len([effect for effect in later if isinstance(effect, Say)]) == 1
