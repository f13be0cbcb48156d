"""The one clock: wall time for what is said and stored, monotonic time for waiting."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Protocol

CHINA = timezone(timedelta(hours=8), "CST")
"""All hours are spoken in China Standard Time, which has no daylight saving."""


class Clock(Protocol):
    """Where the running call reads the time."""

    def now(self) -> datetime:
        """Zone-aware wall time."""

    def monotonic(self) -> float:
        """Seconds that never jump."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Zone-aware wall time in China."""
        return datetime.now(CHINA)

    def monotonic(self) -> float:
        """Seconds that never jump."""
        return time.monotonic()
