"""The stream only delivers: it is refilled from the table after an outage or a restart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import fakeredis
import pytest

from ledger import Event, Ledger
from ledger.delivery import STREAM, Delivery, follow


@pytest.fixture
async def redis() -> AsyncIterator[Any]:
    client = fakeredis.FakeAsyncRedis()
    yield client
    await client.aclose()


def key(n: int) -> Event:
    return Event("dtmf", "c1", datetime.now(UTC), {"n": n})


async def delivered(redis: Any) -> list[int]:
    return [json.loads(fields[b"event"])["data"]["n"] for _id, fields in await redis.xrange(STREAM)]


async def settled(redis: Any, count: int) -> list[int]:
    """Read the stream until it holds ``count`` events."""
    async with asyncio.timeout(5):
        reader = follow(redis, last="0")
        for _ in range(count):
            await anext(reader)
    return await delivered(redis)


async def test_committed_events_reach_the_stream_in_order(ledger: Ledger, redis: Any) -> None:
    delivery = Delivery(ledger, redis)
    delivery.start()
    for n in range(20):
        await ledger.append(key(n))
    assert await settled(redis, 20) == list(range(20))
    await delivery.close()


async def test_what_was_committed_while_delivery_was_down_is_refilled_once(ledger: Ledger, redis: Any) -> None:
    first = Delivery(ledger, redis)
    first.start()
    await ledger.append(key(0))
    await settled(redis, 1)
    await first.close()
    await ledger.append(key(1))
    second = Delivery(ledger, redis)
    second.start()
    assert await settled(redis, 2) == [0, 1]
    await second.close()


async def test_a_reader_can_resume_where_it_stopped(ledger: Ledger, redis: Any) -> None:
    delivery = Delivery(ledger, redis)
    delivery.start()
    for n in range(3):
        await ledger.append(key(n))
    await settled(redis, 3)
    first_id = (await redis.xrange(STREAM))[0][0].decode()
    events = follow(redis, last=first_id)
    assert [(await anext(events))["data"]["n"] for _ in range(2)] == [1, 2]
    await delivery.close()
