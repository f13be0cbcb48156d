"""Rows of digits and letters that name something: waybills, tails, pick-up codes, work orders, plates.

Read digit by digit with 幺, in groups a listener can write down; the last group of a waybill has four digits,
so that it is the tail the caller knows.
"""

from __future__ import annotations

import re

from tts.text.numerals import row
from tts.text.rule import Match, rule

FREE = r"(?<![A-Za-z0-9])(?<!\d[.,:-])"
"""Where a row of digits may begin: not inside another number."""

_END = r"(?![A-Za-z0-9]|[.,:-]\d)"
_IS = r"[\s:,]*(?P<is>是|为|)[\s:,]*"
_WORD = r"[A-Za-z0-9]+"
_NOT_COUNTED = r"(?![A-Za-z0-9]|\s*(?:[元块个件票天次人位箱]|公斤|小时))"

_PICK_UP = "取件码|取货码|提货码|提取码|取件号|货架号|验证码|校验码|开箱码|密码|口令|编号|门禁"
_NUMBERS = "运单号?|快递单号|邮件号|单号|订单编?号?|工单编?号?|工号|受理号|流水号|保单号|序列号|航班号?|车次|案件号"
_TAILS = "尾号|尾数|[后末](?:四|4|三|3|六|6|两|2)位(?:数字?)?"
_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
_LONG = 5
"""Digits from which a code is said with a pause after its letters."""


def groups(digits: str) -> list[str]:
    """Cut a row of digits into groups of three and four, the last one of four where the row is long enough."""
    if len(digits) <= _LONG:
        return [digits]
    if len(digits) in (6, 9):
        return [digits[i : i + 3] for i in range(0, len(digits), 3)]
    head, tail = digits[:-4], digits[-4:]
    threes = -len(head) % 4
    cut = [head[i : i + 3] for i in range(0, 3 * threes, 3)]
    return [*cut, *(head[i : i + 4] for i in range(3 * threes, len(head), 4)), tail]


def spell(code: str) -> str:
    """Return a mixed code: letters by name, digits in groups, a dash as 杠, a blank as a pause."""
    long = sum(map(str.isdigit, code)) > _LONG
    said = ""
    for part in re.findall(r"[A-Za-z]+|\d+|-|\s+", code):
        if part == "-":
            said += "杠"
        elif not part.isspace():
            joint = "，" if said and long and not said.endswith("杠") else ""
            said += joint + ("，".join(map(row, groups(part))) if part.isdigit() else " ".join(part.upper()))
    return said


def _labelled(match: Match) -> str:
    return match["label"] + match["is"] + spell(match["code"].strip())


def _tail(match: Match) -> str:
    return match["label"] + match["is"] + row(match["code"])


def _masked(match: Match) -> str:
    start = f"{spell(match['head'])}开头，" if match["head"] else ""
    return f"{start}尾号{row(match['tail'])}"


def _plate(match: Match) -> str:
    code = match["code"]
    return f"{match['place']}，{' '.join(code) if code.isalpha() else spell(code)}"


LABELLED = (
    rule(rf"(?P<label>{_PICK_UP}){_IS}(?P<code>{_WORD}(?:[-\s]{_WORD})*){_NOT_COUNTED}", _labelled),
    rule(rf"(?P<label>{_TAILS}){_IS}(?P<code>\d{{2,8}})(?!\d)", _tail),
    rule(r"(?P<head>[A-Za-z]{0,4}\d{0,4})[*xX]{3,}(?P<tail>\d{2,6})(?!\d)", _masked),
    rule(
        rf"(?P<label>{_NUMBERS}){_IS}(?=[\s\dA-Za-z-]*(?:[A-Za-z]|\d\d\d))"
        rf"(?P<code>{_WORD}(?:[-\s]{_WORD})*){_NOT_COUNTED}",
        _labelled,
    ),
)
"""Codes that say what they are."""

UNLABELLED = (
    rule(rf"(?P<place>[{_PROVINCES}][A-Z])[·.\s]?(?P<code>[A-Z0-9]{{5,6}})(?![A-Za-z0-9])", _plate),
    rule(
        rf"{FREE}[A-Za-z]{{1,4}}(?:\d{{5,}}|(?:\s\d{{3,5}}){{2,}})(?:\s\d{{1,5}})*[A-Za-z]{{0,2}}(?:-\d+)*{_END}",
        lambda m: spell(m[0]),
    ),
    rule(rf"{FREE}\d{{10,}}{_END}(?!\s*[元块])", lambda m: spell(m[0])),
    rule(rf"{FREE}\d{{3,4}}(?:[\s-]\d{{3,4}}){{2,}}{_END}", lambda m: spell(m[0].replace("-", " "))),
)
"""Codes known by their shape; telephone numbers are looked for before."""
