"""Who is alive: every process counts up, and whoever stands still for too long is dead.

Only the observer's own clock counts, so that machines need not agree about the time.
"""

from __future__ import annotations

from collections.abc import Mapping

BEAT_S = 1.0
DEAD_AFTER_S = 3.5
"""With a beat a second and a look a second, what a crashed process held is free within 5 s."""


class Leases:
    """What one process knows about the others; ``now`` is monotonic seconds."""

    def __init__(self, dead_after_s: float = DEAD_AFTER_S) -> None:
        self._dead_after_s = dead_after_s
        self._seen: dict[str, tuple[str, float]] = {}

    def look(self, beats: Mapping[str, str], named: set[str], now: float) -> set[str]:
        """Return the dead among ``named``; ``beats`` are the counters as they stand now.

        A process that was never seen to beat is given the same time from the first look on.
        """
        known = named | set(beats)
        self._seen = {process: seen for process, seen in self._seen.items() if process in known}
        for process in known:
            beat = beats.get(process, "")
            if process not in self._seen or self._seen[process][0] != beat:
                self._seen[process] = (beat, now)
        return {process for process, (_, since) in self._seen.items() if now - since > self._dead_after_s}
