"""How loud an utterance is: the level of its loudest 100 ms."""

from __future__ import annotations

import numpy as np

_BLOCK_MS = 100
_FULL_SCALE = 32768.0
SILENCE_DBFS = -120.0


class LevelMeter:
    """Loudest 100 ms block so far, direct current removed (a DC offset is not sound)."""

    def __init__(self, rate: int) -> None:
        self._block = rate * _BLOCK_MS // 1000
        self._rest = np.empty(0, np.float32)
        self._peak = 0.0

    def push(self, pcm: bytes) -> None:
        """Measure more s16 sound."""
        samples = np.concatenate([self._rest, np.frombuffer(pcm, dtype="<i2").astype(np.float32)])
        count = len(samples) // self._block
        self._rest = samples[count * self._block :]
        if count:
            power = samples[: count * self._block].reshape(count, self._block).var(axis=1)
            self._peak = max(self._peak, float(power.max()))

    @property
    def dbfs(self) -> float:
        """Level in dB of full scale, -120 for silence; a first block shorter than 100 ms counts too."""
        power = self._peak or (float(self._rest.var()) if len(self._rest) else 0.0)
        return max(SILENCE_DBFS, 10.0 * float(np.log10(max(power, 1e-12) / _FULL_SCALE**2)))
