"""Clock skew: signed requests carry a time, and a carrier refuses one that its own clock does not believe."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from logistics_client.clock import Clock

# The Date header counts whole seconds and is as old as the reply; a smaller difference says nothing.
_NOISE = timedelta(seconds=3)


class ServerClock:
    """Our clock, moved by what the carrier's ``Date`` headers showed.

    Args:
        clock: our own clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset = timedelta(0)

    @property
    def offset(self) -> timedelta:
        """How far the carrier's clock is ahead of ours; zero while the difference is within the noise."""
        return self._offset

    def now(self) -> datetime:
        """Return the time as the carrier sees it."""
        return self._clock() + self._offset

    def millis(self) -> str:
        """Return the carrier's time in milliseconds since 1970, the form that is signed."""
        return str(int(self.now().timestamp() * 1000))

    def learn(self, date_header: str | None) -> bool:
        """Learn from a reply's ``Date`` header.

        Returns:
            Whether the offset changed so much that a request refused for its time deserves a second try.
        """
        if not date_header:
            return False
        try:
            served = parsedate_to_datetime(date_header)
        except ValueError:
            return False
        if served.tzinfo is None:
            return False
        difference = served - self._clock()
        offset = difference if abs(difference) > _NOISE else timedelta(0)
        changed = abs(offset - self._offset) > _NOISE
        self._offset = offset if changed else self._offset
        return changed
