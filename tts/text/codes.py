"""Rows of digits and letters that name something: waybills, phones, tails, pick-up codes, plates.

Read digit by digit with 幺, in groups a listener can write down; the last group of a waybill has four digits,
so that it is the tail the caller knows.
"""

from __future__ import annotations

import re

from tts.text.numerals import row
from tts.text.rule import Match, rule

_IS = r"[\s:,]*(?:是|为)?[\s:,]*"
_WORD = r"[A-Za-z0-9]+"
_CODE = rf"(?P<code>{_WORD}(?:[-\s]{_WORD})*)(?![A-Za-z0-9])"
_FREE = r"(?<![A-Za-z0-9.,:-])"
_END = r"(?![A-Za-z0-9]|[.,:-]\d)"

_PICK_UP = "取件码|取货码|提货码|提取码|取件号|货架号|验证码|校验码|开箱码|密码|口令"
_NUMBERS = "运单号?|快递单号|单号|订单号?|工单号?|编号|工号|受理号|流水号|保单号|序列号|订单编号|航班号?|车次"
_TAILS = "尾号|尾数|[后末](?:四|4|三|3|六|6|两|2)位(?:数字?)?"


def groups(digits: str) -> list[str]:
    """Cut a row of digits into groups of three and four, the last one of four where the row is long enough."""
    if len(digits) <= 5:
        return [digits]
    if len(digits) in (6, 9):
        return [digits[i : i + 3] for i in range(0, len(digits), 3)]
    head, tail = digits[:-4], digits[-4:]
    threes = -len(head) % 4
    cut = [head[i : i + 3] for i in range(0, 3 * threes, 3)]
    return [*cut, *(head[i : i + 4] for i in range(3 * threes, len(head), 4)), tail]


def spell(code: str) -> str:
    """Return a mixed code: letters by name, digits in groups, a dash as 杠, a blank as a pause."""
    parts = re.findall(r"[A-Za-z]+|\d+|-|\s+", code)
    said = ""
    for part in parts:
        if part == "-":
            said += "杠"
        elif part.isspace():
            said += "，"
        else:
            words = "，".join(map(row, groups(part))) if part.isdigit() else " ".join(part.upper())
            joint = "，" if said and said[-1] not in "，杠" and (len(part) > 2 or len(said) > 7) else ""
            said += joint + words
    return said


def _phone(*parts: str) -> str:
    return "，".join(row(part) for part in parts if part)


def _mobile(match: Match) -> str:
    extension = match["extension"]
    said = _phone(match["a"], match["b"], match["c"])
    return f"{said}，转{row(extension)}" if extension else said


def _landline(match: Match) -> str:
    local = re.sub(r"\D", "", match["local"])
    extension = match["extension"]
    said = _phone(match["area"], local[:-4], local[-4:])
    return f"{said}，转{row(extension)}" if extension else said


def _masked(match: Match) -> str:
    head, tail = match["head"], match["tail"]
    start = f"{spell(head)}开头，" if head else ""
    return f"{start}尾号{row(tail)}"


def _labelled(match: Match) -> str:
    return match["label"] + spell(match["code"].strip())


_EXTENSION = r"(?:\s*(?:-|转|,)\s*(?P<extension>\d{2,6}))?"

RULES = (
    rule(rf"(?P<label>{_PICK_UP}){_IS}{_CODE}", _labelled),
    rule(rf"(?P<label>{_TAILS}){_IS}(?P<code>\d{{2,8}})(?!\d)", lambda m: m["label"] + row(m["code"])),
    rule(r"(?P<head>[A-Za-z]{0,4}\d{0,4})[*xX]{3,}(?P<tail>\d{2,6})(?!\d)", _masked),
    rule(
        rf"{_FREE}(?:\+?86[\s-]?)?(?P<a>1[3-9]\d)[\s-]?(?P<b>\d{{4}})[\s-]?(?P<c>\d{{4}})(?!\d){_EXTENSION}",
        _mobile,
    ),
    rule(
        rf"{_FREE}\(?(?P<area>0\d{{2,3}})\)?[\s-]*(?P<local>\d{{3,4}}[\s-]?\d{{4}})(?!\d){_EXTENSION}",
        _landline,
    ),
    rule(
        rf"{_FREE}(?P<a>[48]00)[\s-]?(?P<b>\d{{3}})[\s-]?(?P<c>\d{{4}})(?!\d)",
        lambda m: _phone(m["a"], m["b"], m["c"]),
    ),
    rule(rf"(?P<label>(?:{_NUMBERS}){_IS})(?P<code>[A-Za-z]*\d[A-Za-z0-9]*(?:[-\s][A-Za-z0-9]+)*)", _labelled),
    rule(rf"{_FREE}[A-Za-z]{{1,4}}\s?\d{{5,}}(?:\s?\d{{3,}})*[A-Za-z]{{0,2}}(?:-\d+)*{_END}", lambda m: spell(m[0])),
    rule(rf"{_FREE}\d{{10,}}{_END}(?!\s*[元块])", lambda m: spell(m[0])),
    rule(rf"{_FREE}\d{{3,4}}(?:[\s-]\d{{3,4}}){{2,}}{_END}", lambda m: spell(m[0].replace("-", " "))),
    rule(r"(?P<label>转|分机)\s?(?P<code>\d{2,6})(?!\d)", lambda m: m["label"] + row(m["code"])),
    rule(
        r"(?P<label>电话|热线|手机号?|号码|客服|拨打?|致电|短号|平台|拨打号码)(?P<is>[\s:,]*(?:是|为)?[\s:,]*)(?P<code>\d{3,8})(?!\d|\s*[-~到至]|[个次天元])",
        lambda m: m["label"] + m["is"].strip() + row(m["code"]),
    ),
    rule(
        r"(?P<place>[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][A-Z])[·.\s]?(?P<code>[A-Z0-9]{5,6})(?![A-Za-z0-9])",
        lambda m: f"{m['place']}，{' '.join(m['code']) if m['code'].isalpha() else spell(m['code'])}",
    ),
    rule(
        r"(?<![A-Za-z0-9])(?P<code>(?:1[12]0|11[49]|122|9[56]\d{3}|12\d{3}))(?!\d|[.,:-]\d|\s*[元块个件次天])",
        lambda m: row(m["code"]),
    ),
)
