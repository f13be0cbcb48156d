"""Comfort noise: a line that is perfectly silent sounds dead, and callers say 喂."""

import numpy as np

from telephony.hub.tuning import FRAME_MS

LEVEL_DBFS = -62.0
"""RMS over full scale: audible as an open line, 40 dB below speech, far below what anybody counts as sound."""

_LOOP_S = 3
_SMOOTHING = 0.6


class ComfortNoise:
    """Soft low-passed noise that stands in for frames of silence; a loop of its own, the same in every call."""

    def __init__(self, rate: int) -> None:
        count = rate * _LOOP_S
        white = np.random.default_rng(1).normal(0.0, 1.0, count)
        noise = white + _SMOOTHING * np.roll(white, 1) + _SMOOTHING**2 * np.roll(white, 2)
        noise *= 32768 * 10 ** (LEVEL_DBFS / 20) / float(np.sqrt(np.mean(noise * noise)))
        self._pcm = noise.astype(np.int16).tobytes()
        self._frame_bytes = rate * FRAME_MS // 1000 * 2
        self._silence = bytes(self._frame_bytes)
        self._position = 0

    def instead_of(self, frame: bytes | None) -> bytes:
        """Return ``frame``, or noise where it is nothing but silence."""
        if frame is not None and frame != self._silence:
            return frame
        start = self._position
        self._position = (start + self._frame_bytes) % len(self._pcm)
        return self._pcm[start : start + self._frame_bytes]
