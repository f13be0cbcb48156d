"""Who is alive: every process counts up, and whoever stands still for too long is dead.

Only the observer's own clock counts, so that machines need not agree about the time.
"""

from __future__ import annotations

from collections.abc import Mapping

BEAT_S = 1.0
DEAD_AFTER_S = 3.5
"""With a beat a second and a look a second, what a crashed process held is free within 5 s."""
BLIND_S = 2.0
"""Between two looks more than this apart the table was away, or we stood still: nobody could be seen to beat."""


class Leases:
    """What one process knows about the others; ``now`` is monotonic seconds."""

    def __init__(self, dead_after_s: float = DEAD_AFTER_S) -> None:
        self._dead_after_s = dead_after_s
        self._seen: dict[str, tuple[str, float]] = {}
        self._looked = 0.0

    def look(self, beats: Mapping[str, str], named: set[str], now: float) -> set[str]:
        """Return the dead among ``named``; ``beats`` are the counters as they stand now.

        A process that was never seen to beat is given the same time from the first look on, and everybody is after a
        time without looks: else the first to see a Redis that is back would take all others for dead, and offer their
        agents, who talk, to its own callers.
        """
        known = named | set(beats)
        blind, self._looked = now - self._looked > BLIND_S, now
        if blind:
            self._seen = {}
        self._seen = {process: seen for process, seen in self._seen.items() if process in known}
        for process in known:
            beat = beats.get(process, "")
            if process not in self._seen or self._seen[process][0] != beat:
                self._seen[process] = (beat, now)
        return {process for process, (_, since) in self._seen.items() if now - since > self._dead_after_s}
