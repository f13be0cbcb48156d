"""How a pinyin syllable must be written for espeak-ng 1.52's ``cmn-latn-pinyin``.

Its dictionary lacks xiong, qiong and jiong, the syllabic nasals and ê, and reads them as English letters
(兄 as "k-s-ng one"); the spellings here give the same Mandarin sound. All others pass as they are.
"""

from __future__ import annotations

import re

_KNOWN_AS = {
    "xiong": "xong",
    "qiong": "qong",
    "jiong": "jong",
    "n": "en",
    "ng": "en",
    "hng": "heng",
    "hm": "heng",
    "m": "mu",
    "ê": "ei",
}
_SYLLABLE = re.compile(r"([a-zê]+)([1-5]?)")


def espeak_spelling(syllable: str) -> str:
    """Return the spelling that sounds like ``syllable`` (tone number at the end)."""
    match = _SYLLABLE.fullmatch(syllable)
    if match is None:
        return syllable
    sound, tone = match.groups()
    return f"{_KNOWN_AS.get(sound, sound)}{tone}"
