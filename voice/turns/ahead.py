"""Looking up before it is asked: the answer is under way while the caller finishes the sentence.

Reading is idempotent, so a wrong guess costs one request and is forgotten; a right one is found waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from logistics_client.errors import LogisticsError
from logistics_client.ports import Logistics
from logistics_client.vocabulary import Parcel

FRESH_S = 10.0
AT_ONCE = 2
"""Guesses under way at a time: a caller who dictates must not flood the carrier."""

_Key = tuple[tuple[str, str | None], ...]


class LookAhead:
    """Look-ups of one call that were begun on a guess; ``find`` takes what was guessed right."""

    def __init__(self, logistics: Logistics, clock: Callable[[], float]) -> None:
        self._logistics = logistics
        self._clock = clock
        self._begun: dict[_Key, tuple[float, asyncio.Task[tuple[Parcel, ...]]]] = {}
        self.used = 0

    def begin(self, **fields: str | None) -> asyncio.Task[tuple[Parcel, ...]] | None:
        """Begin a look-up, or name the one that runs; None when too many guesses are under way."""
        now = self._clock()
        self._begun = {key: held for key, held in self._begun.items() if now - held[0] < FRESH_S}
        key = _key(fields)
        if key in self._begun:
            return self._begun[key][1]
        if sum(not task.done() for _, task in self._begun.values()) >= AT_ONCE:
            return None
        task = asyncio.create_task(self._logistics.find(**fields))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._begun[key] = now, task
        return task

    async def find(self, **fields: str | None) -> tuple[Parcel, ...]:
        """Find parcels, from a guess where there is a fresh one.

        Raises:
            LogisticsError: the look-up failed; a guess that failed is asked again first.
        """
        begun = self._begun.pop(_key(fields), None)
        if begun is not None and self._clock() - begun[0] < FRESH_S:
            try:
                parcels = await asyncio.shield(begun[1])
            except LogisticsError:
                return await self._logistics.find(**fields)
            self.used += 1
            return parcels
        return await self._logistics.find(**fields)

    def close(self) -> None:
        """Drop what nobody asked for."""
        for _, task in self._begun.values():
            task.cancel()
        self._begun.clear()


def _key(fields: dict[str, str | None]) -> _Key:
    return tuple(sorted((name, value) for name, value in fields.items() if value is not None))
