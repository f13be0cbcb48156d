"""Opening hours by kind of day, with worked weekends; wrong files name their line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.located_yaml import ConfigError, read
from voice.clock import CHINA
from voice.config import PROJECT, Hotlines, load_hotlines
from voice.floor.hours import Calendar, Day, OpeningHours, load_calendar, parse_calendar, parse_hours

CALENDAR = load_calendar(PROJECT / "config")


def hours(text: str, calendar: Calendar = CALENDAR) -> OpeningHours:
    return parse_hours(read(text.encode(), "hotlines.yaml").get("hours"), calendar)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


OFFICE = hours('hours: {workdays: "08:00-22:00", weekends: "09:00-18:00", holidays: closed}')


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-09-30 21:59", True),  # a Wednesday
        ("2026-09-30 22:00", False),
        ("2026-10-01 10:00", False),  # 国庆
        ("2026-10-10 20:00", True),  # a Saturday worked instead
        ("2026-10-17 20:00", False),  # an ordinary Saturday
        ("2026-10-17 17:59", True),
        ("2026-02-14 08:00", True),  # a Saturday worked before 春节
    ],
)
def test_the_kind_of_day_decides(moment: str, is_open: bool) -> None:
    assert OFFICE.open_at(at(moment)) is is_open


def test_after_the_last_workday_people_answer_again_when_the_holiday_is_over() -> None:
    assert OFFICE.opens_next(at("2026-09-30 23:00")) == at("2026-10-08 08:00")
    assert OFFICE.opens_next(at("2026-10-09 23:00")) == at("2026-10-10 08:00")
    assert OFFICE.opens_next(at("2026-10-16 07:00")) == at("2026-10-16 08:00")


def test_a_night_shift_goes_on_after_midnight() -> None:
    night = hours('hours: "20:00-06:00"')
    assert night.open_at(at("2026-11-22 23:00")) and night.open_at(at("2026-11-23 05:59"))
    assert not night.open_at(at("2026-11-23 06:00"))


def test_no_hours_are_day_and_night_and_closed_is_never() -> None:
    assert parse_hours(None, CALENDAR).open_at(at("2026-10-01 03:00"))
    never = hours("hours: closed")
    assert not never.open_at(at("2026-11-23 12:00")) and never.opens_next(at("2026-11-23 12:00")) is None


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)))
def test_the_next_opening_is_an_opening(moment: datetime) -> None:
    now = moment.replace(tzinfo=CHINA)
    opens = OFFICE.opens_next(now)
    assert opens is not None and opens > now
    assert OFFICE.open_at(opens) and not OFFICE.open_at(opens - timedelta(seconds=1))


def test_a_worked_weekend_is_a_workday() -> None:
    assert CALENDAR.kind(at("2026-10-10 00:00").date()) is Day.WORKDAY
    assert CALENDAR.kind(at("2026-10-03 00:00").date()) is Day.HOLIDAY


def test_the_shipped_year_has_every_holiday_and_every_worked_weekend() -> None:
    days = [date(2026, 1, 1) + timedelta(days=shift) for shift in range(365)]
    off = [day for day in days if day.weekday() < 5 and CALENDAR.kind(day) is Day.HOLIDAY]
    worked = [day for day in days if day.weekday() >= 5 and CALENDAR.kind(day) is Day.WORKDAY]
    # The law of 2024: 13 days, of which weekends and worked weekends make the rest.
    assert [len(CALENDAR.holidays), len(off), len(worked)] == [33, 19, 6]


@pytest.mark.parametrize(
    ("today", "missing"),
    [("2026-06-01", ()), ("2026-11-30", ()), ("2026-12-01", (2027,)), ("2027-12-31", (2027, 2028))],
)
def test_a_year_without_holidays_is_noticed_in_time(today: str, missing: tuple[int, ...]) -> None:
    assert OFFICE.missing_years(date.fromisoformat(today)) == missing
    for same_every_day in ('"08:00-22:00"', "closed"):
        assert hours(f"hours: {same_every_day}").missing_years(date.fromisoformat(today)) == ()
    closed = hours("hours: {workdays: 08:00-22:00, weekends: 08:00-22:00, holidays: closed}")
    assert closed.missing_years(date.fromisoformat(today)) == missing


def test_the_hotlines_say_which_year_is_missing() -> None:
    plain = load_hotlines(PROJECT / "config")
    assert plain.missing_holidays(date(2030, 1, 1)) == ""
    hotline = replace(plain.default, hours=OFFICE)
    said = Hotlines({"default": hotline}, hotline).missing_holidays(date(2026, 12, 1))
    assert said.startswith("the holidays of 2027 are not in config/holidays.yaml")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("holidays:\n  - {name: x, from: 2026-10-01, to: 2026-09-01}\n", 2, "ends after"),
        ("holidays:\n  - {name: x, from: tomorrow, to: 2026-09-01}\n", 2, "no date"),
        ("holidays:\n  - name: x\n    from: 2026-10-01\n    to: 2026-10-02\n    workdays: [2026-10-12]\n", 5, "调休"),
        ("holidays:\n  - {name: x, from: 2026-10-01, to: 2026-10-05, workdays: [2026-10-03]}\n", 1, "at once"),
        ("holidays:\n  - {name: x, until: 2026-10-01}\n", 2, "not known"),
    ],
)
def test_a_wrong_calendar_names_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as error:
        parse_calendar(text.encode())
    assert str(error.value).startswith(f"holidays.yaml:{line}:")


@pytest.mark.parametrize("text", ['hours: "8-22"', "hours: {workdays: closed}", "hours: {mondays: closed}"])
def test_wrong_hours_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"hotlines.yaml:1"):
        hours(text)


def test_without_a_calendar_there_are_no_holidays(tmp_path: Path) -> None:
    assert load_calendar(tmp_path) == Calendar()
