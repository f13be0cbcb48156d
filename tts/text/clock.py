"""Times of day: 24-hour writing to 12-hour speech with the part of the day, to the minute, never seconds."""

from __future__ import annotations

from tts.text.numerals import cardinal, counted
from tts.text.rule import Match, rule

_PARTS = ((5, "凌晨"), (8, "早上"), (11, "上午"), (13, "中午"), (18, "下午"), (25, "晚上"))
_GIVEN = (
    "凌晨|清晨|清早|大清早|早上|早晨|早间|上午|中午|正午|午间|下午|午后|傍晚|晚上|夜里|夜间|夜晚|深夜|半夜"
    "|[今明昨当后前]晚|[今明昨当后前]早|晚|早"
)
_DAY = "今天|明天|昨天|今日|明日|昨日"
_HOUR = r"(?:[01]?\d|2[0-4])"
_TO = r"\s*(?:-|~|到|至)\s*"


def _clock(suffix: str) -> str:
    """Pattern of one time, with groups named by ``suffix``."""
    return (
        rf"(?:(?P<day{suffix}>{_DAY})\s*)?(?:(?P<part{suffix}>{_GIVEN})\s*)?"
        rf"(?<![\d:.])(?P<hour{suffix}>{_HOUR}):(?P<minute{suffix}>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?![\d:])"
    )


def _spoken_hours(suffix: str) -> str:
    """Pattern of a time written with 点."""
    return (
        rf"(?:(?P<day{suffix}>{_DAY})\s*)?(?:(?P<part{suffix}>{_GIVEN})\s*)?(?<![\d:.])(?P<hour{suffix}>{_HOUR})[点时]"
        rf"(?!钟?头)(?:(?P<minute{suffix}>\d{{1,2}})分?(?![\d钟])|(?P<half{suffix}>半))?"
    )


def part_of_day(hour: int) -> str:
    """Return 凌晨, 早上, 上午, 中午, 下午 or 晚上 for an hour 0-24."""
    return next(part for end, part in _PARTS if hour < end)


def _minutes(minute: int) -> str:
    if minute == 0:
        return "点"
    if minute == 30:
        return "点半"
    return f"点{'零' if minute < 10 else ''}{cardinal(str(minute))}分"


def _hour(hour: int) -> str:
    return counted(str(hour - 12 if hour > 12 else hour))


def _said(day: str, part: str, hour: int, minute: int, *, shared: str = "") -> str:
    """Return one time; ``shared`` is the part of day already said for the time before it."""
    if not part:
        part = part_of_day(hour)
        if day and part == "晚上":
            day, part = f"{day[0]}晚", ""
        elif part == shared and not day:
            part = ""
    return f"{day}{part}{_hour(hour)}{_minutes(minute)}"


def _time(match: Match) -> str:
    return _said(match["day"] or "", match["part"] or "", int(match["hour"]), int(match["minute"]))


def _range(match: Match) -> str:
    hours, minutes = (int(match["hour1"]), int(match["hour2"])), (int(match["minute1"]), int(match["minute2"]))
    first = _said(match["day1"] or "", match["part1"] or "", hours[0], minutes[0])
    given = bool(match["part1"]) and hours[0] <= hours[1] <= 12
    shared = part_of_day(hours[1]) if given else part_of_day(hours[0])
    second = _said(match["day2"] or "", match["part2"] or "", hours[1], minutes[1], shared=shared)
    return f"{first}到{second}"


def _hours(match: Match) -> str:
    hour, minute = int(match["hour"]), match["minute"]
    said = _hour(hour)
    part = match["part"] or ""
    day = match["day"] or ""
    if hour > 12 and not part:
        part = part_of_day(hour)
        if day and part == "晚上":
            day, part = f"{day[0]}晚", ""
    tail = "点半" if match["half"] else _minutes(int(minute)) if minute else "点"
    return f"{day}{part}{said}{tail}"


def _hours_range(match: Match) -> str:
    first, second = int(match["first"]), int(match["second"])
    part = match["part"] or ""
    if part or second <= 12:
        head = "点" if "点" in match[0].partition(match["second"] + "点")[0] else ""
        return f"{part}{_hour(first)}{head}到{_hour(second)}点"
    return f"{_said('', '', first, 0)}到{_said('', '', second, 0, shared=part_of_day(first))}"


def _either_hour(match: Match) -> str:
    low, high = int(match["low"]), int(match["high"])
    return f"{_hour(low)}{'' if high == low + 1 <= 10 else '、'}{_hour(high) if high > 2 else cardinal(str(high))}点"


RULES = (
    rule(f"{_clock('1')}{_TO}{_clock('2')}", _range),
    rule(_clock(""), _time),
    rule(rf"(?P<part>{_GIVEN})?(?<![\d:.])(?P<first>{_HOUR})点?{_TO}(?P<second>{_HOUR})点(?!\d|半)", _hours_range),
    rule(rf"(?<![\d:.])(?P<low>{_HOUR})、(?P<high>{_HOUR})点(?!\d|半)", _either_hour),
    rule(_spoken_hours(""), _hours),
)
