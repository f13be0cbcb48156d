"""Telephone numbers: mobiles 3-4-4, area codes apart, hotlines digit by digit, extensions after 转."""

from __future__ import annotations

import re

from tts.text.codes import FREE
from tts.text.numerals import row
from tts.text.rule import Match, rule

_EXTENSION = r"(?:\s*(?:-|转|,)\s*(?P<extension>\d{2,6}))?"
_AREA = r"(?P<area>010|02\d|0[3-9]\d{2})"
_CALLED = "电话|热线|手机号?|号码|客服|拨打?|致电|短号|平台"
_KNOWN = r"1[12]0|11[49]|122|11[12]\d\d|9[56]\d{3}|12\d{3}"


def _grouped(*parts: str) -> str:
    return "，".join(row(part) for part in parts)


def _extended(said: str, match: Match) -> str:
    extension = match["extension"]
    return f"{said}，转{row(extension)}" if extension else said


def _mobile(match: Match) -> str:
    return _extended(_grouped(match["a"], match["b"], match["c"]), match)


def _landline(match: Match) -> str:
    local = re.sub(r"\D", "", match["local"])
    return _extended(_grouped(match["area"], local[:-4], local[-4:]), match)


RULES = (
    rule(
        rf"{FREE}(?:\+?86[\s-]?)?(?P<a>1[3-9]\d)[\s-]?(?P<b>\d{{4}})[\s-]?(?P<c>\d{{4}})(?!\d){_EXTENSION}",
        _mobile,
    ),
    rule(rf"{FREE}(?:\+?86[\s-]?)?\(?{_AREA}\)?[\s-]*(?P<local>\d{{3,4}}[\s-]?\d{{4}})(?!\d){_EXTENSION}", _landline),
    rule(
        rf"{FREE}(?P<a>[48]00)[\s-]?(?P<b>\d{{3}})[\s-]?(?P<c>\d{{4}})(?!\d)",
        lambda m: _grouped(m["a"], m["b"], m["c"]),
    ),
    rule(rf"{FREE}{_AREA}[\s-]?(?P<short>9[56]\d{{3}})(?!\d)", lambda m: _grouped(m["area"], m["short"])),
    rule(r"(?P<label>转|分机)\s?(?P<code>\d{2,6})(?!\d)", lambda m: m["label"] + row(m["code"])),
    rule(
        rf"(?P<label>{_CALLED})[\s:,]*(?P<is>是|为|)[\s:,]*(?P<code>\d{{3,8}})(?!\d|\s*[-~到至]|[个次天元位])",
        lambda m: m["label"] + m["is"] + row(m["code"]),
    ),
    rule(
        rf"(?<![A-Za-z0-9])(?P<code>{_KNOWN})(?!\d|[.,:-]\d|\s*[元块个件次天票米斤公单])",
        lambda m: row(m["code"]),
    ),
)
