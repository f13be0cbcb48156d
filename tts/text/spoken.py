"""The door of the text room: a written text to a spoken one.

Rules go from the most to the least particular: codes, dates, times, money, addresses, measures, plain numbers,
letters. Why not a general normaliser: measured on courier texts, wetext 0.1.8 reads a waybill's digits as a number,
a hotline as ninety-five thousand and a pick-up code as a date; what it reads right is the small rest.
"""

from __future__ import annotations

import re

from tts.ports import SpokenText
from tts.text import addresses, clock, codes, dates, latin, measures, money, phones
from tts.text.clean import clean
from tts.text.numerals import cardinal, row
from tts.text.rule import read, rule

_KEYS = (
    rule(r"(?<=[按输])(?P<digits>\d+)\#(?:号?键)?", lambda m: f"{row(m['digits'], one='一')}井号"),
    rule(r"(?<=[按输])(?:[“\"']?)\#(?:号?键?[”\"']?)", lambda _m: "井号键"),
    rule(r"(?<=[按输])(?:[“\"']?)\*(?:号?键?[”\"']?)", lambda _m: "星号键"),
    rule(r"\#(?:号)键?", lambda _m: "井号键"),
    rule(r"\*(?:号)键?", lambda _m: "星号键"),
    rule(r"(?<=[长宽高重])\*(?=[长宽高])", lambda _m: "乘"),
    rule(r"(?<=[长宽高)])/(?P<number>\d{3,5})(?!\d)", lambda m: f"除以{cardinal(m['number'])}"),
    rule(r"<(?=\d)", lambda _m: "小于"),
    rule(r">(?=\d)", lambda _m: "大于"),
)

_RULES = (
    *_KEYS,
    *codes.LABELLED,
    *phones.RULES,
    *codes.UNLABELLED,
    *dates.RULES,
    *clock.RULES,
    *money.RULES,
    *addresses.RULES,
    *latin.BEFORE_NUMBERS,
    *measures.RULES,
    *latin.RULES,
)

_MARKS = str.maketrans(
    {"!": "！", "?": "？", ",": "，", ";": "，", ":": "，", "(": "，", ")": "，", "/": "、", "—": "，"}
)
_WORDS = {"&": "和", "+": "加", "=": "等于", "@": "艾特", "...": "，", "…": "，"}
_UNSAYABLE = re.compile(r"[^㐀-鿿A-Za-z，。？！、 ]")
_LOUDEST = ("？", "！", "。", "，", "、")


def spoken(text: str) -> SpokenText:
    """Return ``text`` as a Chinese agent would say it; what cannot be said is left out. Never raises."""
    said = read(clean(text), _RULES)
    for sign, words in _WORDS.items():
        said = said.replace(sign, words)
    said = said.translate(_MARKS).replace(".", "。")
    return SpokenText(_tidy(_UNSAYABLE.sub(" ", said)))


def _tidy(text: str) -> str:
    """One mark at a time, no mark at the head, blanks only around letters."""
    text = re.sub(r"[ ，。？！、]*[，。？！、][ ，。？！、]*", lambda m: _loudest(m[0]), text)
    text = re.sub(r"(?<![A-Za-z]) +| +(?![A-Za-z])", "", text)
    return re.sub(r" {2,}", " ", text).lstrip("，。？！、 ").rstrip("，、 ")


def _loudest(marks: str) -> str:
    return next(mark for mark in _LOUDEST if mark in marks)
