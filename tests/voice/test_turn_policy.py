"""Turn-taking in virtual time: who has the floor, and when a pause ends a turn."""

from __future__ import annotations

import pytest

from dialog.protocol import Expectation, ExpectKind
from dialog.turns import TurnReading
from voice.turns import Act, Decision, TurnPolicy

WORDS_BETWEEN = (Act.ACKNOWLEDGE, Act.FILL)
OPEN = Expectation(ExpectKind.OPEN)
YES_NO = Expectation(ExpectKind.YES_NO)
NUMBER = Expectation(ExpectKind.NUMBER, max_digits=4)


def read(text: str, expect: Expectation) -> TurnReading:
    if expect.kind is ExpectKind.NUMBER:
        return TurnReading("finished" if complete(text, expect) else "unfinished")
    readings: dict[str, TurnReading] = {
        "嗯": TurnReading("backchannel"),
        "对": TurnReading("backchannel"),
        "就是那个": TurnReading("unfinished"),
        "等一下": TurnReading("wait"),
        "他说今天送": TurnReading("finished", 0.8),
    }
    return readings.get(text, TurnReading("finished"))


def complete(text: str, expect: Expectation) -> bool:
    return 0 < expect.max_digits <= sum(character.isdigit() for character in text)


@pytest.fixture
def policy() -> TurnPolicy:
    return TurnPolicy(read_turn=read, number_complete=complete)


def acts(decisions: list[Decision]) -> list[Act]:
    return [decision.act for decision in decisions]


def run_until(policy: TurnPolicy, end: float) -> list[tuple[float, Decision]]:
    """Move time from deadline to deadline."""
    happened: list[tuple[float, Decision]] = []
    while policy.deadline is not None and policy.deadline <= end:
        now = policy.deadline
        happened += [(now, decision) for decision in policy.tick(now) if decision.act not in WORDS_BETWEEN]
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
    assert at - 3.0 <= 0.1


def test_yes_or_no_ends_at_once(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, YES_NO, interruptible=True)
    policy.bot_ended(1.0)
    assert acts(speak(policy, 2.0, 2.4, "是的")) == [Act.END_TURN]


@pytest.mark.parametrize(("text", "soon"), [("对", True), ("嗯", False)])
def test_a_word_of_assent_is_a_turn_but_a_sound_may_begin_a_sentence(policy: TurnPolicy, text: str, soon: bool) -> None:
    policy.bot_ended(0.0)
    speak(policy, 1.0, 1.4, text)
    ((at, decision),) = run_until(policy, 3.0)
    assert decision.text == text
    assert (at - 1.4 <= 0.1) is soon


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


def test_who_goes_on_within_a_second_continues_the_turn_and_its_question(policy: TurnPolicy) -> None:
    policy.expect = NUMBER
    policy.bot_ended(0.0)
    speak(policy, 1.0, 1.6, "63")
    ((ended, first),) = run_until(policy, 3.0)
    assert (first.text, first.earlier) == ("63", 0)
    policy.bot_started(ended + 0.1, YES_NO, interruptible=True)
    decisions = speak(policy, ended + 0.9, ended + 1.5, "86")
    assert acts(decisions) == [Act.PAUSE, Act.STOP, Act.END_TURN]
    assert (decisions[-1].text, decisions[-1].earlier, policy.expect) == ("6386", 1, NUMBER)


