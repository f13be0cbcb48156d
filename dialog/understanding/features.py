"""What the linear model looks at: n-grams of characters and of toneless, blurred pinyin, and pairs with a gap.

A recogniser mostly confuses characters that sound alike, so the syllables keep what the characters lost. Syllables
are blurred the way southern speakers and an 8 kHz line blur them: zh/z, ch/c, sh/s, l/n, f/h, -ng/-n are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

SYLLABLES = Path(__file__).resolve().parents[1] / "data" / "understanding" / "syllables.txt"
_DIGIT_RUN = re.compile(r"[零一二三四五六七八九两]{3,}")
_BLUR = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"), ("l", "n"), ("hu", "fu"))


def blur(syllable: str) -> str:
    """Merge the sounds that callers and lines merge."""
    for old, new in _BLUR:
        if syllable.startswith(old) or (old == "ng" and syllable.endswith(old)):
            syllable = syllable[: -len(old)] + new if old == "ng" else new + syllable[len(old) :]
    return syllable


@cache
def syllables() -> Mapping[str, str]:
    """Character to blurred syllable, commonest reading; read once from the packaged table."""
    table: dict[str, str] = {}
    for line in SYLLABLES.read_text(encoding="utf-8").splitlines():
        sound, _, characters = line.partition(" ")
        for character in characters:
            table[character] = blur(sound)
    return table


def _run(match: re.Match[str]) -> str:
    length = len(match.group())
    return "①" if length == 4 else "②" if length < 8 else "③"


def grams(text: str) -> Iterator[str]:
    """Features of a normalised text; runs of digits count as one sign for a short, a middle or a long number."""
    body = _DIGIT_RUN.sub(_run, text.replace(",", "").replace(" ", ""))
    table = syllables()
    characters = ["^", *body, "$"]
    sounds = ["^", *(table.get(character, character) for character in body), "$"]
    for size in (1, 2, 3):
        for at in range(len(characters) - size + 1):
            yield "".join(characters[at : at + size])
            yield "/" + " ".join(sounds[at : at + size])
    for gap, sign in ((2, "_"), (3, "=")):
        for at in range(len(characters) - gap):
            yield sign + characters[at] + characters[at + gap]
