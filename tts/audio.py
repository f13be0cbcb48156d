"""PCM arithmetic for speech: level, resampling, silence, joins. Arrays are float32 in -1..1 or s16 bytes."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import soxr

from tts.ports import BYTES_PER_SAMPLE

Samples = npt.NDArray[np.float32]

TARGET_DBFS = -18.0
"""Active speech level every voice is brought to; the line's window is -16..-20 dBFS."""

_FRAME_S = 0.02
_KNEE = 0.8
_ACTIVE_BELOW_PEAK_DB = 30.0


def to_samples(pcm: bytes) -> Samples:
    """Return s16 PCM as floats."""
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0


def to_pcm(samples: Samples) -> bytes:
    """Return floats as s16 PCM; what is too loud is clipped, never wrapped."""
    return (np.clip(samples, -1.0, 32767 / 32768) * 32768.0).round().astype("<i2").tobytes()


def limited(samples: Samples) -> Samples:
    """Return the sound with peaks above 0.8 of full scale bent down smoothly, so that none reaches it."""
    over = np.maximum(np.abs(samples) - _KNEE, 0.0) / (1.0 - _KNEE)
    bent = np.sign(samples) * (_KNEE + (1.0 - _KNEE) * np.tanh(over))
    return np.where(over > 0.0, bent, samples).astype(np.float32)


def silence(seconds: float, rate: int) -> bytes:
    """Return that much digital silence."""
    return bytes(BYTES_PER_SAMPLE * round(seconds * rate))


def active_level(samples: Samples, rate: int) -> float:
    """Return the level in dBFS of the 20 ms frames that hold speech; -inf when none does.

    A frame is speech when it is within 30 dB of the loudest one, the idea of ITU-T P.56 without its filters.
    """
    size = max(1, int(rate * _FRAME_S))
    usable = len(samples) // size * size
    if not usable:
        return float("-inf")
    power = (samples[:usable].reshape(-1, size).astype(np.float64) ** 2).mean(axis=1)
    loudest = float(power.max())
    if loudest <= 1e-10:
        return float("-inf")
    active = power[power >= loudest * 10 ** (-_ACTIVE_BELOW_PEAK_DB / 10)]
    return float(10 * np.log10(active.mean()))


def gain_to_target(samples: Samples, rate: int) -> float:
    """Return the factor that brings speech to ``TARGET_DBFS``, at most 20 dB either way; 1.0 for silence."""
    level = active_level(samples, rate)
    if level == float("-inf"):
        return 1.0
    return float(10 ** (np.clip(TARGET_DBFS - level, -20.0, 20.0) / 20))


class Resampler:
    """A stateful change of rate: chunks in, chunks out, no click at the borders."""

    def __init__(self, rate_in: int, rate_out: int) -> None:
        self._stream = (
            None if rate_in == rate_out else soxr.ResampleStream(rate_in, rate_out, 1, dtype="float32", quality="HQ")
        )

    def push(self, samples: Samples, *, last: bool = False) -> Samples:
        """Return what is ready; with ``last`` everything that is left."""
        if self._stream is None:
            return samples
        return cast(Samples, self._stream.resample_chunk(samples, last=last))
