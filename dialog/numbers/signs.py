"""Spoken digits and letters as signs: 幺 洞 拐, N个D, 双八, letters by name, numbers with 十 and 百.

Everything else of the utterance stays as text, so that the corrections around the digits can be read afterwards.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dialog.protocol import HeardToken

_WORDS = {
    "0": "零〇洞",
    "1": "一幺壹",
    "2": "二贰",
    "3": "三叁",
    "4": "四肆",
    "5": "五伍",
    "6": "六陆",
    "7": "七柒拐",
    "8": "八捌",
    "9": "九玖勾",
}
_DIGIT_OF = {word: digit for digit, words in _WORDS.items() for word in words}

# Only between two digits: the words that a recogniser writes for a digit, and the casual ones.
_BETWEEN = {"两": "2", "俩": "2", "要": "1", "腰": "1", "妖": "1", "么": "1", "邀": "1", "圈": "0", "欧": "0", "O": "0"}
_BETWEEN |= {
    "灵": "0",
    "林": "0",
    "钩": "9",
    "狗": "9",
    "怪": "7",
    "溜": "6",
    "儿": "2",
    "巴": "8",
    "吧": "8",
    "把": "8",
}

_LETTER_NAMES = (
    ("艾斯艾福", "SF"), ("艾斯艾弗", "SF"), ("爱思爱抚", "SF"), ("艾斯", "S"), ("艾福", "F"), ("艾弗", "F"),
    ("歪踢", "YT"), ("外踢", "YT"), ("歪替", "YT"), ("接踢", "JT"), ("杰踢", "JT"), ("勾踢", "JT"), ("接替", "JT"),
    ("杰迪", "JD"), ("接地", "JD"), ("勾迪", "JD"), ("迪皮开", "DPK"), ("迪皮克", "DPK"),
)  # fmt: skip

# Everyday words that hold a digit and mean none.
_NO_DIGITS = re.compile(
    r"一(?=共)|统一|唯一|万一|一下子?|一遍|一会儿?|一点儿?(?!\d)|一样|一定|一直|一般|一起|一边|一串|一组|一次|一声|一等(?=等|下)|(?<=等)一(?=等)|"
    r"(?<=想)一(?=想|下)|(?<=看)一(?=看|下)|(?<=找)一(?=找|下)|OK|APP"
)
_UNITS = (
    r"(?:天|分钟?|个?小时|个?钟头|点钟|点半|次|遍|块|元|岁|秒|年|楼|斤|公斤|箱|件|票|个?月|"
    r"个(?:快递|包裹|件|单|人|字母))"
)
_QUANTITY = re.compile(r"(?<![0-9A-Z第后前])\d{1,2}" + _UNITS)
_LONELY_COUNT = re.compile(r"(?<![第后前末\d])\d个(?![0-9A-Z])")
_CARDINAL = re.compile(r"(?:(\d)千)?(?:0?(\d)百)?(?:0?(\d?)十)?(?:0?(\d))?")
_TIMES = re.compile(r"(?:(?<=[^第])|^)(十|\d)(?:个|连)(\d)(?!位|个)")
_DOUBLE = re.compile(r"双(\d)")
_FOREIGN_WORD = re.compile(r"[A-Z]{5,}")


# What a recogniser writes for the words of a correction; the digits around them keep it from touching other words.
_MISHEARD = (
    (re.compile(r"[到道导告捣]数(?=[第地提弟])"), "倒数"),
    (re.compile(r"最[好号候](?=面?\d?[位个])"), "最后"),
    (re.compile(r"(?<![0-9A-Z])[地提弟的](?=\d{1,2}[位个])"), "第"),
    (re.compile(r"[重中从][心新行][报来说念]|[中虫]来"), "重来"),
    (re.compile(r"[从送冲重][头投到]来"), "从头来"),
    (re.compile(r"[5无部布]对(?=,?(?:是|应该))"), "不对"),
    (re.compile(r"(?<=\d[位个])[促措]了"), "错了"),
)


@dataclass(frozen=True, slots=True)
class Sign:
    """One digit or capital letter and how sure the hearing was, 0..1."""

    char: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """Text with one confidence per character; rewriting keeps the two together."""

    text: str
    sure: tuple[float, ...]

    def rewrite(self, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> Line:
        """Replace every match; new characters are as sure as the least sure one they came from."""
        text: list[str] = []
        sure: list[float] = []
        at = 0
        for match in pattern.finditer(self.text):
            if match.start() == match.end():
                continue
            put = new(match)
            text += [self.text[at : match.start()], put]
            sure += self.sure[at : match.start()]
            sure += [min(self.sure[match.start() : match.end()])] * len(put)
            at = match.end()
        return Line("".join([*text, self.text[at:]]), (*sure, *self.sure[at:]))


_HESITATION = re.compile(r"(?<![A-Z一-鿿])[呃额诶嗯啊恶鹅](?=\d)|(?<=\d)[呃额诶恶鹅]")


def second_thoughts(line: Line) -> Iterator[Line]:
    """The line with hesitations taken for 二 (they sound alike), and with a leading 二 taken for a hesitation."""
    places = [match.start() for match in _HESITATION.finditer(line.text)]
    groups = [(place,) for place in places] + ([tuple(places)] if len(places) > 1 else [])
    for group in groups:
        text = "".join("2" if at in group else char for at, char in enumerate(line.text))
        yield Line(text, tuple(sure / 2 if at in group else sure for at, sure in enumerate(line.sure)))
    if line.text.startswith("2"):
        yield Line(line.text[1:], line.sure[1:])


def _plain(text: str, tokens: tuple[HeardToken, ...]) -> Line:
    """Half-width upper-case text with the tokens' confidences where both agree on the characters."""
    heard = [(char, token.confidence) for token in tokens for char in token.text if not char.isspace()]
    folded = unicodedata.normalize("NFKC", text).upper()
    sure: list[float] = []
    at = 0
    for char in folded:
        if at < len(heard) and unicodedata.normalize("NFKC", heard[at][0]).upper() == char:
            sure.append(heard[at][1])
            at += 1
        else:
            sure.append(1.0)
    return Line(folded, tuple(sure))


