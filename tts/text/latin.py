"""Letters: capitals and short mixed names are spelled, words stay words."""

from __future__ import annotations

from tts.text.numerals import cardinal, row
from tts.text.rule import Match, rule

_KNOWN = {"wifi": "W I F I", "app": "A P P", "ok": "O K", "hello": "哈喽", "sorry": "抱歉", "thanks": "谢谢"}
_LONGEST_SPELLED = 5
_VOWELS = set("aeiouAEIOU")


def _number(digits: str) -> str:
    return cardinal(digits) if len(digits) <= 2 else row(digits)


def _mixed(match: Match) -> str:
    return f"{' '.join(match['letters'].upper())}{_number(match['digits'])}"


def _word(match: Match) -> str:
    word = match[0]
    known = _KNOWN.get(word.lower())
    if known:
        return known
    if len(word) == 1 or (word.isupper() and (len(word) <= _LONGEST_SPELLED or not _VOWELS & set(word))):
        return " ".join(word.upper())
    if not _VOWELS & set(word) and len(word) <= _LONGEST_SPELLED:
        return " ".join(word.upper())
    return word.lower()


BEFORE_NUMBERS = (
    rule(r"(?<![A-Za-z0-9])(?P<letters>[A-Za-z]{1,3})-?(?P<digits>\d{1,4})(?![\dA-Za-z.])", _mixed),
    rule(
        r"(?<![A-Za-z0-9.])(?P<digits>[345])(?P<letter>[GSD])(?![A-Za-z0-9])",
        lambda m: cardinal(m["digits"]) + m["letter"],
    ),
)

RULES = (rule(r"[A-Za-z]+", _word),)
