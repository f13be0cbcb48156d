"""Dates: numeric writing to 十一月二十二号; years digit by digit with 一."""

from __future__ import annotations

from tts.text.numerals import cardinal, row
from tts.text.rule import Match, rule

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTH = r"(?P<month>0?[1-9]|1[0-2])"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_TWO_MONTH = r"(?P<month>0[1-9]|1[0-2])"
_TWO_DAY = r"(?P<day>0[1-9]|[12]\d|3[01])"
_UNTIL = r"(?:\s?[-~到至]\s?(?P<last>\d{1,2})[日号])?"
_COUNTED = r"\s*(?:[个件天块元斤公千克吨米小分票单次人岁厘毫里]|kg|g|cm|km|h|%|℃|°)"


def _number(digits: str) -> str:
    return cardinal(digits.lstrip("0") or "0")


def _date(match: Match) -> str:
    parts = match.groupdict()
    year = f"{row(parts['year'], one='一')}年" if parts.get("year") else ""
    until = f"到{_number(parts['last'])}号" if parts.get("last") else ""
    return f"{year}{_number(match['month'])}月{_number(match['day'])}号{until}"


RULES = (
    rule(r"(?<=[日号])\s?(?:至|-|~)\s?(?=\d{1,2}月|\d{4}年)", lambda _m: "到"),
    rule(rf"(?<![\dA-Za-z]){_YEAR}\s?年\s?{_MONTH}\s?月\s?{_DAY}\s?[日号]{_UNTIL}", _date),
    rule(rf"(?<![\dA-Za-z-]){_YEAR}([-/.]){_MONTH}\2{_DAY}(?:T(?=\d)|(?![\d-]))\s?", _date),
    rule(rf"(?<![\dA-Za-z]){_YEAR}{_TWO_MONTH}{_TWO_DAY}(?!\d)", _date),
    rule(rf"(?<!\d){_MONTH}\s?月\s?{_DAY}\s?(?:[日号]|(?![日号\d个])){_UNTIL}", _date),
    rule(rf"(?<![\d/.:-]){_TWO_MONTH}[-/]{_TWO_DAY}(?![\d/.-]|{_COUNTED})\s?", _date),
    rule(
        r"(?<!\d)(?P<day>[12]?\d|3[01])日(?=\d|起|到|至|早|晚|上午|下午|凌晨|中午|[,(。]|$)",
        lambda m: f"{_number(m['day'])}号",
    ),
    rule(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?=年)", lambda m: row(m["year"], one="一")),
    rule(
        r"(?<!\d)(?P<year>\d\d)(?=年(?:1[0-2]|0?[1-9])月|年[一二三四五六七八九十]+月)",
        lambda m: row(m["year"], one="一"),
    ),
    rule(
        r"(?<![\d.])(?P<month>10|5)\.(?P<day>1)(?=放假|假期|长假|小长假|期间|当天)",
        lambda m: f"{_number(m['month'])}月{_number(m['day'])}号",
    ),
    rule(r"(?<![\dA-Za-z.])618(?=大促|活动|期间|当天|之后|前后)", lambda m: row(m[0])),
    rule(r"双(?P<month>1[12])(?!\d)", lambda m: f"双{cardinal(m['month'])}"),
)
