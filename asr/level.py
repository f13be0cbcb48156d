"""How loud an utterance is, and for how long: levels of its 100 ms blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BLOCK_MS = 100
_FULL_SCALE = 32768.0
_ACTIVE_BELOW_PEAK = 0.01
"""A block counts as sound when its power is within 20 dB of the loudest one's."""

SILENCE_DBFS = -120.0


class LevelMeter:
    """Power of 100 ms blocks, direct current removed (a DC offset is not sound)."""

    def __init__(self, rate: int) -> None:
        self._block = rate * _BLOCK_MS // 1000
        self._rest = np.empty(0, np.float32)
        self._powers: list[NDArray[np.float32]] = []

    def push(self, pcm: bytes) -> None:
        """Measure more s16 sound."""
        samples = np.concatenate([self._rest, np.frombuffer(pcm, dtype="<i2").astype(np.float32)])
        count = len(samples) // self._block
        self._rest = samples[count * self._block :]
        if count:
            self._powers.append(samples[: count * self._block].reshape(count, self._block).var(axis=1))

    @property
    def dbfs(self) -> float:
        """Level of the loudest block in dB of full scale, -120 for silence; a first short block counts too."""
        peak = max((float(part.max()) for part in self._powers), default=0.0)
        power = peak or (float(self._rest.var()) if len(self._rest) else 0.0)
        return max(SILENCE_DBFS, 10.0 * float(np.log10(max(power, 1e-12) / _FULL_SCALE**2)))

    @property
    def active_s(self) -> float:
        """Seconds of sound that is not much weaker than the loudest block."""
        if not self._powers:
            return 0.0
        powers = np.concatenate(self._powers)
        return float(np.count_nonzero(powers > powers.max() * _ACTIVE_BELOW_PEAK)) * _BLOCK_MS / 1000
