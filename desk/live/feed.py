"""Every committed event once, to whoever listens here: our own commits at once, those of other processes by Redis."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

from redis.exceptions import RedisError

from ledger import Ledger, StoredEvent
from ledger.delivery import follow

logger = logging.getLogger(__name__)

REMEMBERED = 5000
# A page that reads slower than this many events is behind for good; it reads the call again instead.
QUEUE = 1000
RETRY_S = 1.0

Envelope = dict[str, Any]


class Feed:
    """One per process."""

    def __init__(self, ledger: Ledger, redis: Any) -> None:
        self._redis = redis
        self._listeners: set[asyncio.Queue[Envelope | None]] = set()
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._task: asyncio.Task[None] | None = None
        ledger.subscribe(self._committed)

    def start(self) -> None:
        """Also follow the other processes."""
        if self._redis is not None:
            self._task = asyncio.create_task(self._follow(), name="desk-feed")

    async def close(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def end(self) -> None:
        """Tell every listener that there will be no more: the server stops, and waits for those who stay."""
        self._hand_out(None)

    @contextlib.contextmanager
    def listening(self) -> Iterator[asyncio.Queue[Envelope | None]]:
        """Yield a queue of envelopes, oldest first, None at the end; when it overflows the oldest are lost."""
        queue: asyncio.Queue[Envelope | None] = asyncio.Queue(QUEUE)
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def _committed(self, stored: Sequence[StoredEvent]) -> None:
        for one in stored:
            if self._is_new(one.id) and self._listeners:
                self._hand_out(one.as_dict())

    async def _follow(self) -> None:
        while True:
            try:
                async for envelope in follow(self._redis):
                    if self._is_new(int(envelope["id"])):
                        self._hand_out(envelope)
            except (RedisError, OSError) as error:
                logger.info("events of other processes pause: %s", type(error).__name__)
            await asyncio.sleep(RETRY_S)

    def _is_new(self, event_id: int) -> bool:
        if event_id in self._seen:
            return False
        self._seen[event_id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def _hand_out(self, envelope: Envelope | None) -> None:
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(envelope)
