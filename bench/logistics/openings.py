"""Concurrent openings of one kind of order: 10,000 for 1,000 parcels have to give exactly 1,000 orders.

.venv/bin/python -m bench.logistics.openings [--openings 10000] [--parcels 1000]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from logistics_client.clock import system_clock
from logistics_client.database import open_engine
from logistics_client.vocabulary import OrderKind, Promise
from logistics_client.work_orders import Draft, WorkOrderBook


async def run(openings: int, parcels: int, directory: Path) -> None:
    """Open all at once and count what is in the table afterwards."""
    engine = open_engine(f"sqlite:///{directory / 'orders.sqlite3'}")
    book = WorkOrderBook(engine)
    await book.start()
    now = system_clock()
    promise = Promise("网点联系您", now + timedelta(minutes=30))
    drafts = [
        Draft(OrderKind.URGE_DELIVERY, f"YQ{n % parcels:013d}", now, promise, call_id=f"call-{n}")
        for n in range(openings)
    ]
    started = time.perf_counter()
    opened = await asyncio.gather(*(book.open(draft) for draft in drafts))
    took = time.perf_counter() - started
    stored = len(await book.running(limit=openings))
    new = sum(is_new for _, is_new in opened)
    print(f"{openings} openings for {parcels} parcels: {new} new, {stored} stored, {took:.1f} s", flush=True)
    assert new == stored == parcels
    await book.close()
    await engine.dispose()


def main() -> None:
    """Run once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--openings", type=int, default=10_000)
    parser.add_argument("--parcels", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(run(options.openings, options.parcels, Path(directory)))


if __name__ == "__main__":
    main()
