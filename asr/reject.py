"""Not hearing things: when recognised text is taken to be noise, music, an echo or nothing at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asr.ports import Token


@dataclass(frozen=True, slots=True)
class Rejection:
    """Limits below which an utterance counts as not said; a model carries its own in ``serving.json``.

    ``min_level_dbfs`` is the level of the loudest 100 ms; ``min_confidence`` the mean over the characters;
    ``short_confidence`` the stricter limit for utterances of one or two characters, which noise makes most
    often; ``weak`` drops single characters at either end that the decoder itself does not believe. Music and
    hum go on for seconds and give a character now and then: fewer than ``slow_rate`` characters per second of
    sound, over at least ``slow_after_s`` seconds, must reach ``slow_confidence``.
    """

    min_level_dbfs: float = -50.0
    min_confidence: float = 0.3
    short_confidence: float = 0.4
    weak: float = 0.1
    slow_rate: float = 0.8
    slow_after_s: float = 2.5
    slow_confidence: float = 0.8


def believable(tokens: Sequence[Token], level_dbfs: float, active_s: float, limits: Rejection) -> tuple[Token, ...]:
    """The characters worth believing; empty when the whole utterance is rejected.

    Args:
        tokens: what was recognised.
        level_dbfs: level of the loudest 100 ms.
        active_s: seconds of sound near that level, see :class:`asr.level.LevelMeter`.
        limits: the limits.
    """
    if level_dbfs < limits.min_level_dbfs:
        return ()
    kept = list(tokens)
    while kept and kept[0].confidence < limits.weak:
        kept.pop(0)
    while kept and kept[-1].confidence < limits.weak:
        kept.pop()
    return tuple(kept) if kept and confidence(kept) >= _needed(len(kept), active_s, limits) else ()


def _needed(count: int, active_s: float, limits: Rejection) -> float:
    needed = limits.short_confidence if count <= 2 else limits.min_confidence
    if active_s >= limits.slow_after_s and count < limits.slow_rate * active_s:
        needed = max(needed, limits.slow_confidence)
    return needed


def confidence(tokens: Sequence[Token]) -> float:
    """Mean confidence of the characters, 0..1; 1 for none."""
    return sum(token.confidence for token in tokens) / len(tokens) if tokens else 1.0
