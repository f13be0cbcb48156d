"""Trace cache in Redis: one question per waybill and half hour, pushes merged in, old truth when the carrier is away.

Three rules keep it honest:

* An entry belongs to the phone tail it was asked with. A carrier that checks the tail has checked it for that entry
  only, so another tail (or none) never reads it.
* What was asked before an invalidation is not fresh after it, even when its answer came in later.
* Events of pushes are kept one by one, so that doubled, late and out-of-order pushes all end in the same trace.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from logistics_client.carriers.common import with_events
from logistics_client.clock import Clock, system_clock
from logistics_client.errors import CarrierAwayError, NoDataYetError
from logistics_client.ports import CarrierClient
from logistics_client.transport import Coalescer
from logistics_client.vocabulary import Parcel, Stage, TraceEvent

logger = logging.getLogger(__name__)
T = TypeVar("T")

FRESH = timedelta(minutes=30)  # 快递100 locks a waybill that is asked more often
FRESH_NOTHING = timedelta(minutes=2)  # "no data yet" may change with the first scan
KEEP = timedelta(days=3)  # how long an old trace may still be told, as old, when the carrier is away
_REDIS_S = 0.25  # a slow cache must not be slower than asking
_MAX_PUSHED = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """What one question brought; ``parcel`` None means that the carrier had no data."""

    asked_at: datetime
    parcel: Parcel | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the cache knows, and whether it needs no asking."""

    parcel: Parcel | None
    fresh: bool


_ENTRY = TypeAdapter(Entry)
_EVENT = TypeAdapter(TraceEvent)


class TraceCache:
    """Traces in Redis, shared by all processes.

    Args:
        redis: the server, or ``fakeredis`` in one process; replies as bytes.
        clock: our clock.
        fresh: how long a trace needs no asking.
    """

    def __init__(self, redis: Redis, *, clock: Clock = system_clock, fresh: timedelta = FRESH) -> None:
        self._redis = redis
        self._clock = clock
        self._fresh = fresh

    async def get(self, source: str, waybill: str, tail: str | None) -> Known | None:
        """Return what is known of a waybill, or None; an unreachable Redis knows nothing.

        Args:
            source: name of the client that is asked.
            waybill: the number.
            tail: the phone tail the question comes with.
        """

        async def read() -> tuple[list[bytes | None], dict[bytes, bytes]]:
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hmget(_key(source, waybill), [_field(tail), "invalid_at", "pushed_at"])
                pipe.hgetall(_pushed_key(source, waybill))
                found, pushed = await pipe.execute()
            return found, pushed

        answer = await _guarded(read, None)
        if answer is None or answer[0][0] is None:
            return None
        (raw, invalid_at, pushed_at), pushed = answer
        try:
            entry = _ENTRY.validate_json(cast("bytes", raw))
            events = [_EVENT.validate_json(event) for event in pushed.values()]
            renewed = max(entry.asked_at, _moment(pushed_at) or entry.asked_at)
            invalid = _moment(invalid_at)
        except (ValidationError, ValueError):
            logger.warning("cache entry unreadable; the carrier is asked", extra={"carrier": source})
            return None
        fresh = self._clock() - renewed < self._fresh and (invalid is None or renewed > invalid)
        if entry.parcel is None:
            # Nothing may mean a wrong phone tail, so a push about the same waybill is not shown to this question; it
            # only makes the question worth asking again.
            young = self._clock() - entry.asked_at < FRESH_NOTHING
            return Known(None, fresh and young and renewed == entry.asked_at)
        return Known(with_events(entry.parcel, events) if events else entry.parcel, fresh)

    async def put(self, source: str, waybill: str, tail: str | None, entry: Entry) -> None:
        """Store what a question brought."""
        raw = _ENTRY.dump_json(entry)

        async def write() -> None:
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.hset(_key(source, waybill), _field(tail), raw)
                pipe.expire(_key(source, waybill), KEEP)
                await pipe.execute()

        await _guarded(write, None)

    async def merge_push(self, source: str, parcel: Parcel) -> bool:
        """Add the events of a push; those who already asked see them at once and need not ask again.

        Returns:
            Whether any event was new.

        Raises:
            RedisError: the push was not stored, so it must not be acknowledged.
        """
        key, now = _key(source, parcel.waybill), self._clock().isoformat()
        pushed = _pushed_key(source, parcel.waybill)
        async with self._redis.pipeline(transaction=True) as pipe:
            for event in parcel.events[-_MAX_PUSHED:]:
                # A reading whose meaning is known replaces one that is not, never the other way round.
                store = pipe.hsetnx if event.stage is Stage.UNKNOWN else pipe.hset
                store(pushed, _event_field(event), _EVENT.dump_json(event).decode())
            pipe.expire(pushed, KEEP)
            pipe.hset(key, "pushed_at", now)
            pipe.expire(key, KEEP)
            done = await pipe.execute()
        return any(done[: len(parcel.events[-_MAX_PUSHED:])])

    async def invalidate(self, source: str, waybill: str) -> None:
        """Note that something changed: the next caller asks the carrier; old truth stays for when it is away.

        Raises:
            RedisError: the note was not stored.
        """
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(_key(source, waybill), "invalid_at", self._clock().isoformat())
            pipe.expire(_key(source, waybill), KEEP)
            await pipe.execute()


