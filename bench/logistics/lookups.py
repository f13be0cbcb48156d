"""Signed look-ups per second against the sandbox on one core, and the time of a cached look-up by phone.

Client and sandbox run in one process that is pinned to one core, so the figure is the cost of both ends together.

    .venv/bin/python -m bench.logistics.lookups [--seconds 5] [--calls 50]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.logistics.watch import Watch
from logistics_client.assembly import Plan, open_logistics
from logistics_client.clock import system_clock
from logistics_client.http_client import PLATFORM_POLICY, HttpCarrier
from logistics_client.sandbox import world
from logistics_client.sandbox.app import SANDBOX_KEY, SANDBOX_SECRET
from logistics_client.sandbox.server import embedded_carrier
from logistics_client.transport.http import CarrierHttp


async def signed(seconds: float, calls: int, directory: Path) -> None:
    """Ask for callers over signed HTTP, ``calls`` at once, every answer read and checked."""
    async with embedded_carrier(directory / "carrier.sqlite3") as url:
        # The limits protect a call; here they would be measured instead of the code.
        policy = replace(PLATFORM_POLICY, total_s=60.0, read_s=60.0, pool_s=60.0, rate_per_s=1e6, burst=1_000_000)
        carrier = HttpCarrier(
            url, key=SANDBOX_KEY, secret=SANDBOX_SECRET, http=CarrierHttp("sandbox", policy, clock=system_clock)
        )
        await carrier.customer(world.customer_phone(0))
        watch = Watch()
        end = time.perf_counter() + seconds

        async def caller(first: int) -> None:
            number = first
            while time.perf_counter() < end:
                started = time.perf_counter()
                await carrier.customer(world.customer_phone(number % world.CUSTOMERS))
                watch.took.append(time.perf_counter() - started)
                number += calls

        await asyncio.gather(*(caller(n) for n in range(calls)))
        watch.report(f"signed look-ups by phone, {calls} at once, client and sandbox on one core")
        await carrier.close()


async def cached(calls: int, directory: Path) -> None:
    """Ask the service again for numbers that it was asked for seconds ago; each call asks once per second."""
    async with open_logistics(Plan(data_dir=directory)) as logistics:
        numbers = [world.customer_phone(n) for n in range(calls)]
        for number in numbers:
            await logistics.identify(number)
        watch = Watch()

        async def call(place: int, number: str) -> None:
            await asyncio.sleep(place / calls)  # people do not ask in step
            for _ in range(20):
                started = time.perf_counter()
                profile = await logistics.identify(number)
                watch.took.append(time.perf_counter() - started)
                assert profile.carrier_reachable
                await asyncio.sleep(1.0)

        await asyncio.gather(*(call(place, number) for place, number in enumerate(numbers)))
        watch.report(f"cached look-ups by phone, {calls} calls active")


def main() -> None:
    """Run both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--calls", type=int, default=50)
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(signed(options.seconds, options.calls, Path(directory)))
        asyncio.run(cached(options.calls, Path(directory)))


if __name__ == "__main__":
    main()
