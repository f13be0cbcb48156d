"""Share of callers who are known by their number, and how the others are found.

What share of callers uses the order's own phone, and what share of orders carries a platform's virtual number, are
assumptions (``--own``, ``--virtual``), printed beside the figure. What is measured is what the order table makes of
them: found by number, by the four digits on the label, by waybill tail with surname and district, by platform order
number, and, on the second call, by the binding that the first one left.

.venv/bin/python -m bench.logistics.identified [--callers 2000] [--virtual 0.6] [--own 0.85]
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench.logistics.watch import load
from logistics_client.clock import system_clock
from logistics_client.database import open_engine
from logistics_client.errors import NeedsMoreError
from logistics_client.orders_table import OrdersTable
from logistics_client.orders_table.importing import import_rows

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_DISTRICTS = ("高新区", "江夏区", "余杭区", "朝阳区", "浦东新区", "天河区", "武侯区", "雁塔区")


@dataclass(frozen=True)
class Caller:
    """Who calls, and what he can say about his parcel."""

    number: str
    waybill: str
    label_tail: str
    surname: str
    district: str
    order_no: str


def interval(hits: int, n: int) -> str:
    """Return the 95 % interval of a share (Wilson)."""
    z, p = 1.96, hits / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
    return f"{100 * p:.1f} % [{100 * low:.1f}, {100 * high:.1f}], n = {n}"


def people(count: int, virtual: float, own: float) -> tuple[list[Caller], list[dict[str, str]]]:
    """Make callers and the rows of their orders."""
    chance, now = random.Random(3), system_clock()
    callers, rows = [], []
    for n in range(count):
        phone = f"139{chance.randrange(10**8):08d}"
        is_virtual = chance.random() < virtual
        label = f"1701{chance.randrange(10**7):07d}-{chance.randrange(10**4):04d}" if is_virtual else phone
        caller = Caller(
            phone if chance.random() < own else f"138{chance.randrange(10**8):08d}",
            f"731{chance.randrange(10**11):011d}",
            label[-4:],
            chance.choice(_SURNAMES),
            chance.choice(_DISTRICTS),
            f"26{n:014d}",
        )
        callers.append(caller)
        ordered = now - timedelta(hours=chance.randrange(24 * 20))
        rows.append(
            {
                "waybill": caller.waybill,
                "receiver_phone": label,
                "receiver_name": caller.surname + "某",
                "district": caller.district,
                "order_no": caller.order_no,
                "ordered_at": ordered.isoformat(),
            }
        )
    return callers, rows


async def found(table: OrdersTable, caller: Caller) -> dict[str, bool]:
    """Say which way leads to the caller's parcel."""

    async def search(**words: str) -> bool:
        try:
            refs = await table.search(**words)
        except NeedsMoreError:
            return False
        return [ref.waybill for ref in refs] == [caller.waybill]

    known = await table.by_phone(caller.number)
    return {
        "number": caller.waybill in {ref.waybill for ref in known.orders},
        "label tail and surname": await search(phone_tail=caller.label_tail, surname=caller.surname),
        "waybill tail, surname, district": await search(
            waybill_tail=caller.waybill[-4:], surname=caller.surname, district=caller.district
        ),
        "platform order number": await search(order_no=caller.order_no),
    }


async def run(count: int, virtual: float, own: float, path: Path) -> None:
    """Print the share of callers found by each way, and by number on a second call."""
    engine = open_engine(f"sqlite:///{path}")
    table = OrdersTable(engine)
    callers, rows = people(count, virtual, own)
    await import_rows(enumerate(rows, 1), table)
    ways: Counter[str] = Counter()
    for caller in callers:
        result = await found(table, caller)
        ways.update(way for way, hit in result.items() if hit)
        if not result["number"]:
            await table.bind(caller.number, caller.waybill)
    again = 0
    for caller in callers:
        again += caller.waybill in {ref.waybill for ref in (await table.by_phone(caller.number)).orders}
    print(f"assumed: {virtual:.0%} of orders carry a virtual number, {own:.0%} of callers use the order's phone")
    for way, hits in ways.items():
        print(f"found by {way}: {interval(hits, count)}")
    print(f"found by number on the second call (bound): {interval(again, count)} ({load()})", flush=True)
    await engine.dispose()


def main() -> None:
    """Run once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, default=2000)
    parser.add_argument("--virtual", type=float, default=0.6)
    parser.add_argument("--own", type=float, default=0.85)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(run(options.callers, options.virtual, options.own, Path(directory) / "orders.sqlite3"))


if __name__ == "__main__":
    main()