class CachedCarrier:
    """A carrier behind the cache; it is a :class:`logistics_client.ports.CarrierClient` itself.

    Args:
        client: the carrier.
        cache: the cache.
        clock: our clock.
    """

    def __init__(self, client: CarrierClient, cache: TraceCache, *, clock: Clock = system_clock) -> None:
        self.name = client.name
        self._client = client
        self._cache = cache
        self._clock = clock
        self._together: Coalescer[Parcel] = Coalescer()

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        """Return the trace: fresh from the cache, else from the carrier, else the last one known, marked stale.

        Raises:
            LogisticsError: as the carrier's own client, when nothing is known.
        """
        number = "".join(waybill.split()).upper()
        known = await self._cache.get(self.name, number, phone_tail)
        if known is not None and known.fresh:
            if known.parcel is None:
                raise NoDataYetError("the carrier had no event minutes ago; follow it up", carrier=self.name)
            return known.parcel
        try:
            key = f"{number} {phone_tail or ''}"
            return await self._together.run(key, lambda: self._ask(number, phone_tail))
        except (CarrierAwayError, NoDataYetError):
            # A carrier that knew a trace and now knows nothing has lost it, not the parcel.
            if known is None or known.parcel is None:
                raise
            return replace(known.parcel, stale=True)

    async def close(self) -> None:
        """Release connections of the carrier; the cache's Redis belongs to its maker."""
        await self._together.close()
        await self._client.close()

    async def _ask(self, waybill: str, phone_tail: str | None) -> Parcel:
        asked_at = self._clock()
        try:
            parcel = await self._client.trace(waybill, phone_tail=phone_tail)
        except NoDataYetError:
            await self._cache.put(self.name, waybill, phone_tail, Entry(asked_at, None))
            raise
        await self._cache.put(self.name, waybill, phone_tail, Entry(asked_at, parcel))
        known = await self._cache.get(self.name, waybill, phone_tail)  # with what was pushed meanwhile
        return known.parcel if known is not None and known.parcel is not None else parcel


async def _guarded(work: Callable[[], Awaitable[T]], otherwise: T) -> T:
    try:
        async with asyncio.timeout(_REDIS_S):
            return await work()
    except (RedisError, TimeoutError, OSError) as error:
        logger.warning("cache unreachable; the carrier is asked", extra={"error": type(error).__name__})
        return otherwise


def _key(source: str, waybill: str) -> str:
    return f"trace:{source}:{waybill}"


def _pushed_key(source: str, waybill: str) -> str:
    return f"trace-push:{source}:{waybill}"


def _field(tail: str | None) -> str:
    return f"tail:{tail or ''}"


def _event_field(event: TraceEvent) -> str:
    return hashlib.sha256(f"{event.at.isoformat()} {event.text}".encode()).hexdigest()[:24]


def _moment(raw: bytes | None) -> datetime | None:
    return datetime.fromisoformat(raw.decode()) if raw else None
