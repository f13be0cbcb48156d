"""The one clock that drives every hub of the process on an absolute 20 ms schedule."""

import asyncio
import logging
import time
from collections.abc import Callable

from telephony.hub.hub import Hub
from telephony.hub.tuning import FRAME_MS

logger = logging.getLogger(__name__)

MAX_CATCH_UP = 50
"""Ticks made up for after a stall (1 s); a longer one is a suspended machine, whose silence nobody wants to hear."""


class TickSchedule:
    """Counts due ticks from a monotonic time; pure, so that tests move time instead of waiting for it."""

    def __init__(self, start: float, period_s: float = FRAME_MS / 1000) -> None:
        self._start, self._period, self._done = start, period_s, 0

    def due(self, now: float) -> int:
        """Ticks that became due since the last call, at most :data:`MAX_CATCH_UP`; the rest is forgotten."""
        total = int((now - self._start) / self._period)
        count = max(0, total - self._done)
        self._done = max(self._done, total)
        return min(count, MAX_CATCH_UP)

    def next_at(self) -> float:
        """When the next tick is due."""
        return self._start + (self._done + 1) * self._period


class HubClock:
    """Ticks every added hub; its task runs only while there is one."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._hubs: dict[Hub, None] = {}
        self._broken: set[Hub] = set()
        self._task: asyncio.Task[None] | None = None
        self.stalls = 0
        self.worst_lag_ms = 0.0

    def add(self, hub: Hub) -> None:
        """Drive ``hub`` from the next tick on."""
        self._hubs[hub] = None
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def remove(self, hub: Hub) -> None:
        """Stop driving ``hub``; unknown hubs are ignored."""
        self._hubs.pop(hub, None)
        self._broken.discard(hub)

    async def close(self) -> None:
        """Stop the clock."""
        self._hubs.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        schedule = TickSchedule(self._now())
        while self._hubs:
            await asyncio.sleep(max(0.0, schedule.next_at() - self._now()))
            lag_ms = (self._now() - schedule.next_at()) * 1000
            ticks = schedule.due(self._now())
            if ticks:
                self.worst_lag_ms = max(self.worst_lag_ms, lag_ms)
                self.stalls += ticks > 1
                self._tick_all(ticks)

    def _tick_all(self, ticks: int) -> None:
        for hub in list(self._hubs):
            try:
                hub.tick(ticks)
            except Exception:
                if hub not in self._broken:  # one call's fault must not silence the others, nor fill the log
                    self._broken.add(hub)
                    logger.exception("a hub's tick failed; the other calls go on")
