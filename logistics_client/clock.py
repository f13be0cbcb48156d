"""The one clock of the room: a function that is passed in, so that tests move time instead of waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]

# China has kept one zone without summer time since 1991, so a fixed offset is exact and needs no zone files.
CHINA = timezone(timedelta(hours=8), "CST")


def system_clock() -> datetime:
    """Return the present moment in China time."""
    return datetime.now(CHINA)


def in_china(moment: datetime) -> datetime:
    """Return the same moment on the wall clock of China.

    Raises:
        ValueError: the moment carries no zone, so it could be eight hours off.
    """
    if moment.tzinfo is None:
        raise ValueError("give a time with its zone; a bare time could be eight hours off")
    return moment.astimezone(CHINA)
