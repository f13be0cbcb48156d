from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from asr.level import SILENCE_DBFS, LevelMeter
from asr.ports import Token
from asr.reject import Rejection, believable, confidence


def tokens(*confidences: float) -> list[Token]:
    return [Token("字", 0, 60, value) for value in confidences]


LIMITS = Rejection(min_level_dbfs=-55.0, min_confidence=0.5, short_confidence=0.8, weak=0.2)


def test_a_clear_sentence_is_kept_whole() -> None:
    heard = tokens(0.9, 0.3, 0.8)
    assert believable(heard, -20.0, 1.0, LIMITS) == tuple(heard)


def test_nothing_is_heard_below_the_level_of_speech() -> None:
    assert believable(tokens(0.99, 0.99, 0.99), -56.0, 1.0, LIMITS) == ()


def test_a_doubtful_sentence_is_rejected() -> None:
    assert believable(tokens(0.4, 0.5, 0.4), -20.0, 1.0, LIMITS) == ()


def test_one_or_two_characters_must_be_surer() -> None:
    assert believable(tokens(0.7), -20.0, 1.0, LIMITS) == ()
    assert len(believable(tokens(0.85, 0.8), -20.0, 1.0, LIMITS)) == 2


def test_unbelievable_ends_are_cut_before_the_sentence_is_judged() -> None:
    assert [t.confidence for t in believable(tokens(0.1, 0.9, 0.15, 0.9, 0.1), -20.0, 1.0, LIMITS)] == [0.9, 0.15, 0.9]


def test_a_character_now_and_then_over_seconds_of_music_must_be_certain() -> None:
    limits = replace(LIMITS, slow_rate=0.8, slow_after_s=2.5, slow_confidence=0.85)
    assert believable(tokens(0.7, 0.7, 0.7), -20.0, 5.0, limits) == ()
    assert len(believable(tokens(0.9, 0.9, 0.9), -20.0, 5.0, limits)) == 3
    assert len(believable(tokens(0.7, 0.7, 0.7), -20.0, 2.4, limits)) == 3
    assert len(believable(tokens(*[0.7] * 5), -20.0, 5.0, limits)) == 5


def test_confidence_of_nothing_is_certain() -> None:
    assert confidence([]) == 1.0
    assert confidence(tokens(0.5, 1.0)) == 0.75


@pytest.mark.parametrize("amplitude", [100.0, 10_000.0])
def test_level_is_that_of_the_loudest_tenth_of_a_second(amplitude: float) -> None:
    meter = LevelMeter(8000)
    burst = amplitude * np.sin(2 * np.pi * 500 * np.arange(1600) / 8000)
    sound = np.concatenate([np.zeros(4000), burst, np.zeros(4000)]).astype("<i2").tobytes()
    for at in range(0, len(sound), 320):
        meter.push(sound[at : at + 320])
    assert meter.dbfs == pytest.approx(20 * math.log10(amplitude / 32768 / math.sqrt(2)), abs=1.0)


def test_only_sound_near_the_loudest_counts_as_active() -> None:
    meter = LevelMeter(8000)
    loud, faint = (np.random.default_rng(1).normal(0, sigma, 8000) for sigma in (3000, 100))
    for part in (loud, faint, faint, loud):
        meter.push(part.astype("<i2").tobytes())
    assert meter.active_s == pytest.approx(2.0, abs=0.15)
    assert LevelMeter(8000).active_s == 0.0


def test_level_of_direct_current_and_of_nothing_is_silence() -> None:
    meter = LevelMeter(8000)
    assert meter.dbfs == SILENCE_DBFS
    meter.push(np.full(8000, 12_000, "<i2").tobytes())
    assert meter.dbfs == SILENCE_DBFS
