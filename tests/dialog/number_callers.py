"""Callers who give a number in parts and correct themselves once: a generator for tests and the bench."""

from __future__ import annotations

import random
from dataclasses import dataclass

_WORDS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_COUNTS = {2: "两", 3: "三", 4: "四", 5: "五"}
_ORDINALS = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五")
_FILLERS = ("嗯", "那个", "呃", "然后", "后面是", "接着", "再后面")
_OPENINGS = ("", "", "单号是", "我的单号是", "你记一下，", "嗯，", "好，", "号码是")


@dataclass(frozen=True)
class Dictation:
    """What the caller says turn by turn, the number meant, and the kind of correction."""

    turns: tuple[str, ...]
    number: str
    kind: str


def spoken(digits: str, rng: random.Random) -> str:
    """Digits as callers say them: 幺 for one, runs as N个D, sometimes Arabic."""
    if rng.random() < 0.08:
        return digits
    out: list[str] = []
    at = 0
    while at < len(digits):
        char = digits[at]
        run = len(digits[at:]) - len(digits[at:].lstrip(char))
        if run in _COUNTS and rng.random() < (0.5 if run > 2 else 0.1):
            out.append(f"{_COUNTS[run]}个{_word(char, rng)}")
            at += run
        else:
            out.append(_word(char, rng))
            at += 1
    return "".join(out)


def _word(char: str, rng: random.Random) -> str:
    if char == "1":
        return "幺" if rng.random() < 0.8 else "一"
    if char == "0" and rng.random() < 0.1:
        return "洞"
    if char == "7" and rng.random() < 0.1:
        return "拐"
    return _WORDS[char]


def make_number(rng: random.Random) -> str:
    """A waybill or a mobile number of a common shape."""
    prefix, size = rng.choice(
        (("73", 12), ("75", 12), ("43", 11), ("YT", 13), ("SF", 13), ("JT", 13), ("138", 8), ("77", 13))
    )
    return prefix + "".join(rng.choices("0123456789", k=size))


def _cut(digits: str, rng: random.Random) -> list[str]:
    pieces = []
    while digits:
        size = rng.choice((3, 4, 4, 4, 5, 6))
        pieces.append(digits[:size])
        digits = digits[size:]
    return pieces


def _misheard(piece: str, rng: random.Random) -> tuple[str, int, str]:
    """The piece with one digit wrong, the place and the wrong digit."""
    places = [at for at, char in enumerate(piece) if char.isdigit()]
    at = rng.choice(places)
    wrong = rng.choice([digit for digit in "0123456789" if digit != piece[at]])
    return piece[:at] + wrong + piece[at + 1 :], at, wrong


def dictate(rng: random.Random) -> Dictation:
    """One caller: a number in pieces, one piece wrong, put right in one of the ways people do."""
    number = make_number(rng)
    letters = number[:2] if number[0].isalpha() else ""
    body = number[len(letters) :]
    pieces = _cut(body, rng)
    bad = rng.randrange(len(pieces))
    wrong_piece, at, wrong = _misheard(pieces[bad], rng)
    right = pieces[bad][at]
    before = "".join(pieces[:bad])
    turns = [spoken(piece, rng) for piece in pieces]
    turns[bad] = spoken(wrong_piece, rng)
    kind = rng.choice(
        ("same_breath", "next_turn", "value", "value_not", "position", "from_end", "restart", "tail", "at_end")
    )
    says = _word(right, rng)
    no = rng.choice(("不对，", "不对不对，", "错了，", "说错了，", "哎不对，"))
    so_far = before + wrong_piece
    last_wrong = so_far.rfind(wrong) == len(before) + at
    if kind in ("value", "value_not") and not last_wrong:
        kind = "position"
    if kind == "same_breath":
        turns[bad] += "，" + no + spoken(pieces[bad], rng)
    elif kind == "next_turn":
        turns.insert(bad + 1, no + rng.choice(("", "是", "应该是")) + spoken(pieces[bad], rng))
    elif kind == "value":
        turns.insert(bad + 1, no + f"是{says}不是{_word(wrong, rng)}")
    elif kind == "value_not":
        turns.insert(bad + 1, f"不是{_word(wrong, rng)}，是{says}")
    elif kind == "position":
        turns.insert(bad + 1, f"第{_ORDINALS[len(before) + at + 1]}位{rng.choice(('错了，是', '是', '应该是'))}{says}")
    elif kind == "from_end":
        back = len(wrong_piece) - at
        named = "最后一位" if back == 1 else f"倒数第{_ORDINALS[back]}位"
        turns.insert(bad + 1, f"{named}{rng.choice(('错了，是', '是', '不对，应该是'))}{says}")
    elif kind == "restart":
        again = rng.choice(("从头来", "等等，从头来", "刚才的不算，我重新报", "说错了，重来", "重新报一遍"))
        turns = [*turns[: bad + 1], again, *([" ".join(letters)] if letters else []), *(spoken(p, rng) for p in pieces)]
    elif kind == "tail":
        size = len(wrong_piece)
        if size < 2:
            return dictate(rng)
        turns.insert(
            bad + 1,
            f"{'后' if rng.random() < 0.5 else '最后'}{_COUNTS.get(size, '六')}位{rng.choice(('错了，是', '应该是', '不对，是'))}{spoken(pieces[bad], rng)}",
        )
    else:
        full = "".join([*pieces[:bad], wrong_piece, *pieces[bad + 1 :]])
        place = len(before) + at
        back = len(full) - place
        named = f"第{_ORDINALS[place + 1]}位" if place + 1 <= back or back > 9 else f"倒数第{_ORDINALS[back]}位"
        turns.append(f"不对，{named}是{says}")
    if letters and kind != "restart":
        turns[0] = " ".join(letters) + rng.choice(("，", "", "开头的，")) + turns[0]
    elif letters:
        turns[0] = " ".join(letters) + turns[0]
    turns[0] = rng.choice(_OPENINGS) + turns[0]
    turns = [
        rng.choice(_FILLERS[:4]) + "，" + turn if rng.random() < 0.1 and index else turn
        for index, turn in enumerate(turns)
    ]
    return Dictation(tuple(turns), number, kind)
