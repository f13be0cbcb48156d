"""The trace cache: one question per half hour, nobody else's parcel, old truth when the carrier is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import fakeredis
import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from logistics_client.cache import FRESH, FRESH_NOTHING, CachedCarrier, Entry, TraceCache
from logistics_client.clock import CHINA
from logistics_client.errors import LogisticsError, NeedsPhoneTailError, NoDataYetError, UnavailableError
from logistics_client.vocabulary import Courier, Outlet, Parcel, PickupPlace, RouteLeg, Stage, TraceEvent

WAYBILL = "73100196611386"


@dataclass
class Moved:
    now: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)

    def __call__(self) -> datetime:
        return self.now

    def by(self, **span: float) -> None:
        self.now += timedelta(**span)


def event(hour: int, stage: Stage, text: str, code: str | None = "0") -> TraceEvent:
    return TraceEvent(datetime(2026, 11, 22, hour, tzinfo=CHINA), stage, text, code)


MOVING = event(8, Stage.IN_TRANSIT, "【上海市】快件离开【青浦华新】发往武汉转运中心")
DELIVERING = event(9, Stage.OUT_FOR_DELIVERY, "【武汉市】业务员张三(139****4407)正在派件", "5")
DELIVERING = replace(DELIVERING, city="武汉市")
TRACE = Parcel(WAYBILL, "zto", Stage.IN_TRANSIT, (MOVING,))


@dataclass
class Carrier:
    """A carrier in this process: what it answers is set by the test."""

    answer: Parcel | LogisticsError = TRACE
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)  # somebody asks and is held
    name: str = "kuaidi100"

    def __post_init__(self) -> None:
        self.hold.set()

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        self.asked.append((waybill, phone_tail))
        self.reached.set()
        await self.hold.wait()
        if isinstance(self.answer, LogisticsError):
            raise self.answer
        return self.answer

    async def close(self) -> None:
        self.asked.clear()


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    server: Redis = fakeredis.FakeAsyncRedis()
    yield server
    await server.aclose()


@pytest.fixture
def clock() -> Moved:
    return Moved()


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def cache(redis: Redis, clock: Moved) -> TraceCache:
    return TraceCache(redis, clock=clock)


@pytest.fixture
def cached(carrier: Carrier, cache: TraceCache, clock: Moved) -> CachedCarrier:
    return CachedCarrier(carrier, cache, clock=clock)


async def test_a_waybill_is_asked_once_per_half_hour(cached: CachedCarrier, carrier: Carrier, clock: Moved) -> None:
    assert await cached.trace(WAYBILL, phone_tail="5514") == TRACE
    clock.now += FRESH - timedelta(seconds=1)
    assert await cached.trace(f" {WAYBILL} ", phone_tail="5514") == TRACE
    assert len(carrier.asked) == 1
    clock.by(seconds=1)
    await cached.trace(WAYBILL, phone_tail="5514")
    assert len(carrier.asked) == 2


async def test_20_callers_make_one_request(cached: CachedCarrier, carrier: Carrier) -> None:
    carrier.hold.clear()
    callers = [asyncio.create_task(cached.trace(WAYBILL, phone_tail="5514")) for _ in range(20)]
    await carrier.reached.wait()
    carrier.hold.set()
    assert await asyncio.gather(*callers) == [TRACE] * 20
    assert len(carrier.asked) == 1


async def test_another_phone_tail_never_reads_what_this_one_was_shown(cached: CachedCarrier, carrier: Carrier) -> None:
    await cached.trace(WAYBILL, phone_tail="5514")
    carrier.answer = NeedsPhoneTailError("wrong tail")
    for tail in ("0000", None, ""):
        with pytest.raises(NeedsPhoneTailError):
            await cached.trace(WAYBILL, phone_tail=tail)


async def test_a_push_is_not_shown_to_a_tail_that_was_told_nothing(
    cached: CachedCarrier, carrier: Carrier, cache: TraceCache, clock: Moved
) -> None:
    carrier.answer = NoDataYetError("empty routes: not picked up, or a wrong tail")
    with pytest.raises(NoDataYetError):
        await cached.trace(WAYBILL, phone_tail="0000")
    clock.by(seconds=1)
    assert await cache.merge_push(carrier.name, TRACE)
    with pytest.raises(NoDataYetError):
        await cached.trace(WAYBILL, phone_tail="0000")
    assert len(carrier.asked) == 2  # asked again, because something changed


async def test_nothing_is_remembered_for_minutes_only(cached: CachedCarrier, carrier: Carrier, clock: Moved) -> None:
    carrier.answer = NoDataYetError("no event")
    for _ in range(2):
        with pytest.raises(NoDataYetError):
            await cached.trace(WAYBILL)
    assert len(carrier.asked) == 1
    clock.now += FRESH_NOTHING
    carrier.answer = TRACE
    assert await cached.trace(WAYBILL) == TRACE


async def test_a_push_shows_at_once_without_asking(
    cached: CachedCarrier, carrier: Carrier, cache: TraceCache, clock: Moved
) -> None:
    await cached.trace(WAYBILL, phone_tail="5514")
    clock.by(minutes=29)
    await cache.merge_push(carrier.name, replace(TRACE, events=(MOVING, DELIVERING)))
    clock.by(minutes=29)  # the push is as fresh as an answer
    parcel = await cached.trace(WAYBILL, phone_tail="5514")
    assert (parcel.events, parcel.stage) == ((MOVING, DELIVERING), Stage.OUT_FOR_DELIVERY)
    assert parcel.provinces == ("湖北",)
    assert len(carrier.asked) == 1


async def test_pushes_in_any_order_and_twice_end_alike(
    cached: CachedCarrier, carrier: Carrier, cache: TraceCache
) -> None:
    unknown = replace(DELIVERING, stage=Stage.UNKNOWN, raw_code=None)
    late, early = replace(TRACE, events=(MOVING, DELIVERING)), replace(TRACE, events=(MOVING,))
    news = [
        await cache.merge_push(carrier.name, parcel)
        for parcel in (late, early, late, replace(TRACE, events=(unknown,)))
    ]
    assert news == [True, False, False, False]
    parcel = await cached.trace(WAYBILL, phone_tail="5514")
    assert parcel.events == (MOVING, DELIVERING)


async def test_an_invalidation_makes_the_next_caller_ask(
    cached: CachedCarrier, carrier: Carrier, cache: TraceCache, clock: Moved
) -> None:
    await cached.trace(WAYBILL)
    await cache.invalidate(carrier.name, WAYBILL)
    clock.by(seconds=1)
    await cached.trace(WAYBILL)
    await cached.trace(WAYBILL)
    assert len(carrier.asked) == 2


async def test_an_answer_that_was_under_way_is_not_fresh_after_an_invalidation(
    cached: CachedCarrier, carrier: Carrier, cache: TraceCache, clock: Moved
) -> None:
    carrier.hold.clear()
    caller = asyncio.create_task(cached.trace(WAYBILL))
    await carrier.reached.wait()
    clock.by(seconds=1)
    await cache.invalidate(carrier.name, WAYBILL)
    carrier.hold.set()
    await caller
    await cached.trace(WAYBILL)
    assert len(carrier.asked) == 2


@pytest.mark.parametrize("error", [UnavailableError("down"), NoDataYetError("forgotten")])
async def test_old_truth_is_told_as_old_when_the_carrier_is_away(
    cached: CachedCarrier, carrier: Carrier, clock: Moved, error: LogisticsError
) -> None:
    await cached.trace(WAYBILL)
    clock.by(hours=5)
    carrier.answer = error
    parcel = await cached.trace(WAYBILL)
    assert parcel == replace(TRACE, stale=True)


async def test_without_any_truth_the_error_is_told(cached: CachedCarrier, carrier: Carrier) -> None:
    carrier.answer = UnavailableError("down")
    with pytest.raises(UnavailableError):
        await cached.trace(WAYBILL)


async def test_a_refusal_is_not_answered_with_an_old_trace(
    cached: CachedCarrier, carrier: Carrier, clock: Moved
) -> None:
    await cached.trace(WAYBILL)
    clock.by(hours=1)
    carrier.answer = NeedsPhoneTailError("now it wants one")
    with pytest.raises(NeedsPhoneTailError):
        await cached.trace(WAYBILL)


async def test_everything_about_a_parcel_survives_the_cache(cache: TraceCache, clock: Moved) -> None:
    parcel = replace(
        TRACE,
        pickup=PickupPlace("locker", "F1", "丰巢", code="3-2-1058", notified=False, placed_at=clock.now),
        route=(RouteLeg("上海中转场", "武汉中转场", "沪汉干线", clock.now, clock.now),),
        outlet=Outlet("O1", "藏龙岛网点", opens="08:00"),
        courier=Courier("张三", "13900001111"),
        expected_by=clock.now,
        insured=True,
        fetched_at=clock.now,
    )
    await cache.put("http", WAYBILL, None, Entry(clock.now, parcel))
    known = await cache.get("http", WAYBILL, None)
    assert known is not None
    assert known.parcel == parcel


async def test_an_unreadable_entry_is_asked_anew(cached: CachedCarrier, carrier: Carrier, redis: Redis) -> None:
    await cached.trace(WAYBILL)
    await redis.hset(f"trace:kuaidi100:{WAYBILL}", "tail:", b'{"asked_at": "garbage')
    assert await cached.trace(WAYBILL) == TRACE
    assert len(carrier.asked) == 2


async def test_without_redis_the_carrier_is_asked_every_time(carrier: Carrier, clock: Moved) -> None:
    server = fakeredis.FakeServer()
    server.connected = False
    cached = CachedCarrier(carrier, TraceCache(fakeredis.FakeAsyncRedis(server=server), clock=clock), clock=clock)
    for _ in range(2):
        assert await cached.trace(WAYBILL) == TRACE
    assert len(carrier.asked) == 2


async def test_a_push_that_cannot_be_stored_says_so(clock: Moved) -> None:
    server = fakeredis.FakeServer()
    server.connected = False
    cache = TraceCache(fakeredis.FakeAsyncRedis(server=server), clock=clock)
    with pytest.raises(RedisConnectionError):
        await cache.merge_push("kuaidi100", TRACE)


async def test_entries_do_not_stay_for_ever(cached: CachedCarrier, cache: TraceCache, redis: Redis) -> None:
    await cached.trace(WAYBILL)
    await cache.merge_push("kuaidi100", TRACE)
    for key in (f"trace:kuaidi100:{WAYBILL}", f"trace-push:kuaidi100:{WAYBILL}"):
        assert 0 < await redis.ttl(key) <= 3 * 24 * 3600


async def test_closing_closes_the_carrier(cached: CachedCarrier, carrier: Carrier) -> None:
    await cached.trace(WAYBILL)
    await cached.close()
    assert carrier.asked == []
