"""Times as a person says them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.facts.spoken_time import by_clock, deadline, duration, elapsed, moment, numeral


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+08:00")


@pytest.mark.parametrize(
    ("now", "due", "said"),
    [
        ("11-22T12:00", "11-22T20:00", "今晚八点前"),
        ("11-22T19:59", "11-23T08:00", "明早八点前"),
        ("11-22T23:30", "11-23T08:00", "明早八点前"),
        ("11-23T00:30", "11-23T08:00", "今早八点前"),
        ("11-23T00:30", "11-23T20:00", "今晚八点前"),
        ("11-22T12:00", "11-22T15:40", "今天下午四点前"),
        ("11-22T12:00", "11-23T00:00", "今晚十二点前"),
        ("11-22T12:00", "11-23T12:00", "明天中午十二点前"),
        ("11-22T12:00", "11-24T14:00", "后天下午两点前"),
        ("11-22T12:00", "11-29T12:00", "十一月二十九号前"),
        ("11-22T23:30", "11-24T00:00", "明天晚上十二点前"),
    ],
)
def test_a_deadline_by_the_clock(now: str, due: str, said: str) -> None:
    assert by_clock(at(due), at(now)) == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (5, "五分钟内"),
        (6, "五分钟内"),
        (12, "十五分钟内"),
        (30, "三十分钟内"),
        (31, "三十分钟内"),
        (60, "一小时内"),
        (90, "九十分钟内"),
        (120, "今天下午两点前"),
    ],
)
def test_a_near_deadline_is_the_time_left(minutes: int, said: str) -> None:
    now = at("11-22T12:00")
    assert deadline(now + timedelta(minutes=minutes), now) == said


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("11-21T18:20", "昨天晚上六点"),
        ("11-21T17:59", "昨天下午五点"),
        ("11-22T09:30", "今早九点"),
        ("11-20T12:10", "前天中午十二点"),
        ("11-18T00:10", "十一月十八号凌晨零点"),
    ],
)
def test_a_moment_is_said_to_the_hour(when: str, said: str) -> None:
    assert moment(at(when), at("11-22T12:00")) == said


@pytest.mark.parametrize(
    ("value", "text"), [(0, "零"), (10, "十"), (15, "十五"), (20, "二十"), (200, "两百"), (110, "一百一十")]
)
def test_quantities(value: int, text: str) -> None:
    assert numeral(value) == text


@given(st.integers(min_value=1, max_value=20_000))
def test_a_deadline_spoken_is_never_before_the_real_one(minutes: int) -> None:
    """Rounding up: what the caller expects is never earlier than what was promised to us, but for the last minute."""
    spoken = duration(timedelta(minutes=minutes))
    assert _minutes(spoken) >= minutes - 1


@given(st.integers(min_value=1, max_value=20_000))
def test_waiting_is_never_exaggerated(minutes: int) -> None:
    assert _minutes(elapsed(timedelta(minutes=minutes))) <= minutes


def _minutes(text: str) -> int:
    unit = {"分钟": 1, "小时": 60, "天": 24 * 60}
    name = next(name for name in unit if text.endswith(name))
    words = text.removesuffix(name)
    value = next(n for n in range(1000) if numeral(n) == words or (n == 2 and words == "两"))
    return value * unit[name]
