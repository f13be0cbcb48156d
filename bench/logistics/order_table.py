"""Look-ups in the order table at a given size, on SQLite or PostgreSQL; goal: under 5 ms each at 10 million rows.

``--keep FILE`` leaves the SQLite file (10 million rows are about 3.5 GB) and finds it again the next time; ``--url``
fills a PostgreSQL database instead, which must be empty or already hold that many orders.

.venv/bin/python -m bench.logistics.order_table [--rows 10000000] [--keep FILE] [--url postgresql://...]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateIndex, DropIndex

from bench.logistics.watch import Watch, load
from logistics_client.clock import system_clock
from logistics_client.database import open_engine, to_text
from logistics_client.errors import NeedsMoreError
from logistics_client.orders_table import OrdersTable
from logistics_client.orders_table.schema import customer_orders

_BATCH = 50_000
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_DISTRICTS = ("高新区", "江夏区", "余杭区", "朝阳区", "浦东新区", "天河区", "武侯区", "雁塔区")
_INDEXES = sorted(customer_orders.indexes, key=lambda index: str(index.name))


def rows(count: int) -> Iterator[tuple[str | None, ...]]:
    """Make orders of ``count / 10`` customers over 60 days."""
    now = system_clock()
    chance = random.Random(7)
    for n in range(count):
        receiver, sender = f"139{chance.randrange(count // 10):08d}", f"138{chance.randrange(count // 50 + 1):08d}"
        waybill = f"731{n:011d}"
        ordered = to_text(now - timedelta(seconds=chance.randrange(60 * 86400)))
        surname, district = chance.choice(_SURNAMES), chance.choice(_DISTRICTS)
        yield (
            waybill, "zto", waybill[-4:], receiver, receiver[-4:], surname, sender, sender[-4:], "王", district,
            f"26{n:014d}", "衣服", None, ordered,
        )  # fmt: skip


def batches(count: int) -> Iterator[list[tuple[str | None, ...]]]:
    """Cut the orders into batches."""
    batch: list[tuple[str | None, ...]] = []
    for row in rows(count):
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def into_sqlite(path: Path, count: int) -> None:
    """Write straight into the file, because loading is not what is measured here."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA synchronous=OFF")
    statement = f"INSERT INTO customer_orders VALUES ({','.join('?' * len(customer_orders.columns))})"
    for batch in batches(count):
        database.executemany(statement, batch)
        database.commit()
    database.close()


async def into_postgresql(engine: AsyncEngine, count: int) -> None:
    """Copy, which is how an operator would load as many."""
    columns = [column.name for column in customer_orders.columns]
    async with engine.connect() as connection:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        for batch in batches(count):
            await raw.copy_records_to_table("customer_orders", records=batch, columns=columns)


async def fill(engine: AsyncEngine, path: Path, count: int) -> None:
    """Fill the empty table; its indexes are built afterwards, from sorted keys instead of ten million descents."""
    started = time.perf_counter()
    async with engine.begin() as connection:
        for index in _INDEXES:
            await connection.execute(DropIndex(index))
    if engine.dialect.name == "sqlite":
        await asyncio.to_thread(into_sqlite, path, count)
    else:
        await into_postgresql(engine, count)
    loaded = time.perf_counter() - started
    async with engine.begin() as connection:
        for index in _INDEXES:
            await connection.execute(CreateIndex(index))
    if engine.dialect.name == "postgresql":
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.execute(text("VACUUM ANALYZE customer_orders"))
    print(f"{count} rows in {loaded:.0f} s, indexes in {time.perf_counter() - started - loaded:.0f} s", flush=True)


def questions(table: OrdersTable, count: int) -> dict[str, Callable[[random.Random], Awaitable[object]]]:
    """Return what is asked, by name; every question draws its own words."""

    def phone(chance: random.Random) -> str:
        return f"139{chance.randrange(count // 10):08d}"

    async def by_tails(chance: random.Random) -> None:
        with contextlib.suppress(NeedsMoreError):
            await table.search(waybill_tail=f"{chance.randrange(10**4):04d}", phone_tail=phone(chance)[-4:])

    async def by_tail_and_surname(chance: random.Random) -> None:
        with contextlib.suppress(NeedsMoreError):
            tail = f"{chance.randrange(10**4):04d}"
            await table.search(waybill_tail=tail, surname=chance.choice(_SURNAMES), district=chance.choice(_DISTRICTS))

    async def by_phone_tail_and_surname(chance: random.Random) -> None:
        with contextlib.suppress(NeedsMoreError):
            await table.search(phone_tail=phone(chance)[-4:], surname=chance.choice(_SURNAMES))

    return {
        "by phone": lambda chance: table.by_phone(phone(chance)),
        "by a phone without orders": lambda chance: table.by_phone(f"137{chance.randrange(10**8):08d}"),
        "by order number": lambda chance: table.search(order_no=f"26{chance.randrange(count):014d}"),
        "by waybill tail and phone tail": by_tails,
        "by waybill tail, surname and district": by_tail_and_surname,
        "by phone tail and surname": by_phone_tail_and_surname,
    }


async def measure(table: OrdersTable, count: int, times: int) -> None:
    """Ask each question ``times`` times at random places, one after the other."""
    for name, ask in questions(table, count).items():
        chance = random.Random(11)
        watch = Watch()
        for _ in range(times):
            started, cpu = time.perf_counter(), time.process_time()
            await ask(chance)
            watch.took.append(time.perf_counter() - started)
            watch.cost.append(time.process_time() - cpu)
        watch.report(f"look-ups {name}, {count} rows")


async def run(url: str, path: Path, count: int, times: int) -> None:
    """Fill if empty, then look up at random."""
    engine = open_engine(url or f"sqlite:///{path}")
    table = OrdersTable(engine)
    await table.create()
    async with engine.connect() as connection:
        there = (await connection.execute(select(func.count()).select_from(customer_orders))).scalar_one()
    if not there:
        await fill(engine, path, count)
    elif there != count:
        raise SystemExit(f"the table holds {there} orders; name an empty database or --rows {there}")
    print(f"{engine.dialect.name}, {load()}", flush=True)
    await measure(table, count, times)
    await engine.dispose()


def main() -> None:
    """Run once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--times", type=int, default=2000, help="look-ups of each kind")
    parser.add_argument("--keep", type=Path, help="a SQLite file that stays")
    parser.add_argument("--url", default="", help="a PostgreSQL database instead")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        path = options.keep or Path(directory) / "orders.sqlite3"
        asyncio.run(run(options.url, path, options.rows, options.times))


if __name__ == "__main__":
    main()
