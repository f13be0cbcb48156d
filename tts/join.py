"""Joining recorded pieces into one sentence without clicks: silence trimmed, edges faded, words moved along."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tts.audio import Samples, silence, to_pcm, to_samples
from tts.ports import Word
from tts.speech import Speech

_FADE_S = 0.005
_FLOOR_DB = 40.0
_KEPT_S = 0.01
_PAUSES = {"，": 0.2, "、": 0.12, "。": 0.3, "？": 0.3, "！": 0.3}
_CLOSE = 0.03


def join(pieces: Sequence[Speech], rate: int) -> Speech:
    """Return the pieces as one sentence; the mark that ends a piece decides the pause after it."""
    pcm = b""
    words: list[Word] = []
    for number, piece in enumerate(pieces):
        samples, cut_s = _trimmed(to_samples(piece.pcm), rate)
        offset = len(pcm) / 2 / rate - cut_s
        length = len(samples) / rate
        words += [_moved(word, offset, cut_s, cut_s + length) for word in piece.words]
        pcm += to_pcm(_faded(samples, rate))
        if number < len(pieces) - 1:
            pcm += silence(_pause_after(piece), rate)
    return Speech(pcm, tuple(words))


def _moved(word: Word, offset: float, first_s: float, last_s: float) -> Word:
    start, end = (min(max(at, first_s), last_s) + offset for at in (word.start_s, word.end_s))
    return Word(word.text, start, end)


def _trimmed(samples: Samples, rate: int) -> tuple[Samples, float]:
    """Return the sound without the silence around it, and how much was cut at its head, in seconds."""
    size = max(1, rate // 200)
    usable = len(samples) // size * size
    if not usable:
        return samples, 0.0
    level = np.abs(samples[:usable].reshape(-1, size)).max(axis=1)
    loud = np.flatnonzero(level > level.max() * 10 ** (-_FLOOR_DB / 20))
    if not len(loud):
        return samples, 0.0
    kept = int(_KEPT_S * rate)
    start = max(0, int(loud[0]) * size - kept)
    end = min(len(samples), (int(loud[-1]) + 1) * size + kept)
    return samples[start:end], start / rate


def _faded(samples: Samples, rate: int) -> Samples:
    size = min(int(_FADE_S * rate), len(samples) // 2)
    if not size:
        return samples
    ramp = np.linspace(0.0, 1.0, size, dtype=np.float32)
    faded = samples.copy()
    faded[:size] *= ramp
    faded[-size:] *= ramp[::-1]
    return faded


def _pause_after(piece: Speech) -> float:
    last = piece.words[-1].text.rstrip() if piece.words else ""
    return _PAUSES.get(last[-1:], _CLOSE)
