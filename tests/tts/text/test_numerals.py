from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.text.numerals import cardinal, counted, decimal, row

_VALUES = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万亿": 10**12, "亿": 10**8, "万": 10**4}


def _value(said: str) -> int:
    for word, size in _BIG.items():
        head, found, tail = said.partition(word)
        if found:
            return _value(head) * size + (_value(tail) if tail else 0)
    total, digit = 0, 0
    for char in said:
        if char in _PLACES:
            total += (digit or 1) * _PLACES[char]
            digit = 0
        else:
            digit = _VALUES[char]
    return total + digit


@given(st.integers(min_value=0, max_value=10**16 - 1))
def test_a_cardinal_says_its_value(number: int) -> None:
    assert _value(cardinal(str(number))) == number


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("0", "零"), ("10", "十"), ("11", "十一"), ("20", "二十"), ("100", "一百"), ("101", "一百零一"),
        ("110", "一百一十"), ("111", "一百一十一"), ("200", "两百"), ("222", "两百二十二"), ("1001", "一千零一"),
        ("1010", "一千零一十"), ("2002", "两千零二"), ("10000", "一万"), ("10001", "一万零一"), ("12000", "一万两千"),
        ("20000", "两万"), ("100200", "十万零两百"), ("110000", "十一万"), ("100000000", "一亿"),
        ("200010000", "两亿零一万"), ("12,345", "一万两千三百四十五"), ("007", "零零七"),
    ],
)  # fmt: skip
def test_cardinals_as_an_agent_says_them(digits: str, said: str) -> None:
    assert cardinal(digits) == said


def test_a_number_longer_than_any_amount_is_read_digit_by_digit() -> None:
    assert cardinal("12345678901234567") == "幺二三四五六七八九零幺二三四五六七"


def test_one_is_yao_in_a_row_and_yi_in_years() -> None:
    assert row("110") == "幺幺零"
    assert row("2011", one="一") == "二零一一"


@pytest.mark.parametrize(
    ("number", "said"), [("2", "两"), ("12", "十二"), ("2.5", "两点五"), ("22", "二十二"), ("0.5", "零点五")]
)
def test_a_lone_two_is_liang_before_a_measure(number: str, said: str) -> None:
    assert counted(number) == said


def test_decimals_are_read_digit_by_digit_after_the_point() -> None:
    assert decimal("3.14") == "三点一四"
