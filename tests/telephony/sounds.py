"""Sounds the tests make and recognise."""

import numpy as np
import numpy.typing as npt


def tone(hertz: float, seconds: float, rate: int = 8000, level: int = 8000) -> bytes:
    t = np.arange(round(rate * seconds)) / rate
    return (level * np.sin(2 * np.pi * hertz * t)).astype(np.int16).tobytes()


def constant(value: int, frames: int, rate: int = 8000) -> bytes:
    return np.full(frames * rate // 50, value, np.int16).tobytes()


def samples(pcm: bytes) -> npt.NDArray[np.int16]:
    return np.frombuffer(pcm, np.int16)


def pitch(pcm: bytes, rate: int = 8000) -> float:
    """The strongest frequency in hertz; 0 for silence."""
    x = samples(pcm).astype(np.float64)
    if x.size < 200 or np.abs(x).max() < 500:
        return 0.0
    spectrum = np.abs(np.fft.rfft(x * np.hanning(x.size), rate))
    return float(np.argmax(spectrum) * rate / rate)


def voiced(pcm: bytes, level: int = 1000) -> tuple[int, int]:
    """First and last sample above ``level``; (-1, -1) for none."""
    where = np.flatnonzero(np.abs(samples(pcm).astype(np.int32)) > level)
    return (int(where[0]), int(where[-1])) if where.size else (-1, -1)
