"""Callers beside a carrier that takes three seconds for some of them: the others must not wait.

Every fifth caller's question is answered after three seconds; the others ask at the same time, over the same carrier,
for numbers that nobody asked for before. Then the same without the slow ones.

.venv/bin/python -m bench.logistics.slow_carrier [--calls 50]
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from bench.logistics.watch import Watch
from logistics_client.assembly import Plan, open_logistics
from logistics_client.ports import Logistics
from logistics_client.sandbox import world
from logistics_client.sandbox.app import build_app
from logistics_client.sandbox.server import listen

SLOW_S = 3.0
ROUNDS = 6


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@asynccontextmanager
async def carrier(directory: Path) -> AsyncIterator[tuple[str, deque[str]]]:
    """Serve the sandbox and yield its address and the faults of its next requests."""
    app = build_app(directory / "carrier.sqlite3")
    listener = listen("127.0.0.1", 0)
    server = _Server(uvicorn.Config(app, log_level="warning", access_log=False))
    task = asyncio.create_task(server._serve(sockets=[listener]))
    await server.up.wait()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", app.state.faults
    server.should_exit = True
    await task
    listener.close()


async def asked(logistics: Logistics, number: str, watch: Watch, *, at_s: float) -> bool:
    """Ask for one caller; whether the carrier answered."""
    await asyncio.sleep(at_s)
    started = time.perf_counter()
    profile = await logistics.identify(number)
    watch.took.append(time.perf_counter() - started)
    return profile.carrier_reachable


async def run(calls: int, directory: Path) -> None:
    """Measure the quick callers beside slow ones, then alone."""
    async with carrier(directory) as (url, faults), open_logistics(Plan(carrier_url=url, data_dir=directory)) as room:
        await room.identify(world.customer_phone(world.CUSTOMERS - 1))
        number = 0
        # The first pass opens connections, which happens once in a process's life; it is not reported.
        for is_warm, with_slow in ((False, True), (True, True), (True, False)):
            quick, slow = Watch(), Watch()
            answered = 0
            for _ in range(ROUNDS):
                slow_ones = calls // 5 if with_slow else 0
                faults.extend([f"delay={SLOW_S}"] * slow_ones)
                tasks = []
                for place in range(calls):
                    number += 1
                    is_slow = place < slow_ones
                    # The slow ones ask first and take the delays; the others follow while those wait.
                    at_s = 0.0 if is_slow else 0.2 + 0.8 * place / calls
                    watch = slow if is_slow else quick
                    tasks.append(asked(room, world.customer_phone(number), watch, at_s=at_s))
                results = await asyncio.gather(*tasks)
                answered += sum(results[slow_ones:])
                await asyncio.sleep(0.2)
            if not is_warm:
                continue
            name = f"{len(slow.took)} slow callers beside them" if with_slow else "nobody slow"
            quick.report(f"uncached look-ups by phone, {answered} of {len(quick.took)} answered, {name}")
            if with_slow:
                slow.report("the slow callers themselves (the call goes on with what is known)")


def main() -> None:
    """Run once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(run(options.calls, Path(directory)))


if __name__ == "__main__":
    main()
