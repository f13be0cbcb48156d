"""Connections, shared questions, and the carrier's clock."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from logistics_client.errors import (
    BadReplyError,
    RateLimitedError,
)
from logistics_client.transport import CarrierHttp, Coalescer, Request
from logistics_client.transport.lanes import IDLE_S, Lanes
from logistics_client.transport.server_clock import ServerClock
from tests.logistics_client.carrier_server import always, carrier_server, http
from tests.logistics_client.transport.limits import QUICK, Moved, ask


async def test_a_free_connection_is_used_again_and_an_old_one_closed() -> None:
    clock, made = Moved(), list[httpx.AsyncClient]()

    def make() -> httpx.AsyncClient:
        made.append(httpx.AsyncClient())
        return made[-1]

    lanes = Lanes(make, 2, 0.01, carrier="c", monotonic=clock)
    async with lanes.client() as first, lanes.client() as second:
        with pytest.raises(RateLimitedError):
            await lanes.client().__aenter__()
    clock.now += IDLE_S + 1
    async with lanes.client() as again:
        assert again is first  # the one that came back last
    assert (len(made), second.is_closed, first.is_closed) == (2, True, False)
    await lanes.close()
    assert first.is_closed


async def test_a_connection_in_use_is_closed_when_it_comes_back() -> None:
    lanes = Lanes(httpx.AsyncClient, 1, 0.01, carrier="c")
    async with lanes.client() as client:
        await lanes.close()
        assert not client.is_closed
    assert client.is_closed


async def test_20_callers_make_one_request() -> None:
    async with carrier_server(always(http(b"ok"))) as server:
        carrier = CarrierHttp("c", QUICK)
        together: Coalescer[bytes] = Coalescer()
        answers = await asyncio.gather(*(together.run("w", lambda: ask(carrier, server.url)) for _ in range(20)))
        assert answers == [b"ok"] * 20
        assert len(server.asked) == 1
        await carrier.close()


async def test_one_caller_hanging_up_leaves_the_others_their_answer() -> None:
    release = asyncio.Event()

    async def work() -> str:
        await release.wait()
        return "trace"

    together: Coalescer[str] = Coalescer()
    first, second = (asyncio.create_task(together.run("w", work)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    release.set()
    assert await second == "trace"
    assert first.cancelled()


async def test_an_error_reaches_every_waiter_and_is_not_kept() -> None:
    outcomes = iter([BadReplyError("first"), None])

    async def work() -> str:
        error = next(outcomes)
        if error:
            raise error
        return "ok"

    together: Coalescer[str] = Coalescer()
    results = await asyncio.gather(*(together.run("w", work) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(result, BadReplyError) for result in results)
    assert await together.run("w", work) == "ok"


async def test_closing_ends_what_still_runs() -> None:
    together: Coalescer[bool] = Coalescer()
    waiting = asyncio.create_task(together.run("w", asyncio.Event().wait))
    await asyncio.sleep(0)
    await together.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def test_the_carriers_clock_is_learned_from_its_date() -> None:
    clock = ServerClock(lambda: NOON)
    assert clock.learn(format_datetime(NOON + timedelta(minutes=7), usegmt=True))
    assert clock.now() == NOON + timedelta(minutes=7)
    assert clock.millis() == str(int((NOON + timedelta(minutes=7)).timestamp() * 1000))
    assert not clock.learn(format_datetime(NOON + timedelta(minutes=7, seconds=1), usegmt=True))
    assert clock.learn(format_datetime(NOON, usegmt=True))
    assert clock.offset == timedelta(0)


@pytest.mark.parametrize(
    "header", [None, "", "soon", "Sun, 22 Nov 2026 04:00:02 GMT", "Sun, 22 Nov 2026 14:00:02 -0000"]
)
def test_noise_and_nonsense_move_no_clock(header: str | None) -> None:
    clock = ServerClock(lambda: NOON)
    assert not clock.learn(header)
    assert clock.now() == NOON


async def test_a_reply_tells_that_the_clock_moved() -> None:
    date = format_datetime(NOON + timedelta(hours=1), usegmt=True)
    async with carrier_server(always(http(b"", head=f"date: {date}\r\n"))) as server:
        carrier = CarrierHttp("c", QUICK, clock=lambda: NOON)
        moved = [(await carrier.send(lambda: Request.json(server.url, "{}"), safe=True)).clock_moved for _ in range(2)]
        assert moved == [True, False]
        await carrier.close()
