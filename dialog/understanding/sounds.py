"""Words by their sound: what a recogniser writes with the wrong character is still the same syllable."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from dialog.understanding.features import blur, syllables
from dialog.understanding.normalise import letters_only

# Characters with two readings, and those that a telephone makes of each other where only a few answers are possible.
_ANOTHER = {"行": "xing", "退": "dui", "推": "dui", "腿": "dui", "都": "dou", "得": "de", "了": "le", "地": "de"}


@cache
def sound(text: str) -> tuple[str, ...]:
    """The blurred syllables of a text, without breaths."""
    table = syllables()
    return tuple(blur(_ANOTHER[char]) if char in _ANOTHER else table.get(char, char) for char in letters_only(text))


def sounds_like_any(text: str, words: Iterable[str]) -> bool:
    """Whether the whole text sounds like one of the words."""
    heard = sound(text)
    return bool(heard) and any(sound(word) == heard for word in words)


def rfind_sound(text: str, word: str) -> int:
    """Where a word's sound ends last in a text, counted in syllables; 0 when it does not occur."""
    heard, wanted = sound(text), sound(word)
    ends = (end for end in range(len(heard), len(wanted) - 1, -1) if heard[end - len(wanted) : end] == wanted)
    return next(ends, 0) if wanted else 0
