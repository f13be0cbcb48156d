"""What a caller in the queue is told of it: at once, and again when it changed, at most every 20 s."""

from __future__ import annotations

from collections.abc import Callable

from voice.floor.line import Standing

TELL_EVERY_S = 20.0


class QueueTold:
    """Passes the newest standing on to ``tell``, as often as a caller bears it."""

    def __init__(self, tell: Callable[[Standing], None]) -> None:
        self._tell = tell
        self._told: Standing | None = None
        self._newest: Standing | None = None
        self._at = 0.0

    def tell(self, standing: Standing, now: float) -> None:
        """Take news of the queue."""
        self._newest = standing
        self.again(now)

    def forget(self) -> None:
        """The next standing is news again."""
        self._told = None

    def again(self, now: float) -> None:
        """Tell what could not be told yet."""
        standing = self._newest
        if standing is None or standing == self._told:
            return
        if self._told is not None and now - self._at < TELL_EVERY_S:
            return
        self._told, self._at = standing, now
        self._tell(standing)
