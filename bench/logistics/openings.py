"""Concurrent openings of one kind of order: 10,000 for 1,000 parcels have to give exactly 1,000 orders.

Once in one process, then spread over processes that share the database, each of which asks for every parcel.

.venv/bin/python -m bench.logistics.openings [--openings 10000] [--parcels 1000] [--processes 2] [--url postgresql://...]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from bench.logistics.watch import load
from logistics_client.clock import system_clock
from logistics_client.database import open_engine
from logistics_client.vocabulary import OrderKind, Promise
from logistics_client.work_orders import Draft, WorkOrderBook


async def open_all(url: str, waybills: Sequence[str]) -> int:
    """Open an order for each of ``waybills`` at once; return how many of them were new."""
    engine = open_engine(url)
    book = WorkOrderBook(engine)
    await book.start()
    now = system_clock()
    promise = Promise("网点联系您", now + timedelta(minutes=30))
    drafts = [
        Draft(OrderKind.URGE_DELIVERY, waybill, now, promise, call_id=f"call-{n}") for n, waybill in enumerate(waybills)
    ]
    opened = await asyncio.gather(*(book.open(draft) for draft in drafts))
    await book.close()
    await engine.dispose()
    return sum(is_new for _, is_new in opened)


async def stored(url: str, waybills: Sequence[str]) -> int:
    """Count the running orders of these parcels."""
    engine = open_engine(url)
    book = WorkOrderBook(engine)
    await book.start()
    count = sum(order.waybill in set(waybills) for order in await book.running(limit=1_000_000))
    await book.close()
    await engine.dispose()
    return count


def process(url: str, waybills: Sequence[str], news: multiprocessing.Queue[int]) -> None:
    """Open all in a process of its own."""
    news.put(asyncio.run(open_all(url, waybills)))


def run(url: str, openings: int, parcels: int, processes: int, name: str) -> None:
    """Open in so many processes and count what is in the table afterwards."""
    waybills = [f"YQ{name}{n % parcels:011d}" for n in range(openings)]
    started = time.perf_counter()
    if processes == 1:
        new = asyncio.run(open_all(url, waybills))
    else:
        asyncio.run(stored(url, ()))  # the tables are there before several look for them at once
        news: multiprocessing.Queue[int] = multiprocessing.Queue()
        shares = [waybills[: openings // processes]] * processes
        workers = [multiprocessing.Process(target=process, args=(url, share, news)) for share in shares]
        for worker in workers:
            worker.start()
        new = sum(news.get() for _ in workers)
        for worker in workers:
            worker.join()
    took = time.perf_counter() - started
    there = asyncio.run(stored(url, waybills))
    kind = url.partition(":")[0]
    print(
        f"{openings} openings for {parcels} parcels, {processes} process(es), {kind}: {new} new, {there} stored, "
        f"{took:.1f} s ({load()})",
        flush=True,
    )
    if not new == there == parcels:
        raise SystemExit("the number of orders is wrong")


def main() -> None:
    """Run in one process, then in several."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--openings", type=int, default=10_000)
    parser.add_argument("--parcels", type=int, default=1_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--url", default="", help="a PostgreSQL database; SQLite in a temporary folder without")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        url = options.url or f"sqlite:///{Path(directory) / 'orders.sqlite3'}"
        stamp = int(time.time()) % 90
        run(url, options.openings, options.parcels, 1, f"{stamp:02d}")
        run(url, options.openings, options.parcels, options.processes, f"{stamp + 1:02d}")


if __name__ == "__main__":
    main()
