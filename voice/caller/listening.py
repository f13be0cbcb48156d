"""What a caller hears, judged by numbers: where sound begins and ends, and whether it is the sentence it should be.

Pure functions on s16 samples at 8 kHz.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]

RATE = 8000
FRAME = 160
VOICED_RMS = 150.0
"""About -47 dBFS: far above the noise of G.711 silence, far below a soft syllable."""

WINDOW = RATE // 2
SLIP = RATE * 60 // 1000
LENGTH_TOLERANCE = 0.15
CORRELATION_FLOOR = 0.8


def levels(pcm: bytes) -> NDArray[np.float32]:
    """RMS of every whole 20 ms frame."""
    samples = np.frombuffer(pcm[: len(pcm) // (2 * FRAME) * 2 * FRAME], np.int16).astype(np.float32)
    frames = samples.reshape(-1, FRAME)
    return np.sqrt(np.mean(frames * frames, axis=1)) if len(frames) else np.zeros(0, np.float32)


def voiced_span(pcm: bytes) -> tuple[int, int] | None:
    """First and one-past-last sample of sound, in whole frames; None in silence."""
    voiced = np.flatnonzero(levels(pcm) > VOICED_RMS)
    if not len(voiced):
        return None
    return int(voiced[0]) * FRAME, (int(voiced[-1]) + 1) * FRAME


def trim(pcm: bytes) -> bytes:
    """Cut silence from both ends, so that the end of sending is the end of speech."""
    span = voiced_span(pcm)
    return pcm[2 * span[0] : 2 * span[1]] if span else b""


def likeness(received: bytes, expected: bytes) -> float:
    """Correlation of a received sound with the expected one, 0 to 1.

    The whole is aligned once; then half-second windows may slip by 60 ms each, because a jitter buffer inserts and
    drops frames. Windows count by their energy.
    """
    got, want = _floats(received), _floats(trim(expected))
    if len(want) < WINDOW // 2 or len(got) < WINDOW // 2:
        return 0.0
    lag = _best_lag(got, want)
    score = weight = 0.0
    for start in range(0, len(want) - WINDOW // 2, WINDOW):
        window = want[start : start + WINDOW]
        energy = float(np.dot(window, window))
        if energy < len(window) * VOICED_RMS**2:
            continue
        score += energy * _slipping(got, window, lag + start)
        weight += energy
    return score / weight if weight else 0.0


def same_speech(received: bytes, utterances: Sequence[bytes]) -> bool:
    """Whether the received sound holds these utterances: each with its length within 15 % and a correlation of 0.8.

    Each utterance is found by itself, because the pauses (or the hold music) between them belong to the conversation.
    """
    return bool(utterances) and all(_is_heard(received, trim(utterance)) for utterance in utterances)


def _is_heard(received: bytes, utterance: bytes) -> bool:
    want = voiced_frames(utterance)
    if not want or likeness(received, utterance) < CORRELATION_FLOOR:
        return False
    start = max(0, _best_lag(_floats(received), _floats(utterance)))
    length = voiced_frames(received[2 * start : 2 * start + len(utterance)])
    return abs(length - want) <= LENGTH_TOLERANCE * want


def voiced_frames(pcm: bytes) -> int:
    """Number of 20 ms frames with sound."""
    return int(np.count_nonzero(levels(pcm) > VOICED_RMS))


def _floats(pcm: bytes) -> Samples:
    return np.frombuffer(pcm[: len(pcm) & ~1], np.int16).astype(np.float32)


def _best_lag(got: Samples, want: Samples) -> int:
    size = 1 << (len(got) + len(want)).bit_length()
    spectrum = np.fft.rfft(got, size) * np.conj(np.fft.rfft(want, size))
    correlation = np.fft.irfft(spectrum, size)
    lag = int(np.argmax(correlation))
    return lag - size if lag > size - len(want) else lag


def _slipping(got: Samples, window: Samples, at: int) -> float:
    first, last = max(0, at - SLIP), min(len(got), at + len(window) + SLIP)
    piece = got[first:last]
    if len(piece) < len(window):
        return 0.0
    products = np.correlate(piece, window, "valid")
    squares = np.concatenate(([0.0], np.cumsum(piece.astype(np.float64) ** 2)))
    energies = squares[len(window) :] - squares[: -len(window)]
    scale = np.sqrt(np.maximum(energies, 1.0) * float(np.dot(window, window)))
    return float(max(0.0, np.max(products / scale)))
