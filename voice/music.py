"""Hold music made here, so that no licence hangs on it: a slow pentatonic line with soft attacks."""

from __future__ import annotations

from functools import cache

import numpy as np

# 宫 商 角 徵 羽 on C, two quiet phrases; (frequency in Hz, beats).
_MELODY = (
    (392.0, 2), (440.0, 1), (523.3, 1), (587.3, 2), (523.3, 2), (440.0, 2), (392.0, 2),
    (329.6, 2), (392.0, 1), (440.0, 1), (392.0, 2), (329.6, 2), (293.7, 2), (261.6, 4),
)  # fmt: skip
_BEAT_S = 0.45
_LEVEL = 0.06  # about -27 dBFS: audible, and below the level of speech


@cache
def hold_music(rate: int) -> bytes:
    """Return one loop of s16 mono PCM at ``rate`` Hz, about 12 s."""
    return b"".join(_note(frequency, beats * _BEAT_S, rate) for frequency, beats in _MELODY)


def _note(frequency: float, seconds: float, rate: int) -> bytes:
    time = np.arange(round(seconds * rate)) / rate
    envelope = np.minimum(time / 0.03, 1.0) * np.exp(-2.2 * time) * np.minimum((seconds - time) / 0.03, 1.0)
    tone = np.sin(2 * np.pi * frequency * time) + 0.3 * np.sin(4 * np.pi * frequency * time)
    samples: bytes = (tone * envelope * _LEVEL * 32767).astype("<i2").tobytes()
    return samples