def test_who_goes_on_later_than_a_second_begins_a_new_turn(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    speak(policy, 1.0, 2.0, "我的快递到哪了")
    ((ended, _),) = run_until(policy, 2.5)
    speak(policy, ended + 1.2, ended + 2.0, "帮我催一下")
    ((_, decision),) = run_until(policy, ended + 3.0)
    assert (decision.text, decision.earlier) == ("帮我催一下", 0)


def test_a_turn_may_be_continued_twice(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    speak(policy, 1.0, 2.0, "我的快递")
    ((first, _),) = run_until(policy, 2.5)
    speak(policy, first + 0.4, first + 0.8, "从武汉")
    ((second, _),) = run_until(policy, first + 1.5)
    speak(policy, second + 0.4, second + 0.8, "发过来的")
    ((_, decision),) = run_until(policy, second + 1.5)
    assert (decision.text, decision.earlier) == ("我的快递从武汉发过来的", 2)


def test_a_correction_right_after_a_turn_is_a_turn_of_its_own(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    speak(policy, 1.0, 2.0, "帮我催一下")
    ((ended, _),) = run_until(policy, 2.5)
    speak(policy, ended + 0.3, ended + 0.9, "不对我要转人工")
    ((_, decision),) = run_until(policy, ended + 2.0)
    assert (decision.text, decision.earlier) == ("不对我要转人工", 0)


def test_a_cough_after_a_turn_neither_continues_it_nor_asks_again(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    speak(policy, 1.0, 2.0, "帮我催一下")
    ((ended, _),) = run_until(policy, 2.5)
    assert speak(policy, ended + 0.3, ended + 0.6, "") == []
    speak(policy, ended + 3.0, ended + 3.5, "谢谢")
    ((_, decision),) = run_until(policy, ended + 4.5)
    assert (decision.text, decision.earlier) == ("谢谢", 0)


def test_the_bot_never_begins_while_the_caller_speaks(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    policy.voice_started(1.0)
    assert acts(policy.bot_started(1.3, OPEN, interruptible=True)) == [Act.PAUSE]
    assert acts(policy.voice_stopped(1.6) + policy.final(1.65, "", 0.0, ())) == [Act.RESUME]


@pytest.mark.parametrize("words", ["妈你先吃饭", "宝宝别闹", "来了来了", "放桌上吧"])
def test_a_word_to_somebody_else_resumes(policy: TurnPolicy, words: str) -> None:
    policy.bot_started(0.0, OPEN, interruptible=True)
    assert acts(speak(policy, 1.1, 1.8, words)) == [Act.PAUSE, Act.RESUME]


@pytest.mark.parametrize("words", ["等一下", "不对", "转人工", "六三八六", "帮我改地址"])
def test_words_for_the_bot_stop_it(policy: TurnPolicy, words: str) -> None:
    policy.bot_started(0.0, OPEN, interruptible=True)
    assert acts(speak(policy, 1.1, 1.8, words))[:2] == [Act.PAUSE, Act.STOP]


def test_a_sentence_that_may_be_meant_for_us_is_heard_to_its_end_before_the_voice_comes_back(
    policy: TurnPolicy,
) -> None:
    policy.asking = lambda: False
    policy.bot_started(0.0, OPEN, interruptible=True)
    policy.voice_started(1.1)
    assert acts(policy.tick(1.2)) == [Act.PAUSE]
    policy.interim(1.5, "快递", 0.8)
    assert run_until(policy, 2.5) == []
    policy.voice_stopped(2.6)
    assert acts(policy.final(2.63, "快递员说今天不送了", 0.9, ())) == [Act.STOP]


@pytest.mark.parametrize(("text", "confidence"), [("", 1.0), ("快递", 0.2), ("妈你先吃饭", 0.9)])
def test_noise_and_words_to_others_do_not_keep_the_voice_away(policy: TurnPolicy, text: str, confidence: float) -> None:
    policy.asking = lambda: False
    policy.bot_started(0.0, OPEN, interruptible=True)
    policy.voice_started(1.1)
    policy.interim(1.5, text, confidence)
    happened = run_until(policy, 2.5)
    assert [decision.act for _, decision in happened] == [Act.PAUSE, Act.RESUME]
    assert happened[-1][0] - 1.0 <= 0.8


def test_a_sentence_without_end_does_not_keep_the_voice_away_for_ever(policy: TurnPolicy) -> None:
    policy.asking = lambda: False
    policy.bot_started(0.0, OPEN, interruptible=True)
    policy.voice_started(1.1)
    policy.interim(1.5, "快递", 0.8)
    assert [decision.act for _, decision in run_until(policy, 4.0)] == [Act.PAUSE, Act.RESUME]


def test_yes_is_an_answer_only_while_the_question_is_heard(policy: TurnPolicy) -> None:
    policy.asking = lambda: False
    policy.bot_started(0.0, YES_NO, interruptible=True)
    assert acts(speak(policy, 1.1, 1.5, "对")) == [Act.PAUSE, Act.RESUME]


def test_a_filler_is_due_only_when_an_answer_takes_more_than_1200_ms(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    speak(policy, 1.0, 2.0, "我的快递到哪了")
    ((ended, _),) = run_until(policy, 2.5)
    assert policy.tick(ended + 1.1) == []
    assert acts(policy.tick(ended + 1.21)) == [Act.FILL]
    speak(policy, 10.0, 11.0, "我的快递到哪了")
    ((ended, _),) = run_until(policy, 11.5)
    policy.bot_started(ended + 0.15, OPEN, interruptible=True)
    assert policy.tick(ended + 1.3) == []


def test_a_wish_is_acknowledged_soon_and_a_filler_still_follows_when_its_answer_takes_long(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    speak(policy, 1.0, 2.0, "帮我催一下")
    ((ended, _),) = run_until(policy, 2.1)
    assert policy.tick(ended + 0.15) == []
    assert acts(policy.tick(ended + 0.2)) == [Act.ACKNOWLEDGE]
    policy.acknowledged()
    policy.bot_started(ended + 0.2, OPEN, interruptible=True)
    policy.bot_ended(ended + 0.6)
    assert policy.tick(ended + 1.7) == []
    assert acts(policy.tick(ended + 1.8)) == [Act.FILL]


def test_sound_without_words_does_not_keep_a_silent_caller_from_being_asked(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    policy.voice_started(1.0)
    assert [(round(at), decision.act) for at, decision in run_until(policy, 30.0)] == [(17, Act.NO_INPUT)]


def test_words_that_the_recogniser_doubts_wait_longer_than_sure_ones(policy: TurnPolicy) -> None:
    policy.bot_ended(0.0)
    policy.voice_started(1.0)
    policy.voice_stopped(2.0)
    policy.final(2.03, "我的快递到哪了", 0.3, ())
    ((at, _),) = run_until(policy, 3.0)
    assert at - 2.03 == pytest.approx(policy.timing.open)


def test_a_breath_in_a_story_is_waited_out_and_a_sure_end_is_not(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, OPEN, interruptible=True)
    policy.bot_ended(1.0)
    speak(policy, 2.0, 3.0, "他说今天送")
    ((at, decision),) = run_until(policy, 4.0)
    assert decision.act is Act.END_TURN
    assert 0.08 <= at - 3.0 <= 0.25


def test_a_pause_on_the_last_sound_of_a_sentence_does_not_silence_the_next(policy: TurnPolicy) -> None:
    policy.bot_started(0.0, OPEN, interruptible=True)
    policy.voice_started(1.0)
    assert acts(policy.tick(1.1)) == [Act.PAUSE]
    # the sentence is out, and what follows begins although nothing was decided yet
    assert acts(policy.bot_started(1.12, OPEN, interruptible=False)) == [Act.RESUME]


def test_a_pause_ends_with_what_was_said_and_with_the_bots_part(policy: TurnPolicy) -> None:
    for end in (policy.bot_ended, lambda _now: policy.suspend()):
        policy.bot_started(0.0, OPEN, interruptible=True)
        policy.voice_started(1.0)
        assert acts(policy.tick(1.1)) == [Act.PAUSE]
        assert acts(end(1.12)) == [Act.RESUME]
        policy.voice_stopped(1.2)
        policy.final(1.23, "", 0.0, ())


@pytest.mark.parametrize(
    ("expect", "text", "confidence", "least", "most"),
    [
        (OPEN, "等一下", 0.9, 7.0, 9.0),
        (OPEN, "等一下", 0.5, 0.5, 1.5),
        (YES_NO, "就是那个", 0.9, 0.9, 1.2),
        (YES_NO, "就是那个", 0.5, 0.1, 0.4),
    ],
)
def test_words_that_would_wait_are_not_waited_on_when_the_recogniser_doubts_them(
    policy: TurnPolicy, expect: Expectation, text: str, confidence: float, least: float, most: float
) -> None:
    policy.bot_started(0.0, expect, interruptible=True)
    policy.bot_ended(1.0)
    policy.voice_started(2.0)
    policy.voice_stopped(2.4)
    policy.final(2.43, text, confidence, ())
    ((at, decision), *_) = run_until(policy, 20.0)
    assert decision.act is Act.END_TURN
    assert least < at - 2.4 < most
