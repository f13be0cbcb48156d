from __future__ import annotations

import numpy as np
import pytest

from tts.audio import TARGET_DBFS, Resampler, active_level, gain_to_target, silence, to_pcm, to_samples


def _tone(seconds: float, rate: int, level: float, hz: float = 300.0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    time = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hz * time)).astype(np.float32)


def test_pcm_and_back_is_the_same_sound() -> None:
    tone = _tone(0.1, 8000, 0.5)
    assert np.abs(to_samples(to_pcm(tone)) - tone).max() < 1 / 32768


def test_what_is_too_loud_is_clipped_not_wrapped() -> None:
    assert to_samples(to_pcm(np.array([2.0, -2.0], dtype=np.float32))).tolist() == pytest.approx(
        [0.99997, -1.0], abs=1e-4
    )


def test_the_level_of_speech_does_not_count_its_pauses() -> None:
    tone = _tone(1.0, 8000, 0.5)
    paused = np.concatenate([tone, np.zeros(24000, dtype=np.float32)])
    assert active_level(paused, 8000) == pytest.approx(active_level(tone, 8000), abs=0.1)
    assert active_level(tone, 8000) == pytest.approx(-9.03, abs=0.1)


@pytest.mark.parametrize("level", [0.02, 0.1, 0.9])
def test_gain_brings_speech_to_the_level_of_the_line(level: float) -> None:
    tone = _tone(1.0, 8000, level)
    assert active_level(tone * gain_to_target(tone, 8000), 8000) == pytest.approx(TARGET_DBFS, abs=0.1)


def test_silence_has_no_level_and_is_not_amplified() -> None:
    quiet = to_samples(silence(0.5, 8000))
    assert active_level(quiet, 8000) == float("-inf")
    assert gain_to_target(quiet, 8000) == 1.0


@pytest.mark.parametrize(("rate_in", "rate_out"), [(22050, 8000), (24000, 8000), (24000, 16000), (8000, 8000)])
def test_chunks_resample_to_the_same_sound_as_the_whole(rate_in: int, rate_out: int) -> None:
    tone = _tone(1.0, rate_in, 0.5)
    whole = Resampler(rate_in, rate_out).push(tone, last=True)
    pieces = Resampler(rate_in, rate_out)
    cut = [pieces.push(piece) for piece in np.array_split(tone, 37)] + [pieces.push(tone[:0], last=True)]
    joined = np.concatenate(cut)
    assert len(joined) == pytest.approx(rate_out, abs=2)
    assert np.abs(joined - whole[: len(joined)]).max() < 1e-3
