"""Request coalescing: callers who ask the same question at the same time share one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
CLOSE_S = 1.0


class Coalescer(Generic[T]):
    """Runs one task per key and hands its result, or its error, to everyone who waits for it.

    The task belongs to nobody: a caller who hangs up stops waiting, and the others still get their answer.
    """

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[T]] = {}

    async def run(self, key: str, work: Callable[[], Awaitable[T]]) -> T:
        """Return the result of ``work``, started only if nobody else is already waiting for ``key``.

        Raises:
            Exception: whatever ``work`` raised, the same to every waiter.
        """
        task = self._running.get(key)
        if task is None:
            task = asyncio.ensure_future(_awaited(work))
            self._running[key] = task
            task.add_done_callback(lambda done: self._forget(key, done))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Let what runs end by itself for a moment, then cancel it.

        A task that is cancelled inside the database driver leaves its connection to a thread that outlives the loop.
        """
        running = list(self._running.values())
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=CLOSE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _forget(self, key: str, task: asyncio.Task[T]) -> None:
        if self._running.get(key) is task:
            del self._running[key]
        if not task.cancelled():
            task.exception()  # every waiter may have hung up; the error was still seen by the breaker


async def _awaited(work: Callable[[], Awaitable[T]]) -> T:
    return await work()
