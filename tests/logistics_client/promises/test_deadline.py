from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_client.clock import CHINA
from logistics_client.promises import PromiseBook, due_at, promise_for, read_promises
from logistics_client.vocabulary import Bulletin, OrderKind, Outlet

BOOK = read_promises(Path(__file__).parents[3] / "config" / "promises.yaml")
URGE = OrderKind.URGE_DELIVERY


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("kind", "now", "due"),
    [
        (OrderKind.URGE_DELIVERY, at(22, 12), at(22, 12, 30)),
        (OrderKind.OUTLET_CHECK, at(22, 12), at(22, 14)),
        (OrderKind.PERISHABLE_CLAIM, at(22, 12), at(22, 13)),
        (OrderKind.COMPLAINT, at(22, 12), at(29, 12)),
        (OrderKind.COMPLAINT, at(22, 23, 30), at(29, 23, 30)),
        (OrderKind.URGE_DELIVERY, at(22, 0, 30), at(22, 10)),
        (OrderKind.URGE_DELIVERY, at(22, 7, 59), at(22, 10)),
        (OrderKind.URGE_DELIVERY, at(22, 19, 30), at(22, 20)),
        (OrderKind.URGE_DELIVERY, at(22, 19, 59), at(23, 10)),
        (OrderKind.URGE_DELIVERY, at(22, 23, 30), at(23, 10)),
        (OrderKind.OUTLET_CHECK, at(22, 18, 1), at(23, 10)),
    ],
)
def test_by_day_and_by_night(kind: OrderKind, now: datetime, due: datetime) -> None:
    assert due_at(kind, now, BOOK) == due


def test_seconds_are_never_cut_from_the_time_to_answer() -> None:
    assert due_at(URGE, at(22, 12, 0, 1), BOOK) == at(22, 12, 31)


def test_the_outlets_own_hours_win() -> None:
    early = Outlet("A", "网点", opens="07:00", closes="18:00")
    assert due_at(URGE, at(22, 7, 10), BOOK, outlet=early) == at(22, 7, 40)
    assert due_at(URGE, at(22, 17, 45), BOOK, outlet=early) == at(23, 10)


@pytest.mark.parametrize(("opens", "closes"), [("8 o'clock", "20:00"), ("20:00", "08:00"), (None, "20:00")])
def test_senseless_hours_fall_back_to_the_books(opens: str | None, closes: str) -> None:
    assert due_at(URGE, at(22, 12), BOOK, outlet=Outlet("A", "网点", opens=opens, closes=closes)) == at(22, 12, 30)


def test_closed_days_are_skipped() -> None:
    holidays = replace(BOOK, closed_days=frozenset({date(2026, 11, 22), date(2026, 11, 23)}))
    assert due_at(URGE, at(22, 12), holidays) == at(24, 10)
    assert due_at(URGE, at(21, 23), holidays) == at(24, 10)


def test_a_bulletin_moves_only_what_needs_the_road() -> None:
    storm = Bulletin("B", "暴雨", at(20, 8), recovers_at=at(23, 13))
    assert due_at(URGE, at(22, 12), BOOK, bulletin=storm) == at(23, 15, 30)
    assert due_at(OrderKind.HUB_QUERY, at(22, 12), BOOK, bulletin=storm) == at(22, 14)


def test_a_bulletin_without_recovery_time_invents_none() -> None:
    open_end = Bulletin("B", "暴雨", at(20, 8))
    assert due_at(URGE, at(22, 12), BOOK, bulletin=open_end) == at(22, 12, 30)


def test_other_zones_are_read_as_the_same_moment() -> None:
    from datetime import UTC

    assert due_at(URGE, at(22, 12).astimezone(UTC), BOOK) == at(22, 12, 30)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        due_at(URGE, datetime(2026, 11, 22, 12), BOOK)


def test_the_promise_says_what_will_happen() -> None:
    assert promise_for(URGE, at(22, 12), BOOK).what == "网点联系您"


@given(
    st.sampled_from(list(OrderKind)),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),
)
def test_a_promise_is_never_shorter_than_its_clock_and_never_at_night(kind: OrderKind, moment: datetime) -> None:
    now = moment.replace(tzinfo=CHINA)
    due = due_at(kind, now, BOOK)
    rule = BOOK.rules[kind]
    assert due - now >= min(rule.within, timedelta(hours=8))
    if not rule.any_hour:
        assert BOOK.opens <= due.time() <= BOOK.closes


def test_every_kind_has_a_clock() -> None:
    assert set(BOOK.rules) == set(OrderKind)
    assert PromiseBook(BOOK.rules).opens == time(8)
