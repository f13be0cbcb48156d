"""Spoken text to pinyin: readings from the dictionaries, tone changes by rule, letters by name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tts.ports import SpokenText
from tts.text.sandhi import change_tones
from tts.text.segment import segment

MARKS = "，。？！、"
_UNITS = re.compile(r"(?P<hanzi>[㐀-鿿]+)|(?P<letter>[A-Z])|(?P<word>[a-z]+)|(?P<mark>[，。？！、 ]+)")

_LETTERS = {"A": "ei1", "W": "da2 bu5 liu4"}
"""espeak-ng reads A as the English article and W in three long syllables; both said the Chinese way."""


@dataclass(frozen=True)
class Syllable:
    """One hanzi, letter or foreign word with how it is said.

    ``pinyin`` is one or more blank-separated tone-numbered syllables (``v`` for ü), a capital to be spelled, or the
    foreign word as it is;
    ``mark`` is what stands after it in the text: a pause from ``，。？！、``, or a blank.
    """

    hanzi: str
    pinyin: str
    mark: str = ""

    @property
    def text(self) -> str:
        """What is shown for it: joined over a sentence, this is the sentence."""
        return self.hanzi + self.mark


def to_pinyin(spoken: SpokenText) -> tuple[Syllable, ...]:
    """Return the syllables of a spoken text in order."""
    syllables: list[Syllable] = []
    for unit in _UNITS.finditer(spoken.text):
        text = unit.group()
        if unit.lastgroup == "hanzi":
            syllables += map(Syllable, text, change_tones(segment(text)))
        elif unit.lastgroup != "mark":
            syllables.append(Syllable(text, _LETTERS.get(text, text)))
        elif syllables:
            last = syllables.pop()
            syllables.append(Syllable(last.hanzi, last.pinyin, text))
    return tuple(syllables)
