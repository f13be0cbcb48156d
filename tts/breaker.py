"""Circuit breaker: a voice that keeps failing is left alone for a while, so that callers do not wait for it."""

from __future__ import annotations

from collections.abc import Callable


class Breaker:
    """Opens after ``failures`` in a row, for ``rest_s`` seconds, twice as long after each failed trial.

    When the rest is over the voice is *due* for a trial; the trial is made without a caller waiting, and only
    its success closes the breaker. ``clock`` gives seconds.
    """

    def __init__(
        self, clock: Callable[[], float], *, failures: int = 3, rest_s: float = 20.0, longest_s: float = 300.0
    ) -> None:
        self._clock = clock
        self._allowed = failures
        self._rest_s = rest_s
        self._longest_s = longest_s
        self._failed = 0
        self._resting_s = rest_s
        self._open_until: float | None = None
        self.times_opened = 0

    @property
    def closed(self) -> bool:
        """Whether callers may be served."""
        return self._open_until is None

    @property
    def due(self) -> bool:
        """Whether it is open and time for a trial."""
        return self._open_until is not None and self._clock() >= self._open_until

    def succeed(self) -> None:
        """Count a success: the breaker is closed."""
        self._failed = 0
        self._resting_s = self._rest_s
        self._open_until = None

    def fail(self) -> None:
        """Count a failure."""
        self._failed += 1
        if not self.closed:
            self._resting_s = min(self._longest_s, self._resting_s * 2)
            self._open_until = self._clock() + self._resting_s
        elif self._failed >= self._allowed:
            self.open()

    def open(self) -> None:
        """Open at once, as for a voice that cannot be reached at the start."""
        self.times_opened += 1
        self._open_until = self._clock() + self._resting_s
