"""Other throats and fuller rooms, drawn anew each time an utterance is seen; on log mel frames, where both are cheap.

One synthesiser has few voices, and a small model learns them by heart. Moving the formants along the frequency axis
makes more of them (vocal tract length perturbation: Jaitly and Hinton, 2013); utterances of the same batch talk in the
background.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from asr.recipe.features import MELS

Mel = NDArray[np.float32]
"""[frames, 80], natural logarithm of power."""

LOWEST, HIGHEST = 20.0, 8000.0
"""Hz that the bands lie between."""

THROATS = (0.86, 1.16)
"""Least and greatest factor on the formants; beyond them speech stops sounding like an adult's."""

CROWD_SNR = (7.0, 25.0)
"""Speech over background voices in dB."""


def vary(mel: NDArray[np.floating], others: Sequence[NDArray[np.floating]], rng: random.Random) -> Mel:
    """Change the throat in two of three cases, put people behind in one of four."""
    out = np.asarray(mel, np.float32)
    if rng.random() < 0.67:
        out = out @ throat(round(rng.uniform(*THROATS), 2))
    if len(others) >= 3 and rng.random() < 0.25:
        out = behind(out, rng.sample(others, min(len(others), rng.randint(3, 7))), rng.uniform(*CROWD_SNR), rng)
    return out


@cache
def throat(factor: float) -> Mel:
    """[80, 80]: frames times this have their formants moved up by ``factor`` (linear between the bands)."""
    top = _mel(HIGHEST)
    bottom = _mel(LOWEST)
    step = (top - bottom) / (MELS + 1)
    centres = bottom + step * np.arange(1, MELS + 1)
    hertz = 700 * np.expm1(centres / 1127)
    source = np.clip((_mel(hertz / factor) - bottom) / step - 1, 0, MELS - 1)
    low = np.floor(source).astype(int)
    share = source - low
    matrix = np.zeros((MELS, MELS), np.float32)
    bands = np.arange(MELS)
    matrix[low, bands] += 1 - share
    matrix[np.minimum(low + 1, MELS - 1), bands] += share
    return matrix


def behind(mel: Mel, voices: Sequence[NDArray[np.floating]], snr: float, rng: random.Random) -> Mel:
    """``mel`` with the ``voices`` talking over each other ``snr`` dB below it."""
    crowd = np.zeros_like(mel)
    for voice in voices:
        power = np.exp(np.asarray(voice, np.float32) - level(voice))
        crowd += np.resize(np.roll(power, rng.randrange(len(power)), axis=0), mel.shape)
    noise = np.log(crowd + 1e-7)
    return np.asarray(np.logaddexp(mel, noise + (level(mel) - level(noise) - snr * np.log(10) / 10)), np.float32)


def level(mel: NDArray[np.floating]) -> float:
    """Logarithm of the mean power of the louder half of the frames."""
    power = np.sort(np.exp(np.asarray(mel, np.float32)).sum(axis=1))
    return float(np.log(power[len(power) // 2 :].mean() + 1e-7))


def _mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(1127 * np.log1p(np.asarray(hertz) / 700), np.float64)
