"""Subscribing waybills that callers asked about: their pushes then keep the trace fresh without any polling.

快递100 locks a waybill that is polled faster than every half hour, and bills every question; a push costs nothing more.
A parcel that somebody rang about is worth following until it is signed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from logistics_client.errors import LogisticsError
from logistics_client.ports import CarrierClient
from logistics_client.vocabulary import Parcel

logger = logging.getLogger(__name__)

KEEP = timedelta(days=60)  # 快递100 ends a subscription after sixty days without change
AGAIN = timedelta(hours=6)  # after a refusal
MOST_WAITING = 100

# waybill, phone tail
Subscribe = Callable[[str, str | None], Awaitable[None]]


class SubscribingCarrier:
    """A carrier that subscribes what it was asked about; it is a :class:`logistics_client.ports.CarrierClient` itself.

    Subscribing happens beside the call: it never delays or fails a look-up, and each waybill is subscribed once in all
    processes.

    Args:
        carrier: the carrier (behind its cache).
        subscribe: asks the carrier for pushes about a waybill.
        redis: remembers what is subscribed.
    """

    def __init__(self, carrier: CarrierClient, subscribe: Subscribe, redis: Redis) -> None:
        self.name = carrier.name
        self._carrier = carrier
        self._subscribe = subscribe
        self._redis = redis
        self._tasks: set[asyncio.Task[None]] = set()

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        """Return the trace and follow the parcel from now on; see :class:`logistics_client.ports.CarrierClient`."""
        parcel = await self._carrier.trace(waybill, phone_tail=phone_tail)
        if not parcel.stage.is_closed and len(self._tasks) < MOST_WAITING:
            task = asyncio.create_task(self._follow(parcel.waybill, phone_tail), name="subscription")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return parcel

    async def settled(self) -> None:
        """Wait for the subscriptions that are under way."""
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Finish subscribing and release connections."""
        await self.settled()
        await self._carrier.close()

    async def _follow(self, waybill: str, phone_tail: str | None) -> None:
        key = f"subscribed:{self.name}:{waybill}"
        try:
            if not await self._redis.set(key, b"1", nx=True, ex=KEEP):
                return
            try:
                await self._subscribe(waybill, phone_tail)
            except LogisticsError as error:
                logger.warning("a waybill was not subscribed", extra={"error": type(error).__name__})
                await self._redis.expire(key, AGAIN)
        except (RedisError, OSError) as error:
            logger.warning("subscriptions are not remembered", extra={"error": type(error).__name__})
