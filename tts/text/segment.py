"""Words of a clause: the fewest pieces our lexicon and pypinyin's phrase dictionary can cut it into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from tts.text import phrases, places

_LONGEST = 8
_UNKNOWN = "mou3"
"""A character no dictionary reads is said as 某."""

_TABLES = (phrases.WORDS, phrases.TOGETHER, places.PLACES)


@dataclass(frozen=True)
class Piece:
    """A word with a dictionary tone for each hanzi; ``fixed`` when 一 and 不 in it must stay as they are."""

    hanzi: str
    tones: tuple[str, ...]
    fixed: bool


def entries(table: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield word and syllables of one of our tables."""
    for entry in table.replace("\n", "|").split("|"):
        if entry.strip():
            word, *syllables = entry.split()
            yield word, tuple(syllables)


@cache
def _lexicon() -> Mapping[str, tuple[str, ...]]:
    """Our own entries; a wrong line is found by the tests, not on a call."""
    return {word: readings for table in _TABLES for word, readings in entries(table)}


@cache
def _singles() -> Mapping[str, str]:
    return {hanzi: readings[0] for hanzi, readings in entries(phrases.SINGLES)}


def segment(clause: str) -> list[Piece]:
    """Cut a run of hanzi into words, ours before the general dictionary's, fewest words first."""
    size = len(clause)
    best: list[tuple[float, int]] = [(0.0, 0)] + [(float("inf"), 0)] * size
    for start in range(size):
        cost = best[start][0]
        for end in range(start + 1, min(size, start + _LONGEST) + 1):
            step = _cost(clause[start:end])
            if step is not None and cost + step < best[end][0]:
                best[end] = (cost + step, start)
    cuts: list[Piece] = []
    end = size
    while end:
        start = best[end][1]
        cuts.append(_piece(clause[start:end]))
        end = start
    return cuts[::-1]


def _cost(word: str) -> float | None:
    if word in _lexicon():
        return 0.9
    if len(word) == 1:
        return 1.0
    return 1.0 + 0.01 / len(word) if word in PHRASES_DICT else None


def _piece(word: str) -> Piece:
    ours = _lexicon().get(word)
    if ours is not None:
        return Piece(word, ours, fixed=True)
    if len(word) == 1 and word in _singles():
        return Piece(word, (_singles()[word],), fixed=False)
    syllables = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, v_to_u=False)
    return Piece(word, tuple(s if s.isascii() else _UNKNOWN for s in syllables), fixed=False)
