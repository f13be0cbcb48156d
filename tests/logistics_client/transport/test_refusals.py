"""Refusals by status, token bucket and circuit breaker."""

from __future__ import annotations

import asyncio

import pytest

from logistics_client.errors import (
    LogisticsError,
    MisconfiguredError,
    RateLimitedError,
    UnavailableError,
)
from logistics_client.transport import CarrierHttp, CircuitBreaker, Policy, Request, TokenBucket
from tests.logistics_client.carrier_server import Asked, always, carrier_server, http, in_turn
from tests.logistics_client.transport.limits import QUICK, Moved, ask


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("401 Unauthorized", MisconfiguredError),
        ("404 Not Found", MisconfiguredError),
        ("429 Too Many Requests", RateLimitedError),
        ("503 Service Unavailable", UnavailableError),
    ],
)
async def test_status_becomes_a_named_error(status: str, error: type[LogisticsError]) -> None:
    async with carrier_server(always(http(b"", status))) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(error) as caught:
            await ask(carrier, server.url)
        assert (caught.value.carrier, caught.value.raw_code) == ("c", status[:3])
        await carrier.close()


async def test_retry_after_empties_our_own_bucket() -> None:
    monotonic = Moved()
    policy = Policy(max_wait_s=0.0)
    replies = in_turn(http(b"", "429 Too Many Requests", head="retry-after: 30\r\n"), http(b"ok"))
    async with carrier_server(replies) as server:
        carrier = CarrierHttp("c", policy, monotonic=monotonic)
        for _ in range(2):
            with pytest.raises(RateLimitedError) as caught:
                await ask(carrier, server.url)
            assert caught.value.retry_after_s == pytest.approx(30.0, abs=0.1)
        assert len(server.asked) == 1
        monotonic.now += 30.1
        assert await ask(carrier, server.url) == b"ok"
        await carrier.close()


async def test_a_malformed_key_is_the_operators_fault() -> None:
    async with carrier_server(always(http(b"ok"))) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(MisconfiguredError):
            await carrier.send(lambda: Request.json(server.url, "{}", {"x-appkey": "a\nb"}), safe=True)
        with pytest.raises(MisconfiguredError):
            await carrier.send(lambda: Request.json("http://host:port", "{}"), safe=True)
        await carrier.close()


async def test_an_open_circuit_asks_nobody_until_its_pause_is_over() -> None:
    monotonic = Moved()
    policy = Policy(attempts=1, breaker_failures=2, breaker_open_s=10.0)
    async with carrier_server(in_turn(http(b"", "500 X"), http(b"", "500 X"), http(b"ok"))) as server:
        carrier = CarrierHttp("c", policy, monotonic=monotonic)
        for _ in range(3):
            with pytest.raises(UnavailableError):
                await ask(carrier, server.url)
        assert len(server.asked) == 2
        monotonic.now += 10.0
        assert await ask(carrier, server.url) == b"ok"
        await carrier.close()


async def test_a_slow_carrier_does_not_delay_another() -> None:
    asked, release = asyncio.Semaphore(0), asyncio.Event()

    async def slow(_: Asked, writer: asyncio.StreamWriter) -> None:
        asked.release()
        await release.wait()
        writer.write(http(b"late"))

    async with carrier_server(slow) as slow_server, carrier_server(always(http(b"ok"))) as server:
        stuck, other = CarrierHttp("slow", Policy(connections=2)), CarrierHttp("other")
        waiting = [asyncio.create_task(ask(stuck, slow_server.url)) for _ in range(2)]
        await asked.acquire()
        await asked.acquire()
        assert await ask(other, server.url) == b"ok"
        assert not any(task.done() for task in waiting)
        release.set()
        assert await asyncio.gather(*waiting) == [b"late", b"late"]
        await stuck.close()
        await other.close()


def test_the_bucket_gives_its_burst_then_its_rate() -> None:
    clock = Moved()
    bucket = TokenBucket(2.0, 3, monotonic=clock)
    assert [bucket.take() for _ in range(4)] == [0.0, 0.0, 0.0, None]
    clock.now += 0.5
    assert bucket.take() == 0.0


def test_waiting_callers_queue_up() -> None:
    bucket = TokenBucket(2.0, 1, monotonic=Moved())
    assert [bucket.take(1.0) for _ in range(4)] == [0.0, 0.5, 1.0, None]


def test_bucket_and_breaker_refuse_nonsense() -> None:
    with pytest.raises(ValueError, match="positive"):
        TokenBucket(0.0, 1)
    with pytest.raises(ValueError, match="positive"):
        CircuitBreaker(1, 0.0)


def test_failures_at_one_moment_do_not_close_the_door_on_a_carrier_that_answers() -> None:
    clock = Moved()
    breaker = CircuitBreaker(5, 15.0, monotonic=clock)
    breaker.succeeded()
    clock.now += 2.0
    for _ in range(10):
        breaker.failed()
    assert breaker.allow()
    clock.now += 1.0
    breaker.failed()
    assert not breaker.allow()


def test_a_failed_trial_opens_the_circuit_again() -> None:
    clock = Moved()
    breaker = CircuitBreaker(1, 10.0, monotonic=clock)
    breaker.failed()
    assert not breaker.allow()
    clock.now += 10.0
    assert breaker.allow()
    assert not breaker.allow()  # one trial, not a stampede
    breaker.failed()
    clock.now += 9.0
    assert not breaker.allow()
    clock.now += 1.0
    assert breaker.allow()
    breaker.succeeded()
    assert not breaker.is_open
    assert breaker.allow()
