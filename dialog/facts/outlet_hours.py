"""When an outlet is there: its hours on the clock of China, every day alike."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from dialog.facts.spoken_time import CHINA
from logistics_client.vocabulary import Outlet


def is_open(outlet: Outlet | None, now: datetime) -> bool | None:
    """Whether somebody is at the outlet now; None when its hours are unknown or make no sense."""
    hours = _hours(outlet)
    return None if hours is None else hours[0] <= now.astimezone(CHINA).time() < hours[1]


def opens_next(outlet: Outlet | None, now: datetime) -> datetime | None:
    """The next opening; None when it is open now or its hours are unknown."""
    hours, here = _hours(outlet), now.astimezone(CHINA)
    if hours is None or is_open(outlet, now):
        return None
    day = here.date() + timedelta(days=0 if here.time() < hours[0] else 1)
    return datetime.combine(day, hours[0], CHINA)


def _hours(outlet: Outlet | None) -> tuple[time, time] | None:
    if outlet is None or not outlet.opens or not outlet.closes:
        return None
    try:
        # Midnight as an end is written 24:00, which no clock shows.
        closes = time.max if outlet.closes == "24:00" else time.fromisoformat(outlet.closes)
        opens = time.fromisoformat(outlet.opens)
    except ValueError:
        return None
    return (opens, closes) if opens < closes else None
