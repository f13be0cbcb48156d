"""Look-ups by phone in the order table at a given size.

.venv/bin/python -m bench.logistics.order_table [--rows 1000000] [--keep FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from bench.logistics.lookups import Watch
from logistics_client.clock import system_clock
from logistics_client.database import open_engine, to_text
from logistics_client.errors import NeedsMoreError
from logistics_client.orders_table import OrdersTable

_BATCH = 50_000


def rows(count: int) -> Iterator[tuple[str | None, ...]]:
    """Make orders of ``count / 10`` customers over 60 days."""
    now = system_clock()
    chance = random.Random(7)
    for n in range(count):
        receiver, sender = f"139{chance.randrange(count // 10):08d}", f"138{chance.randrange(count // 50 + 1):08d}"
        waybill = f"731{n:011d}"
        ordered = to_text(now - timedelta(seconds=chance.randrange(60 * 86400)))
        yield (
            waybill, "zto", waybill[-4:], receiver, receiver[-4:], "李", sender, sender[-4:], "王", "高新区",
            f"26{n:014d}", "衣服", None, ordered,
        )  # fmt: skip


def fill(path: Path, count: int) -> None:
    """Fill the table; straight into SQLite, because loading is not what is measured here."""
    started = time.perf_counter()
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous=OFF")
    batch: list[tuple[str | None, ...]] = []
    statement = f"INSERT INTO customer_orders VALUES ({','.join('?' * 14)})"
    for row in rows(count):
        batch.append(row)
        if len(batch) == _BATCH:
            database.executemany(statement, batch)
            database.commit()
            batch.clear()
    database.executemany(statement, batch)
    database.commit()
    database.close()
    print(f"{count} rows in {time.perf_counter() - started:.0f} s, {path.stat().st_size / 1e6:.0f} MB", flush=True)


async def run(path: Path, count: int) -> None:
    """Fill if empty, then look up at random."""
    engine = open_engine(f"sqlite:///{path}")
    table = OrdersTable(engine)
    await table.create()
    await asyncio.to_thread(fill, path, count)
    chance = random.Random(11)
    for name in ("by phone", "by waybill tail and phone tail"):
        watch = Watch()
        for _ in range(2000):
            phone = f"139{chance.randrange(count // 10):08d}"
            started = time.perf_counter()
            if name == "by phone":
                await table.by_phone(phone)
            else:
                with contextlib.suppress(NeedsMoreError):
                    await table.search(waybill_tail=f"{chance.randrange(10**4):04d}", phone_tail=phone[-4:])
            watch.took.append(time.perf_counter() - started)
        watch.report(f"look-ups {name}, {count} rows")
    await engine.dispose()


def main() -> None:
    """Run once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(run(Path(directory) / "orders.sqlite3", options.rows))


if __name__ == "__main__":
    main()
