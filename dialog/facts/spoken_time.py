"""Times as a person says them: hour precision, period words, never a second.

A deadline is rounded up to the hour, so that what the caller hears is never earlier than what was promised to us;
a moment that has passed is rounded down. Everything is said on the wall clock of China.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "CST")

_DIGITS = "零一二三四五六七八九十"
_HOUR = timedelta(hours=1)
# Below this a clock time is less useful to the caller than the time that is left.
_SOON = timedelta(minutes=90)


def numeral(value: int) -> str:
    """Write 0..9999 as a Chinese quantity (``两百三十六``); counts use ``count``."""
    if value <= 10:
        return _DIGITS[value]
    if value < 20:
        return "十" + _DIGITS[value - 10]
    if value < 100:
        tens, rest = divmod(value, 10)
        return _DIGITS[tens] + "十" + (_DIGITS[rest] if rest else "")
    unit, name = (1000, "千") if value >= 1000 else (100, "百")
    head, rest = divmod(value, unit)
    text = ("两" if head == 2 else _DIGITS[head]) + name
    if not rest:
        return text
    if rest < unit // 10:
        return text + "零" + numeral(rest)
    tail = numeral(rest)
    return text + ("一" + tail if tail.startswith("十") else tail)


def count(value: int) -> str:
    """Write a quantity that stands before a measure word: 2 is 两."""
    return "两" if value == 2 else numeral(value)


def hour_words(hour: int) -> str:
    """Name the full hour of a day in twelve-hour words: 20 -> 晚上八点."""
    period = _period(hour)
    shown = hour if hour <= 12 else hour - 12
    return period + (count(shown) if shown else "零") + "点"


def _period(hour: int) -> str:
    for end, name in ((5, "凌晨"), (8, "早上"), (11, "上午"), (13, "中午"), (18, "下午")):
        if hour < end:
            return name
    return "晚上"


def day_words(day: date, today: date) -> str:
    """Name a day as seen from today: 今天, 明天, 昨天, else 十一月二十二号."""
    near = {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"}.get((day - today).days)
    return near or f"{numeral(day.month)}月{numeral(day.day)}号"


def moment(at: datetime, now: datetime) -> str:
    """Say a passed or future moment to the hour: 昨天下午六点."""
    local, here = at.astimezone(CHINA), now.astimezone(CHINA)
    return _day_and_hour(local.date(), local.hour, here)


def deadline(due: datetime, now: datetime) -> str:
    """Say a deadline: 今晚八点前; when it is less than ninety minutes off, 三十分钟内."""
    left = due - now
    if timedelta(0) < left <= _SOON:
        return duration(left) + "内"
    return by_clock(due, now)


def by_clock(due: datetime, now: datetime) -> str:
    """Say a deadline by the clock only: 今晚八点前, 明早八点前, 十一月二十九号前."""
    local, here = due.astimezone(CHINA), now.astimezone(CHINA)
    if (local.date() - here.date()).days > 3:
        return f"{day_words(local.date(), here.date())}前"
    up = local.replace(minute=0, second=0, microsecond=0)
    if up < local:
        up += _HOUR
    if up.hour == 0:  # midnight belongs to the evening that ends there
        return _evening(up.date() - timedelta(days=1), here) + "十二点前"
    return _day_and_hour(up.date(), up.hour, here) + "前"


def _evening(day: date, here: datetime) -> str:
    return "今晚" if day == here.date() else day_words(day, here.date()) + "晚上"


def _day_and_hour(day: date, hour: int, here: datetime) -> str:
    off = (day - here.date()).days
    if off == 0 and hour >= 18:
        return "今晚" + count(hour - 12) + "点"
    if off in (0, 1) and 5 <= hour < 11:
        return ("今早" if off == 0 else "明早") + count(hour) + "点"
    return day_words(day, here.date()) + hour_words(hour)


def duration(length: timedelta) -> str:
    """Say a length in one unit, rounded up to five minutes, an hour or a day: 三十分钟, 两小时, 三天.

    Promise clocks end on whole minutes, so up to a minute over is still the promised length.
    """
    minutes = math.ceil(max(timedelta(0), length) / timedelta(minutes=1)) - 1
    if minutes < 90 and not 55 <= minutes < 60:
        return numeral(max(1, math.ceil(minutes / 5)) * 5) + "分钟"
    hours = math.ceil(minutes / 60)
    if hours < 48:
        return count(hours) + "小时"
    return count(math.ceil(hours / 24)) + "天"


def elapsed(length: timedelta) -> str:
    """Say how long ago, rounded down so that waiting is never exaggerated: 十五分钟, 三小时, 四天."""
    minutes = int(max(timedelta(0), length) / timedelta(minutes=1))
    if minutes < 60:
        return numeral(max(1, minutes)) + "分钟"
    if minutes < 48 * 60:
        return count(minutes // 60) + "小时"
    return count(minutes // (24 * 60)) + "天"
