"""What is tried again, and for how long."""

from __future__ import annotations

import asyncio

import pytest

from logistics_client.errors import (
    RateLimitedError,
    UnavailableError,
)
from logistics_client.transport import CarrierHttp, Policy, Request
from tests.logistics_client.carrier_server import Asked, always, carrier_server, http, in_turn
from tests.logistics_client.transport.limits import QUICK, ask


async def test_a_safe_request_is_repeated_after_a_server_error() -> None:
    async with carrier_server(in_turn(http(b"", "502 Bad Gateway"), http(b"ok"))) as server:
        carrier = CarrierHttp("c", QUICK)
        assert await ask(carrier, server.url) == b"ok"
        assert len(server.asked) == 2
        await carrier.close()


async def test_an_unsafe_request_is_never_sent_twice() -> None:
    async with carrier_server(in_turn(http(b"", "502 Bad Gateway"), http(b"ok"))) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(UnavailableError):
            await ask(carrier, server.url, safe=False)
        assert len(server.asked) == 1
        await carrier.close()


async def test_a_broken_line_is_repeated_and_signed_anew() -> None:
    times = iter(["1", "2"])
    async with carrier_server(in_turn(None, http(b"ok"))) as server:
        carrier = CarrierHttp("c", QUICK)
        await carrier.send(lambda: Request.form(server.url, {"t": next(times)}), safe=True)
        assert [asked.form["t"] for asked in server.asked] == ["1", "2"]
        await carrier.close()


async def test_nobody_listening_is_named_unavailable() -> None:
    async with carrier_server(always(b"")) as server:
        url = server.url
    carrier = CarrierHttp("c", QUICK)
    with pytest.raises(UnavailableError, match="cannot be reached"):
        await ask(carrier, url, safe=False)
    await carrier.close()


async def test_a_closed_client_is_unavailable() -> None:
    carrier = CarrierHttp("c", QUICK)
    await carrier.close()
    with pytest.raises(UnavailableError, match="stopping"):
        await ask(carrier, "http://127.0.0.1:9")


async def test_waiting_for_a_connection_is_our_own_limit() -> None:
    asked, release = asyncio.Semaphore(0), asyncio.Event()

    async def slow(_: Asked, writer: asyncio.StreamWriter) -> None:
        asked.release()
        await release.wait()
        writer.write(http(b"ok"))

    async with carrier_server(slow) as server:
        carrier = CarrierHttp("c", Policy(connections=1, pool_s=0.01))
        first = asyncio.create_task(ask(carrier, server.url))
        await asked.acquire()
        with pytest.raises(RateLimitedError, match="too many"):
            await ask(carrier, server.url)
        release.set()
        assert await first == b"ok"
        await carrier.close()


async def test_a_silent_carrier_times_out_while_reading() -> None:
    async def silent(_: Asked, __: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with carrier_server(silent) as server:
        carrier = CarrierHttp("c", QUICK)
        with pytest.raises(UnavailableError, match="timed out"):
            await ask(carrier, server.url)
        await carrier.close()


async def test_a_dripping_reply_is_cut_by_the_total_time() -> None:
    async def drip(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with carrier_server(drip) as server:
        carrier = CarrierHttp("c", Policy(read_s=0.2, total_s=0.3))
        with pytest.raises(UnavailableError, match="too long"):
            await ask(carrier, server.url)
        await carrier.close()
