"""Callers who give a number in parts and correct themselves once: a generator for tests and the bench."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from dialog.numbers import NumberCapture
from dialog.protocol import Expectation, ExpectKind

WAYBILL = Expectation(kind=ExpectKind.NUMBER, min_digits=8)
TAIL = Expectation(kind=ExpectKind.DIGITS, min_digits=4, max_digits=4)

_WORDS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_COUNTS = {2: "两", 3: "三", 4: "四", 5: "五", 6: "六"}
_ORDINALS = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五")
_FILLERS = ("嗯", "那个", "呃", "然后")
_OPENINGS = ("", "", "单号是", "我的单号是", "你记一下，", "嗯，", "好，", "号码是")
_NO = ("不对，", "不对不对，", "错了，", "说错了，", "哎不对，")
_AGAIN = ("从头来", "等等，从头来", "刚才的不算，我重新报", "说错了，重来", "重新报一遍")
_SHAPES = (("73", 12), ("75", 12), ("43", 11), ("YT", 13), ("SF", 13), ("JT", 13), ("138", 8), ("77", 13))


def captured(*turns: str, expect: Expectation = WAYBILL) -> NumberCapture:
    """What is made of a number that was said in these turns."""
    capture = NumberCapture.start(expect)
    for turn in turns:
        capture = capture.add(turn)
    return capture


@dataclass(frozen=True)
class Dictation:
    """What the caller says turn by turn, the number meant, and the kind of correction."""

    turns: tuple[str, ...]
    number: str
    kind: str


@dataclass(frozen=True)
class Slip:
    """One piece said wrong: ``pieces`` are right, digit ``at`` of piece ``bad`` was said as ``wrong``."""

    pieces: tuple[str, ...]
    bad: int
    at: int
    wrong: str

    @property
    def right_piece(self) -> str:
        return self.pieces[self.bad]

    @property
    def right(self) -> str:
        return self.right_piece[self.at]

    @property
    def wrong_piece(self) -> str:
        return self.right_piece[: self.at] + self.wrong + self.right_piece[self.at + 1 :]

    @property
    def place(self) -> int:
        return sum(len(piece) for piece in self.pieces[: self.bad]) + self.at

    @property
    def is_last_of_its_kind(self) -> bool:
        said = "".join(self.pieces[: self.bad]) + self.wrong_piece
        return said.rfind(self.wrong) == self.place


def word(char: str, rng: random.Random) -> str:
    """One digit as callers say it."""
    if char == "1":
        return "幺" if rng.random() < 0.8 else "一"
    if char == "0" and rng.random() < 0.1:
        return "洞"
    if char == "7" and rng.random() < 0.1:
        return "拐"
    return _WORDS[char]


def spoken(digits: str, rng: random.Random) -> str:
    """Digits as callers say them: runs as N个D, sometimes Arabic from the recogniser."""
    if rng.random() < 0.08:
        return digits
    out: list[str] = []
    at = 0
    while at < len(digits):
        char = digits[at]
        run = len(digits[at:]) - len(digits[at:].lstrip(char))
        if run in _COUNTS and rng.random() < (0.5 if run > 2 else 0.1):
            out.append(f"{_COUNTS[run]}个{word(char, rng)}")
            at += run
        else:
            out.append(word(char, rng))
            at += 1
    return "".join(out)


def _cut(digits: str, rng: random.Random) -> tuple[str, ...]:
    pieces = []
    while digits:
        size = rng.choice((3, 4, 4, 4, 5, 6))
        pieces.append(digits[:size])
        digits = digits[size:]
    return tuple(pieces)


def _same_breath(turns: list[str], slip: Slip, rng: random.Random) -> list[str]:
    turns[slip.bad] += "，" + rng.choice(_NO) + spoken(slip.right_piece, rng)
    return turns


def _next_turn(turns: list[str], slip: Slip, rng: random.Random) -> list[str]:
    turns.insert(slip.bad + 1, rng.choice(_NO) + rng.choice(("", "是", "应该是")) + spoken(slip.right_piece, rng))
    return turns


def _value(turns: list[str], slip: Slip, rng: random.Random) -> list[str]:
    right, wrong = word(slip.right, rng), word(slip.wrong, rng)
    said = (f"{rng.choice(_NO)}是{right}不是{wrong}", f"不是{wrong}，是{right}", f"是{right}不是{wrong}")
    turns.insert(slip.bad + 1, rng.choice(said))
    return turns


def _position(turns: list[str], slip: Slip, rng: random.Random) -> list[str]:
    says = rng.choice(("错了，是", "是", "应该是")) + word(slip.right, rng)
    turns.insert(slip.bad + 1, f"第{_ORDINALS[slip.place + 1]}位{says}")
    return turns


def _from_end(turns: list[str], slip: Slip, rng: random.Random) -> list[str]:
    back = len(slip.right_piece) - slip.at
    named = "最后一位" if back == 1 else f"倒数第{_ORDINALS[back]}位"
    turns.insert(slip.bad + 1, named + rng.choice(("错了，是", "是", "不对，应该是")) + word(slip.right, rng))
    return turns


def _tail(turns: list[str], slip: Slip, rng: random.Random) -> list[str]:
    size = _COUNTS[len(slip.right_piece)]
    says = rng.choice(("错了，是", "应该是", "不对，是")) + spoken(slip.right_piece, rng)
    turns.insert(slip.bad + 1, f"{rng.choice(('后', '最后'))}{size}位{says}")
    return turns


def _at_end(turns: list[str], slip: Slip, rng: random.Random) -> list[str]:
    back = sum(map(len, slip.pieces)) - slip.place
    first = slip.place + 1 <= back or back > 9
    named = f"第{_ORDINALS[slip.place + 1]}位" if first else f"倒数第{_ORDINALS[back]}位"
    turns.append(f"不对，{named}是{word(slip.right, rng)}")
    return turns


Correction = Callable[[list[str], Slip, random.Random], list[str]]
CORRECTIONS: dict[str, Correction] = {
    "same_breath": _same_breath,
    "next_turn": _next_turn,
    "value": _value,
    "position": _position,
    "from_end": _from_end,
    "tail": _tail,
    "at_end": _at_end,
}
RESTART = "restart"


def _possible(slip: Slip) -> list[str]:
    kinds = [*CORRECTIONS, RESTART]
    if not slip.is_last_of_its_kind:
        kinds.remove("value")
    if len(slip.right_piece) < 2:
        kinds.remove("tail")
    return kinds


def dictate(rng: random.Random) -> Dictation:
    """One caller: a number in pieces, one digit wrong, put right in one of the ways people do."""
    prefix, size = rng.choice(_SHAPES)
    number = prefix + "".join(rng.choices("0123456789", k=size))
    letters = prefix if prefix.isalpha() else ""
    pieces = _cut(number[len(letters) :], rng)
    bad = rng.randrange(len(pieces))
    at = rng.randrange(len(pieces[bad]))
    slip = Slip(pieces, bad, at, rng.choice([digit for digit in "0123456789" if digit != pieces[bad][at]]))
    turns = [spoken(slip.wrong_piece if n == bad else piece, rng) for n, piece in enumerate(pieces)]
    opening = " ".join(letters) + rng.choice(("，", "", "开头的，")) if letters else ""
    kind = rng.choice(_possible(slip))
    if kind == RESTART:
        again = [spoken(piece, rng) for piece in pieces]
        turns = [*turns[: bad + 1], rng.choice(_AGAIN), opening + again[0], *again[1:]]
    else:
        turns = CORRECTIONS[kind](turns, slip, rng)
    turns[0] = rng.choice(_OPENINGS) + opening + turns[0]
    hesitant = [f"{rng.choice(_FILLERS)}，{turn}" if n and rng.random() < 0.1 else turn for n, turn in enumerate(turns)]
    return Dictation(tuple(hesitant), number, kind)
