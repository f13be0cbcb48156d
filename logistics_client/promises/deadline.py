"""By when a process answers; pure.

A promise counts in the hours in which somebody can keep it. 30 minutes asked for at three in the afternoon is half
past three; asked for at eleven at night it is ten the next morning, because the outlet opens at eight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from logistics_client.clock import in_china
from logistics_client.vocabulary import Bulletin, OrderKind, Outlet, Promise


@dataclass(frozen=True, slots=True)
class PromiseRule:
    """The clock of one kind of order.

    Attributes:
        within: time to answer while somebody works.
        what: what will happen by then, as it can be spoken.
        any_hour: counts through nights and holidays (a legal deadline).
        needs_road: cannot happen before a bulletin's recovery time.
        window: a second call within it finds the running order.
    """

    within: timedelta
    what: str
    any_hour: bool = False
    needs_road: bool = False
    window: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PromiseBook:
    """All clocks with the hours and days they count in.

    Attributes:
        rules: by kind; every kind of order has one.
        opens: when outlets open, unless the outlet itself says otherwise.
        closes: when they close.
        morning: what falls into the night is promised for this time of the next open day.
        closed_days: days without work.
        after_recovery: time a hub needs after its recovery before anything can be promised.
    """

    rules: Mapping[OrderKind, PromiseRule]
    opens: time = time(8)
    closes: time = time(20)
    morning: time = time(10)
    closed_days: frozenset[date] = field(default_factory=frozenset)
    after_recovery: timedelta = timedelta(hours=2)


def promise_for(
    kind: OrderKind,
    now: datetime,
    book: PromiseBook,
    *,
    outlet: Outlet | None = None,
    bulletin: Bulletin | None = None,
) -> Promise:
    """Return what is promised for a new order of this kind, and by when."""
    return Promise(book.rules[kind].what, due_at(kind, now, book, outlet=outlet, bulletin=bulletin))


def due_at(
    kind: OrderKind,
    now: datetime,
    book: PromiseBook,
    *,
    outlet: Outlet | None = None,
    bulletin: Bulletin | None = None,
) -> datetime:
    """Return the moment by which the process answers, in China time and on a whole minute.

    Args:
        kind: the kind of order.
        now: when it is opened.
        book: the clocks.
        outlet: who has to act; its own hours win over the book's.
        bulletin: the notice that holds the parcel.
    """
    rule = book.rules[kind]
    start = _whole_minute(in_china(now))
    if rule.any_hour:
        return start + rule.within
    if rule.needs_road and bulletin is not None and bulletin.recovers_at is not None:
        start = max(start, _whole_minute(in_china(bulletin.recovers_at)) + book.after_recovery)
    opens, closes = _hours(outlet, book)
    due = start + rule.within
    is_open_day = start.date() not in book.closed_days
    if is_open_day and opens <= start.time() and due <= _at(start.date(), closes, start):
        return due
    day = start.date()
    if not is_open_day or start.time() >= opens:
        day += timedelta(days=1)
    while day in book.closed_days:
        day += timedelta(days=1)
    # The morning promise never falls before the outlet could have worked for as long as by day.
    return max(_at(day, book.morning, start), _at(day, opens, start) + min(rule.within, timedelta(hours=8)))


def _whole_minute(moment: datetime) -> datetime:
    cut = moment.replace(second=0, microsecond=0)
    return cut if cut == moment else cut + timedelta(minutes=1)


def _at(day: date, wall: time, like: datetime) -> datetime:
    return datetime.combine(day, wall, like.tzinfo)


def _hours(outlet: Outlet | None, book: PromiseBook) -> tuple[time, time]:
    """Return the outlet's hours; unreadable or senseless hours fall back to the book's."""
    opens = _wall(outlet.opens) if outlet else None
    closes = _wall(outlet.closes) if outlet else None
    if opens is None or closes is None or opens >= closes:
        return book.opens, book.closes
    return opens, closes


def _wall(text: str | None) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        return None