def _cardinal(match: re.Match[str]) -> str:
    found = match.group()
    if not any(unit in found for unit in "十百千"):
        return found
    thousands, hundreds, tens, ones = match.groups()
    digits = [thousands, hundreds, "1" if tens == "" else tens, ones]
    first = next(index for index, digit in enumerate(digits) if digit)
    # 三百二 is 320 and 一千八 is 1800: a bare last digit counts the next unit down.
    if ones and tens is None and "0" not in found[-2:]:
        if hundreds:
            digits[2], digits[3] = ones, "0"
        elif thousands:
            digits[1], digits[3] = ones, "0"
    return "".join(digit or "0" for digit in digits[first:])


def _constant(new: str) -> Callable[[re.Match[str]], str]:
    return lambda _match: new


def read_line(text: str, tokens: tuple[HeardToken, ...] = ()) -> Line:
    """The utterance with every spoken digit as 0-9 and every letter as A-Z."""
    line = _plain(text[:400], tokens)
    line = line.rewrite(re.compile(r"[、;。.!?:…~\s\-—_/*#杠空格]+"), lambda m: " " if m.group().isspace() else ",")
    for name, letters in _LETTER_NAMES:
        line = line.rewrite(re.compile(name), _constant(letters))
    line = line.rewrite(_NO_DIGITS, lambda _m: "")
    line = line.rewrite(re.compile("[" + "".join(_DIGIT_OF) + "]"), lambda m: _DIGIT_OF[m.group()])
    line = line.rewrite(re.compile(r"[俩两](?=个\d|位|\d)"), lambda _m: "2")
    line = line.rewrite(
        re.compile(r"(?<=[0-9A-Z ])[" + "".join(_BETWEEN) + r"](?=[ ]?\d)"), lambda m: _BETWEEN[m.group()]
    )
    line = line.rewrite(re.compile(r"[圈欧]+(?=\d)"), lambda m: "0" * len(m.group()))
    line = line.rewrite(re.compile(r"(?<=\d\d)[久酒](?=[\d,]|$)"), _constant("9"))
    line = line.rewrite(_CARDINAL, _cardinal)
    line = line.rewrite(_TIMES, lambda m: m.group(2) * (10 if m.group(1) == "十" else int(m.group(1))))
    line = line.rewrite(_DOUBLE, lambda m: m.group(1) * 2)
    line = line.rewrite(_QUANTITY, lambda _m: ",")
    line = line.rewrite(_LONELY_COUNT, lambda _m: "")
    line = line.rewrite(_FOREIGN_WORD, lambda _m: ",")
    for pattern, meant in _MISHEARD:
        line = line.rewrite(pattern, _constant(meant))
    return line.rewrite(re.compile(r" +"), lambda _m: "")
