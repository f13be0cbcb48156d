import random

import numpy as np
import pytest

from asr.recipe import augment


def tone(band: int, frames: int = 40) -> augment.Mel:
    """Frames with all their power in one band, silent in the first quarter."""
    mel = np.full((frames, 80), -10.0, np.float32)
    mel[frames // 4 :, band] = 8.0
    return mel


def hertz(band: float) -> float:
    low, high = 1127 * np.log1p(20 / 700), 1127 * np.log1p(8000 / 700)
    return float(700 * np.expm1((low + (high - low) / 81 * (band + 1)) / 1127))


@pytest.mark.parametrize("factor", [0.88, 0.95, 1.06, 1.15])
def test_a_formant_moves_by_the_factor(factor: float) -> None:
    bump = np.exp(-(((np.arange(80) - 35.0) / 3) ** 2)).astype(np.float32)[None]
    moved = (bump @ augment.throat(factor))[0]
    centre = float((moved * np.arange(80)).sum() / moved.sum())
    assert hertz(centre) == pytest.approx(hertz(35) * factor, rel=0.02)


def test_a_throat_like_the_speakers_changes_nothing_and_flat_sound_stays_flat() -> None:
    assert np.allclose(augment.throat(1.0), np.eye(80), atol=1e-4)
    flat = np.full((3, 80), 4.0, np.float32)
    assert np.allclose(flat @ augment.throat(0.9), flat, atol=1e-4)


@pytest.mark.parametrize("snr", [10.0, 20.0])
def test_people_behind_are_as_loud_as_asked(snr: float) -> None:
    voices = [tone(10, 25), tone(12, 70), tone(14, 31)]
    mixed = augment.behind(tone(60), voices, snr, random.Random(1))
    crowd = augment.level(mixed[:, :30])
    assert 10 / np.log(10) * (augment.level(tone(60)) - crowd) == pytest.approx(snr, abs=1.0)
    assert np.allclose(mixed[10:, 60], 8.0, atol=0.2)


def test_every_draw_is_another_and_an_utterance_alone_has_nobody_behind() -> None:
    others = [tone(10), tone(20), tone(30)]
    drawn = {augment.vary(tone(40), others, random.Random(seed)).tobytes() for seed in range(20)}
    assert len(drawn) > 10
    for seed in range(20):
        alone = augment.vary(tone(40), [], random.Random(seed))
        assert np.isfinite(alone).all()
        assert alone.max() <= 8.0 + 1e-4
