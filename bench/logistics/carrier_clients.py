"""Signed look-ups per second through one carrier client, and the time of a cached one.

The carrier is a process of its own that answers every question with the same 20 events over real sockets; the client
is pinned to one core. Only the client's cost is measured.

    .venv/bin/python -m bench.logistics.carrier_clients [--seconds 5] [--calls 50]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection

import fakeredis

from logistics_client.cache import CachedCarrier, TraceCache
from logistics_client.carriers.kuaidi100 import Kuaidi100Account, Kuaidi100Client
from logistics_client.transport import CarrierHttp, Policy

ROWS = [
    {
        "ftime": f"2026-11-{day:02d} 08:{minute:02d}:00",
        "context": "【武汉市】快件离开【武汉藏龙岛】发往【武汉转运中心】",
        "statusCode": "1002",
    }
    for day in (22, 21)
    for minute in range(10)
]
REPLY = json.dumps({"message": "ok", "com": "yuantong", "status": "200", "state": "0", "data": ROWS}).encode()
MESSAGE = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(REPLY) + REPLY
OPEN = Policy(rate_per_s=1e6, burst=1_000_000, read_s=60.0, pool_s=60.0, total_s=60.0)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request on a connection."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            writer.write(MESSAGE)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def serve(pipe: Connection) -> None:
    """Serve until the process is ended."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


def carrier_process(pipe: Connection) -> None:
    """Run the carrier on another core than the client."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    asyncio.run(serve(pipe))


async def measured(name: str, seconds: float, calls: int, ask: Callable[[int], Awaitable[object]]) -> None:
    """Run ``calls`` askers at once and print rate and times."""
    took: list[float] = []
    end = time.perf_counter() + seconds

    async def caller(number: int) -> None:
        while time.perf_counter() < end:
            begun = time.perf_counter()
            await ask(number)
            took.append(time.perf_counter() - begun)

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(caller(number) for number in range(calls)))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    took.sort()
    p50, p99 = took[len(took) // 2] * 1e3, took[int(len(took) * 0.99)] * 1e3
    rates = f"{len(took) / wall:.0f}/s, {len(took) / cpu:.0f} per second of CPU"
    print(f"{name}: n={len(took)} calls={calls} {rates}, p50={p50:.2f} ms p99={p99:.2f} ms", flush=True)


async def run(seconds: float, calls: int, port: int) -> None:
    """Measure uncached and cached look-ups."""
    account = Kuaidi100Account("C", "K", query_url=f"http://127.0.0.1:{port}/poll/query.do")
    client = Kuaidi100Client(account, CarrierHttp("kuaidi100", OPEN))
    cached = CachedCarrier(client, TraceCache(fakeredis.FakeAsyncRedis()))
    # Fifty connections are opened once in a process's life; what counts is what a look-up costs after that.
    await asyncio.gather(*(client.trace(f"YT{number:013d}") for number in range(calls)))
    await measured("signed", seconds, calls, lambda number: client.trace(f"YT{number:013d}"))
    await measured("cached", seconds, calls, lambda number: cached.trace(f"YT{number:013d}"))
    await measured("cached, one at a time", seconds, 1, lambda number: cached.trace(f"YT{number:013d}"))
    await cached.close()


def main() -> None:
    """Start the carrier, pin the client, measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--calls", type=int, default=50)
    options = parser.parse_args()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=carrier_process, args=(theirs,), daemon=True)
    process.start()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    try:
        asyncio.run(run(options.seconds, options.calls, ours.recv()))
    finally:
        process.terminate()
        process.join()


if __name__ == "__main__":
    main()
