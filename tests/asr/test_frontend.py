from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asr.frontend import FeatureState, Frontend, PositionCodes, Resampler, mel_filters
from asr.model_dir import FrontendConfig

FRONTEND = Frontend(FrontendConfig(), np.zeros(560, np.float32), np.ones(560, np.float32))


def tone(ms: int, rate: int, hertz: float = 440.0) -> np.ndarray:
    t = np.arange(ms * rate // 1000) / rate
    return np.asarray(np.round(8000 * np.sin(2 * np.pi * hertz * t)), "<i2")


def pieces(pcm: bytes, sizes: list[int]) -> list[bytes]:
    out, at = [], 0
    for size in sizes:
        out.append(pcm[at : at + 2 * size])
        at += 2 * size
    return [*out, pcm[at:]]


def features(parts: list[bytes], rate: int) -> np.ndarray:
    state = FRONTEND.new_state(rate)
    return np.concatenate([FRONTEND.push([state], [part], [at == len(parts) - 1])[0] for at, part in enumerate(parts)])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 4000), max_size=8), st.sampled_from([8000, 16000, 44100]))
def test_chunk_borders_leave_no_trace(sizes: list[int], rate: int) -> None:
    pcm = (tone(900, rate) + np.random.default_rng(1).integers(-50, 50, 900 * rate // 1000)).astype("<i2").tobytes()
    whole = features([pcm], rate)
    cut = features(pieces(pcm, sizes), rate)
    assert whole.shape == cut.shape
    assert np.allclose(whole, cut, atol=2e-2)


def test_a_batch_of_streams_is_the_streams_one_by_one() -> None:
    rng = np.random.default_rng(3)
    sounds = [rng.integers(-9000, 9000, size).astype("<i2").tobytes() for size in (0, 100, 2880, 4800, 9600)]
    together = FRONTEND.push([FRONTEND.new_state(8000) for _ in sounds], sounds, [True] * 5)
    for sound, batched in zip(sounds, together, strict=True):
        alone = features([sound], 8000)
        assert batched.shape == alone.shape and np.allclose(batched, alone, atol=1e-4)


def test_frames_come_every_sixty_milliseconds() -> None:
    assert FRONTEND.frame_ms == 60
    assert len(features([tone(6000, 8000).tobytes()], 8000)) in (99, 100)


def test_upsampling_is_continuous_across_twenty_millisecond_frames() -> None:
    """A stateless resampler clicks at every border; the band above the telephone's then is loud."""
    pcm = tone(1000, 8000, 1000.0).tobytes()
    resampler = Resampler(8000, 16000)
    parts = [resampler.push(pcm[at : at + 320], at + 320 == len(pcm)) for at in range(0, len(pcm), 320)]
    sound = np.concatenate(parts)
    assert len(sound) == 16000
    spectrum = np.abs(np.fft.rfft(sound[1000:-1000] * np.hanning(14000)))
    hertz = np.fft.rfftfreq(14000, 1 / 16000)
    assert spectrum[hertz > 4200].max() < spectrum.max() * 1e-4


def test_a_telephone_model_is_not_shown_the_band_above_the_telephone() -> None:
    through = Frontend(FrontendConfig(), np.zeros(560, np.float32), np.ones(560, np.float32), through=8000)
    noise = np.random.default_rng(6).normal(0, 3000, 32000).astype("<i2").tobytes()
    wide, narrow = (one.push([one.new_state(16000)], [noise], [True])[0] for one in (FRONTEND, through))
    assert len(wide) == len(narrow)
    low, high = slice(0, 50), slice(68, 80)  # mel bands below about 2.9 kHz and above 5 kHz
    difference = (wide - narrow)[5:-5].mean(axis=0)
    assert np.abs(difference[low]).max() < 0.3
    assert difference[high].min() > 4.0


def test_direct_current_is_not_heard() -> None:
    rng = np.random.default_rng(5)
    noise = rng.normal(0, 300, 16000)
    plain = features([np.round(noise).astype("<i2").tobytes()], 16000)
    offset = features([(np.round(noise) + 9000).astype("<i2").tobytes()], 16000)
    assert len(plain) and np.abs(plain - offset).max() <= 0.05


def test_the_mel_bank_covers_the_band_without_holes() -> None:
    bank = mel_filters(80, 512, 16000)
    assert bank.shape == (257, 80)
    assert (bank.sum(axis=0) > 0).all() and bank[256].sum() == 0


def test_position_codes_do_not_depend_on_how_they_are_asked_for() -> None:
    codes = PositionCodes(560)
    late = codes.of(600, 3).copy()
    np.testing.assert_array_equal(PositionCodes(560).of(0, 603)[600:], late)
    assert late[0, 0] == pytest.approx(np.sin(601.0), abs=1e-5)


def test_shorter_than_one_frame_is_no_feature() -> None:
    state: FeatureState = FRONTEND.new_state(8000)
    assert len(FRONTEND.push([state], [bytes(100)], [True])[0]) == 0
