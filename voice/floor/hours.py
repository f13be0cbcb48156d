"""When people answer: hours for workdays, weekends and holidays, and the calendar that swaps days (调休).

Pure: the files in, questions about a moment out. All times are China time, which has no daylight saving.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

import yaml

from dialog.located_yaml import ConfigError, Located, read

CLOSED = "closed"
LOOK_AHEAD_DAYS = 60
NEXT_YEAR_FROM_MONTH = 12  # the notice about a year is published in the November before it
LONGEST_HOLIDAY_DAYS = 31


class Day(StrEnum):
    """What kind of day it is for opening hours."""

    WORKDAY = "workdays"
    WEEKEND = "weekends"
    HOLIDAY = "holidays"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Public holidays, and the weekend days that are worked instead."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def kind(self, day: date) -> Day:
        """A worked weekend day is a workday; a holiday is one on any day of the week."""
        if day in self.workdays:
            return Day.WORKDAY
        if day in self.holidays:
            return Day.HOLIDAY
        return Day.WEEKEND if day.weekday() >= 5 else Day.WORKDAY

    def missing_years(self, today: date) -> tuple[int, ...]:
        """Years of which no holiday is known although people call in them: this one, in December the next one too."""
        known = {day.year for day in self.holidays}
        wanted = (today.year, today.year + 1) if today.month >= NEXT_YEAR_FROM_MONTH else (today.year,)
        return tuple(year for year in wanted if year not in known)


@dataclass(frozen=True, slots=True)
class Span:
    """Open from ``opens`` until ``closes``; equal times mean all day, ``closes`` before ``opens`` is after midnight."""

    opens: time
    closes: time

    def on(self, day: datetime) -> tuple[datetime, datetime]:
        """Beginning and end of the span that begins on ``day`` (any time of it)."""
        begins = day.replace(hour=self.opens.hour, minute=self.opens.minute, second=0, microsecond=0)
        ends = day.replace(hour=self.closes.hour, minute=self.closes.minute, second=0, microsecond=0)
        return begins, ends if ends > begins else ends + timedelta(days=1)


ALWAYS = Span(time(0), time(0))


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Hours by kind of day; a kind that is missing from ``spans`` is closed."""

    spans: dict[Day, Span] = field(default_factory=lambda: dict.fromkeys(Day, ALWAYS))
    calendar: Calendar = field(default_factory=Calendar)

    def open_at(self, now: datetime) -> bool:
        """Whether people answer now; yesterday's night shift counts until its end."""
        return any(begins <= now < ends for begins, ends in self._spans(now - timedelta(days=1), 2))

    def missing_years(self, today: date) -> tuple[int, ...]:
        """Years whose holidays would matter here and are not known; none where every day has the same hours."""
        if len(self.spans) in (0, len(Day)) and len(set(self.spans.values())) <= 1:
            return ()
        return self.calendar.missing_years(today)

    def opens_next(self, now: datetime) -> datetime | None:
        """When people answer again; None when they do not within two months."""
        return next((begins for begins, _ in self._spans(now, LOOK_AHEAD_DAYS) if begins > now), None)

    def _spans(self, first: datetime, days: int) -> list[tuple[datetime, datetime]]:
        found = []
        for shift in range(days):
            day = first + timedelta(days=shift)
            span = self.spans.get(self.calendar.kind(day.date()))
            if span is not None:
                found.append(span.on(day))
        return found


def parse_hours(node: Located | None, calendar: Calendar) -> OpeningHours:
    """Read ``08:00-22:00``, or one such line for each of workdays, weekends and holidays (or ``closed``).

    Raises:
        ConfigError: it is written otherwise; the text names the line.
    """
    if node is None:
        return OpeningHours(calendar=calendar)
    if isinstance(node.node, yaml.MappingNode):
        node.only(*Day)
        spans = {Day(key): span for key, entry in node.items() if (span := _span(entry)) is not None}
        for missing in set(Day) - {Day(key) for key, _ in node.items()}:
            node.fail(f"{missing.value} is missing; write its hours or {CLOSED}")
        return OpeningHours(spans, calendar)
    span = _span(node)
    return OpeningHours(dict.fromkeys(Day, span) if span is not None else {}, calendar)


def load_calendar(config_dir: Path) -> Calendar:
    """Read ``holidays.yaml``; a missing file means that there are no holidays.

    Raises:
        ConfigError: the file is wrong; the text names its line.
    """
    path = config_dir / "holidays.yaml"
    try:
        return parse_calendar(path.read_bytes(), path.name)
    except FileNotFoundError:
        return Calendar()
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read in {config_dir}; correct its rights") from error


def parse_calendar(data: bytes, file: str = "holidays.yaml") -> Calendar:
    """Read the calendar's text.

    Raises:
        ConfigError: the text names the line.
    """
    root = read(data, file)
    root.only("holidays")
    holidays: set[date] = set()
    workdays: set[date] = set()
    for node in root.need("holidays").sequence():
        node.only("name", "from", "to", "workdays")
        first, last = _date(node.need("from")), _date(node.need("to"))
        if not first <= last < first + timedelta(days=LONGEST_HOLIDAY_DAYS):
            node.need("to").fail("a holiday ends after it begins, and within a month; correct from or to")
        holidays |= {first + timedelta(days=shift) for shift in range((last - first).days + 1)}
        for entry in swapped.sequence() if (swapped := node.get("workdays")) else ():
            day = _date(entry)
            if day.weekday() < 5:
                entry.fail(f"{day} is no Saturday or Sunday; only weekend days are worked instead (调休)")
            workdays.add(day)
    if both := sorted(holidays & workdays):
        root.fail(f"{both[0]} is a holiday and worked instead at once; remove one")
    return Calendar(frozenset(holidays), frozenset(workdays))


def _span(node: Located) -> Span | None:
    text = node.text()
    if text == CLOSED:
        return None
    first, _, last = text.partition("-")
    try:
        return Span(time.fromisoformat(first.strip()), time.fromisoformat(last.strip().replace("24:00", "00:00")))
    except ValueError:
        node.fail(f"hours are written like 08:00-22:00, or {CLOSED}")


def _date(node: Located) -> date:
    try:
        return date.fromisoformat(node.text())
    except ValueError:
        node.fail(f"{node.text()!r} is no date; write it like 2026-10-01")
