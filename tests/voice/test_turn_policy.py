"""Turn-taking in virtual time: who has the floor, and when a pause ends a turn."""

from __future__ import annotations

import pytest

from dialog.protocol import Expectation, ExpectKind
from voice.turns.policy import Act, Decision, TurnPolicy

OPEN = Expectation(ExpectKind.OPEN)
YES_NO = Expectation(ExpectKind.YES_NO)
NUMBER = Expectation(ExpectKind.NUMBER, max_digits=4)


def state(text: str, _expect: Expectation) -> str:
    return {"嗯": "backchannel", "对": "backchannel", "就是那个": "unfinished", "等一下": "wait"}.get(text, "finished")


def complete(text: str, expect: Expectation) -> bool:
    return 0 < expect.max_digits <= sum(character.isdigit() for character in text)


@pytest.fixture
def policy() -> TurnPolicy:
    return TurnPolicy(turn_state=state, number_complete=complete)


def acts(decisions: list[Decision]) -> list[Act]:
    return [decision.act for decision in decisions]


def run_until(policy: TurnPolicy, end: float) -> list[tuple[float, Decision]]:
    """Move time from deadline to deadline."""
    happened: list[tuple[float, Decision]] = []
    while policy.deadline is not None and policy.deadline <= end:
        now = policy.deadline
        happened += [(now, decision) for decision in policy.tick(now)]
    return happened


def speak(policy: TurnPolicy, start: float, end: float, text: str) -> list[Decision]:
    decisions = policy.voice_started(start)
    for at, _ in [(policy.deadline or end, None)]:
        if at < end:
            decisions += policy.tick(at)
    decisions += policy.voice_stopped(end)
    return decisions + policy.final(end + 0.03, text, 0.9, tuple((character, 0.9) for character in text))


def test_a_finished_question_ends_soon_after_the_voice(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, OPEN, interruptible=True)
    policy.bot_ended(1.0)
    speak(policy, 2.0, 3.0, "我的快递到哪了")
    ((at, decision),) = run_until(policy, 4.0)
    assert decision.act is Act.END_TURN
    assert decision.text == "我的快递到哪了"
    assert at - 3.0 <= 0.3


def test_yes_or_no_ends_at_once(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, YES_NO, interruptible=True)
    policy.bot_ended(1.0)
    speak(policy, 2.0, 2.4, "是的")
    ((at, _),) = run_until(policy, 3.0)
    assert at - 2.4 <= 0.1


def test_trailing_off_waits_and_what_follows_joins_the_turn(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    speak(policy, 1.0, 1.5, "就是那个")
    assert run_until(policy, 2.0) == []
    speak(policy, 2.2, 3.0, "快递没收到")
    ((_, decision),) = run_until(policy, 5.0)
    assert decision.text == "就是那个快递没收到"


def test_digits_wait_between_groups_and_end_at_once_when_complete(policy: TurnPolicy) -> None:
    policy.expect = NUMBER
    policy.bot_ended(0.0)
    speak(policy, 1.0, 1.6, "63")
    assert run_until(policy, 2.5) == []
    decisions = speak(policy, 2.6, 3.1, "86")
    assert acts(decisions) == [Act.END_TURN]


def test_asking_for_time_is_not_hurried(policy: TurnPolicy) -> None:
    policy.expect = Expectation(ExpectKind.OPEN, no_input_s=20)
    policy.bot_ended(0.0)
    speak(policy, 1.0, 1.5, "等一下")
    assert run_until(policy, 8.0) == []


def test_voice_over_the_bot_pauses_it_within_200_ms_of_onset(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, OPEN, interruptible=True)
    policy.voice_started(1.1)  # the VAD reports 100 ms after the onset at 1.0
    ((at, decision),) = run_until(policy, 1.3)
    assert decision.act is Act.PAUSE
    assert at <= 1.2


def test_a_backchannel_resumes_and_is_no_turn(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, OPEN, interruptible=True)
    assert acts(speak(policy, 1.1, 1.4, "嗯")) == [Act.PAUSE, Act.RESUME]
    policy.bot_ended(3.0)
    assert [decision.act for _, decision in run_until(policy, 10.0)] == []


def test_a_cough_resumes(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, OPEN, interruptible=True)
    assert acts(speak(policy, 1.1, 1.4, "")) == [Act.PAUSE, Act.RESUME]


def test_noise_that_goes_on_without_words_resumes_within_a_second(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, OPEN, interruptible=True)
    policy.voice_started(1.1)
    happened = run_until(policy, 3.0)
    assert [decision.act for _, decision in happened] == [Act.PAUSE, Act.RESUME]
    assert happened[1][0] - 1.0 <= 1.0


def test_words_stop_the_bot_as_soon_as_they_are_heard(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, OPEN, interruptible=True)
    policy.voice_started(1.1)
    run_until(policy, 1.3)
    assert acts(policy.interim(1.6, "不对不对")) == [Act.STOP]
    policy.voice_stopped(2.0)
    policy.final(2.03, "不对不对我要催一下", 0.9, ())
    ((_, decision),) = run_until(policy, 3.0)
    assert decision.text == "不对不对我要催一下"


def test_yes_under_a_read_back_is_the_answer(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, YES_NO, interruptible=True)
    assert acts(speak(policy, 1.1, 1.5, "对")) == [Act.PAUSE, Act.STOP, Act.END_TURN]


def test_the_recording_notice_is_never_paused_and_what_was_said_over_it_is_heard_after_it(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, OPEN, interruptible=False)
    assert acts(speak(policy, 1.1, 2.0, "我要查快递")) == []
    policy.bot_ended(4.0)
    ((at, decision),) = run_until(policy, 5.0)
    assert (at, decision.act, decision.text) == (4.0, Act.END_TURN, "我要查快递")


def test_silence_is_reported_once_per_question(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, OPEN, interruptible=True)
    policy.bot_ended(2.0)
    ((at, decision),) = run_until(policy, 60.0)
    assert (at, decision.act) == (10.0, Act.NO_INPUT)


def test_voice_without_words_is_no_match(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    assert acts(speak(policy, 1.0, 2.0, "")) == [Act.NO_MATCH]


def test_a_final_that_never_comes_does_not_hang_the_turn(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    policy.voice_started(1.0)
    policy.voice_stopped(2.0)
    ((at, decision),) = run_until(policy, 4.0)
    assert (at, decision.act) == (3.5, Act.NO_MATCH)


def test_a_key_takes_the_floor_and_drops_what_was_half_said(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, OPEN, interruptible=True)
    assert acts(policy.key(1.0)) == [Act.STOP]
    assert [decision.act for _, decision in run_until(policy, 5.0)] == []


def test_nothing_is_decided_while_a_person_has_the_call(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    policy.suspend()
    assert speak(policy, 1.0, 2.0, "我跟人工说的话") == []
    assert run_until(policy, 60.0) == []
    policy.bot_started(61.0, OPEN, interruptible=True)
    policy.bot_ended(62.0)
    speak(policy, 63.0, 64.0, "你好")
    assert [decision.act for _, decision in run_until(policy, 65.0)] == [Act.END_TURN]
