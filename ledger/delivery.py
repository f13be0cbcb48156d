"""Delivery of committed events over a Redis stream; the table stays the truth."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from ledger.events import StoredEvent
from ledger.store import Ledger

logger = logging.getLogger(__name__)

STREAM = "hotline:events"
STREAM_LENGTH = 10_000
RETRY_S = 1.0


class Delivery:
    """Copies this process's events from the table to the stream, in order, each at least once.

    Two designs were compared: pushing each event at commit (fast, but an outage of Redis needs its own queue) and
    reading the table behind a cursor. The cursor is simpler and is the refill after an outage or a restart at the
    same time; a commit only wakes it up.
    """

    def __init__(self, ledger: Ledger, redis: Redis) -> None:
        self._ledger = ledger
        self._redis: Any = redis
        self._cursor_key = f"{STREAM}:cursor:{ledger.writer}"
        self._wake = asyncio.Event()
        self._retry = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        self.connected = True
        ledger.subscribe(self._committed)

    def start(self) -> None:
        """Start copying; what the last run left undelivered goes first."""
        self._wake.set()
        self._task = asyncio.create_task(self._run(), name="ledger-delivery")

    async def close(self) -> None:
        """Stop copying; the next start goes on from the cursor."""
        if self._task is not None:
            # Asked, not cancelled: the database driver may swallow a cancellation that arrives inside its clean-up.
            self._closing = True
            self._wake.set()
            self._retry.set()
            await self._task
            self._task = None

    def _committed(self, _events: Sequence[StoredEvent]) -> None:
        self._wake.set()

    async def _run(self) -> None:
        while not self._closing:
            await self._wake.wait()
            self._wake.clear()
            try:
                while not self._closing and await self._copy_once():
                    pass
                self.connected = True
            except (RedisError, OSError) as error:
                if self.connected:
                    logger.warning("Redis is away (%s); events wait in the table", type(error).__name__)
                self.connected = False
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._retry.wait(), RETRY_S)
                self._wake.set()

    async def _copy_once(self) -> bool:
        cursor = int(await self._redis.get(self._cursor_key) or 0)
        batch = await self._ledger.read_after(cursor, writer=self._ledger.writer, limit=200)
        for stored in batch:
            payload = json.dumps(stored.as_dict(), ensure_ascii=False)
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.xadd(STREAM, {"event": payload}, maxlen=STREAM_LENGTH, approximate=True)
                pipe.set(self._cursor_key, stored.id)
                await pipe.execute()
        return bool(batch)


async def follow(redis: Redis, *, last: str = "$", block_ms: int = 5000) -> AsyncIterator[dict[str, Any]]:
    """Yield events from the stream as they arrive; ``last`` is a stream id to resume after."""
    client: Any = redis
    while True:
        for _stream, entries in await client.xread({STREAM: last}, count=100, block=block_ms) or []:
            for entry_id, fields in entries:
                last = entry_id.decode() if isinstance(entry_id, bytes) else entry_id
                yield json.loads(fields.get(b"event") or fields.get("event"))
