"""Token bucket: how many requests per second a carrier is asked at most."""

from __future__ import annotations

import time
from collections.abc import Callable


class TokenBucket:
    """Classic token bucket over an injected monotonic clock.

    Args:
        rate_per_s: tokens that flow in per second.
        burst: tokens that fit in.
        monotonic: seconds that never go back.
    """

    def __init__(self, rate_per_s: float, burst: int, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        if rate_per_s <= 0 or burst < 1:
            raise ValueError("give a positive rate and a burst of at least one")
        self._rate = rate_per_s
        self._burst = float(burst)
        self._monotonic = monotonic
        self._tokens = float(burst)
        self._at = monotonic()

    def take(self, max_wait_s: float = 0.0) -> float | None:
        """Take one token, if need be one that flows in later.

        Args:
            max_wait_s: longest wait that is worth it.

        Returns:
            Seconds to wait before using the token (0.0 for at once), or None when the wait would be longer and
            nothing was taken. Waiting callers are served in the order in which they asked.
        """
        self._fill()
        wait = 0.0 if self._tokens >= 1.0 else (1.0 - self._tokens) / self._rate
        if wait > max_wait_s:
            return None
        self._tokens -= 1.0
        return wait

    def pause(self, seconds: float) -> None:
        """Give out nothing for ``seconds``: the carrier said that it was too much."""
        self._fill()
        self._tokens = min(self._tokens, 1.0 - seconds * self._rate)

    def wait_s(self) -> float:
        """Seconds until a token is there."""
        self._fill()
        return max(0.0, (1.0 - self._tokens) / self._rate)

    def _fill(self) -> None:
        now = self._monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
