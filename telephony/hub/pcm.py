"""Small sums on 16-bit frames: mixing, fading, loudness."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

QUIET = 200.0
"""RMS below which a frame may be taken out unheard (about -44 dBFS)."""


def mix(frames: Sequence[bytes]) -> bytes | None:
    """The saturated sum of frames of equal length; ``None`` for no frame, the frame itself for one."""
    if not frames:
        return None
    if len(frames) == 1:
        return frames[0]
    total = np.frombuffer(frames[0], np.int16).astype(np.int32)
    for frame in frames[1:]:
        total += np.frombuffer(frame, np.int16)
    return np.clip(total, -32768, 32767).astype(np.int16).tobytes()


def rms(frame: bytes) -> float:
    """Root mean square of a frame, in sample units."""
    samples = np.frombuffer(frame, np.int16).astype(np.float32)
    return float(np.sqrt(np.mean(samples * samples))) if samples.size else 0.0


def splice(first: bytes, second: bytes) -> bytes:
    """``first`` faded into ``second``: what replaces two frames when one must go."""
    ramp = _ramp(len(first) // 2)
    blend = np.frombuffer(first, np.int16) * ramp + np.frombuffer(second, np.int16) * (1.0 - ramp)
    return blend.astype(np.int16).tobytes()


@cache
def _ramp(size: int) -> npt.NDArray[np.float32]:
    return np.linspace(1.0, 0.0, size, dtype=np.float32)
