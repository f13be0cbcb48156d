"""Circuit breaker: a carrier that is down is not asked again by every call (Nygard, "Release It!")."""

from __future__ import annotations

import time
from collections.abc import Callable

# Ten questions that run out of time at the same moment are ten failures in a row; a carrier that answered others a
# moment ago is slow for some, not down for all.
ALIVE_S = 3.0


class CircuitBreaker:
    """Opens after consecutive failures, lets one trial through after a pause, closes on its success.

    While the carrier answered anybody within the last seconds, it stays closed.

    Args:
        failures: consecutive failures that open the circuit.
        open_s: seconds before a trial.
        monotonic: seconds that never go back.
    """

    def __init__(self, failures: int, open_s: float, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        if failures < 1 or open_s <= 0:
            raise ValueError("give at least one failure and a positive pause")
        self._limit = failures
        self._open_s = open_s
        self._monotonic = monotonic
        self._failed = 0
        self._retry_at: float | None = None
        self._answered_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether requests are refused, but for a trial."""
        return self._retry_at is not None

    def allow(self) -> bool:
        """Whether a request may go out now; in an open circuit one caller per pause may try."""
        if self._retry_at is None:
            return True
        now = self._monotonic()
        if now < self._retry_at:
            return False
        # The trial re-arms the pause, so a trial that is cancelled cannot lock the circuit open for ever.
        self._retry_at = now + self._open_s
        return True

    def succeeded(self) -> None:
        """Note that the carrier answered."""
        self._failed = 0
        self._retry_at = None
        self._answered_at = self._monotonic()

    def failed(self) -> None:
        """Note that the carrier could not be reached or answered nonsense."""
        self._failed += 1
        now = self._monotonic()
        is_alive = self._answered_at is not None and now - self._answered_at < ALIVE_S
        if self._failed >= self._limit and not is_alive:
            self._retry_at = now + self._open_s
