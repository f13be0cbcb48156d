"""Connections of one carrier: each in a client of its own, the last used first.

httpx keeps all connections in one pool that looks at every idle one for every other at each request and reply; with
50 calls at once that cost 5 ms of CPU per look-up. A client that holds a single connection has nothing to look
through, and this stack of them knows which are free.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx

from logistics_client.errors import RateLimitedError

IDLE_S = 30.0


class Lanes:
    """A bounded stack of clients.

    Args:
        make: makes a client that holds one connection.
        most: most clients, and so most connections.
        wait_s: longest wait for a free one.
        carrier: our name of the carrier, for errors.
        monotonic: seconds that never go back.
    """

    def __init__(
        self,
        make: Callable[[], httpx.AsyncClient],
        most: int,
        wait_s: float,
        *,
        carrier: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make = make
        self._free: deque[tuple[float, httpx.AsyncClient]] = deque()
        self._room = asyncio.Semaphore(most)
        self._wait_s = wait_s
        self._carrier = carrier
        self._monotonic = monotonic
        self.is_closed = False

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """Lend a client for one exchange.

        Raises:
            RateLimitedError: all are in use and none became free in time.
        """
        try:
            async with asyncio.timeout(self._wait_s):
                await self._room.acquire()
        except TimeoutError as error:
            raise RateLimitedError("too many requests wait for this carrier", carrier=self._carrier) from error
        lane = self._free.pop()[1] if self._free else self._make()
        try:
            yield lane
        finally:
            self._room.release()
            await self._give_back(lane)

    async def close(self) -> None:
        """Close all clients that are free now; those in use close when they come back."""
        self.is_closed = True
        while self._free:
            await self._free.pop()[1].aclose()

    async def _give_back(self, lane: httpx.AsyncClient) -> None:
        if self.is_closed:
            await lane.aclose()
            return
        now = self._monotonic()
        self._free.append((now, lane))
        # The bottom of the stack is what a past rush left behind; its connections are closed one by one.
        if now - self._free[0][0] > IDLE_S:
            await self._free.popleft()[1].aclose()


class OneClient:
    """Lends the same client to everybody; for a client that somebody else made.

    Args:
        client: the client; it is closed with this object.
    """

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @property
    def is_closed(self) -> bool:
        """Whether the client was closed."""
        return self._client.is_closed

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """Lend the client."""
        yield self._client

    async def close(self) -> None:
        """Close the client."""
        await self._client.aclose()
