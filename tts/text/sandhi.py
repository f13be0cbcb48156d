"""Tone changes of Mandarin between neighbours: third tones, 一 and 不.

Rules after the standard description (Chao, *A Grammar of Spoken Chinese*, 1.3.4): a third tone before a third
tone is a second tone, first within a word and then across words; 一 is yì before tones 1-3 and yí before tone 4,
不 is bú before tone 4; both are neutral between two equal verbs; ordinals, dates and digit rows keep yī.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from tts.text.segment import Piece

_DIGITS = "零一二三四五六七八九"
_IN_NUMBERS = "幺两点百千" + _DIGITS
_ORDINAL_BEFORE = "第初周期拜零二三四五六七八九十"
_ORDINAL_AFTER = "月号楼层班期级等栋"


def change_tones(words: Sequence[Piece]) -> list[str]:
    """Return the syllable of every hanzi of one clause as it is spoken."""
    hanzi = "".join(word.hanzi for word in words)
    tones = [tone for word in words for tone in word.tones]
    fixed = [word.fixed for word in words for _ in word.hanzi]
    for place, char in enumerate(hanzi):
        if not fixed[place]:
            if char == "一":
                tones[place] = _yi(hanzi, tones, place)
            elif char == "不":
                tones[place] = _bu(hanzi, tones, place)
    _third_tones(words, hanzi, tones)
    return tones


def _yi(hanzi: str, tones: Sequence[str], place: int) -> str:
    before, after = hanzi[place - 1 : place], hanzi[place + 1 : place + 2]
    if before and before == after:
        return "yi5"
    if not after or before in tuple(_ORDINAL_BEFORE) or after in tuple(_DIGITS + "十" + _ORDINAL_AFTER):
        return "yi1"
    return "yi2" if _fourth(after, tones[place + 1]) else "yi4"


def _bu(hanzi: str, tones: Sequence[str], place: int) -> str:
    before, after = hanzi[place - 1 : place], hanzi[place + 1 : place + 2]
    if before and before == after:
        return "bu5"
    return "bu2" if after and _fourth(after, tones[place + 1]) else "bu4"


def _fourth(hanzi: str, syllable: str) -> bool:
    return syllable.endswith("4") or hanzi == "个"


def _third_tones(words: Sequence[Piece], hanzi: str, tones: list[str]) -> None:
    """Change within words, then between them: single characters in pairs (我想 请你), figures all the way (五点五)."""
    starts = [0, *accumulate(len(word.hanzi) for word in words)]
    for start, end in pairwise(starts):
        for place in range(start, end - 1):
            _lift(tones, place)
    paired = -1
    for number in range(len(words) - 1):
        place = starts[number + 1] - 1
        singles = len(words[number].hanzi) == len(words[number + 1].hanzi) == 1
        if singles and paired == place and hanzi[place] not in _IN_NUMBERS:
            continue
        if _lift(tones, place):
            paired = place + 1


def _lift(tones: list[str], place: int) -> bool:
    """Make a third tone before a third tone a second tone."""
    if tones[place].endswith("3") and tones[place + 1].endswith("3"):
        tones[place] = tones[place][:-1] + "2"
        return True
    return False
