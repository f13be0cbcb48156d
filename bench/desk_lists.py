"""Lists of calls with 100,000 calls in the ledger: how long they take to fill, and to answer.

Usage: .venv/bin/python -m bench.desk_lists [--calls 100000] [--url postgresql+asyncpg://...]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth.roles import Account, Role
from desk.calls.lists import CallLists, Filter
from desk.calls.projection import Projection
from desk.database import create_tables, open_engine, to_text
from ledger import Event, Ledger
from ledger.schema import events, metadata

START = datetime(2026, 1, 1, tzinfo=UTC)
INTENTS = ("track", "urge_delivery", "signed_not_received", "lost", "complaint")
CHIEF = Account("chief", "chief", "chief", Role.SUPERVISOR)


def call_rows(number: int, rng: random.Random) -> list[dict[str, object]]:
    """The folded events of one made-up call, and turns that are passed over."""
    call_id, at = f"c-{number:08d}", START + timedelta(seconds=90 * number)
    caller = f"138{rng.randrange(10**8):08d}"
    intent, waybill = rng.choice(INTENTS), f"YQ{rng.randrange(10**6):013d}"
    agent = f"a-{rng.randrange(50)}"
    told: list[tuple[str, dict[str, object]]] = [
        ("call.started", {"caller": caller, "called": "95000", "hotline": "main", "caller_class": "receiver"}),
        ("turn.bot", {"text": "您好,云雀快递自动语音为您服务,通话有录音。"}),
        ("turn.caller", {"text": "我的快递到哪了", "turn": 1}),
        ("intent", {"intents": [intent], "emotion": "neutral"}),
        ("work_order.opened", {"order_id": f"o-{number}", "kind": "urge_delivery", "waybill": waybill}),
        ("promise.made", {"order_id": f"o-{number}", "what": "网点联系您", "due_at": at.isoformat()}),
    ]
    if number % 5 == 0:
        told += [
            ("transfer.requested", {"card": {"intent": intent, "waybill": waybill}}),
            ("agent.offered", {"agent": agent}),
            ("agent.accepted", {"agent": agent}),
            ("transfer.bridged", {"agent": agent}),
        ]
    told += [("call.ended", {"cause": "done", "who": "hotline", "seconds": 61.0})]
    return [
        {
            "call_id": call_id,
            "seq": seq,
            "called": "95000",
            "at": to_text(at + timedelta(seconds=seq)),
            "type": type_,
            "version": 1,
            "writer": "bench",
            "data": data,
        }
        for seq, (type_, data) in enumerate(told, start=1)
    ]


async def timed(rounds: int, work: Callable[[], Awaitable[object]]) -> dict[str, float]:
    """Milliseconds of repeated work."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    return {"p50_ms": round(taken[len(taken) // 2], 1), "p95_ms": round(taken[int(len(taken) * 0.95)], 1)}


async def fill(engine: AsyncEngine, count: int) -> int:
    """Write the events of that many calls; returns the number of rows."""
    rng, rows = random.Random(7), 0
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await create_tables(engine)
    for first in range(0, count, 2000):
        batch = [row for number in range(first, min(first + 2000, count)) for row in call_rows(number, rng)]
        rows += len(batch)
        async with engine.begin() as connection:
            await connection.execute(insert(events), batch)
    return rows


async def ask(lists: CallLists, count: int) -> dict[str, dict[str, float]]:
    """Milliseconds of each question that people ask of the lists."""
    middle = START + timedelta(seconds=45 * count)
    known, _ = await lists.page(Filter(limit=1, until=middle), CHIEF)
    number, waybill = str(known[0]["number"]), str(known[0]["waybill"])
    asked = {
        "first page": Filter(),
        "page in the middle": Filter(until=middle),
        "by number": Filter(number=number),
        "by last four digits": Filter(number=number[-4:]),
        "by intent": Filter(intent="lost"),
        "by rare outcome": Filter(outcome="abandoned"),
        "by agent": Filter(agent="a-7"),
        "by waybill": Filter(waybill=waybill),
        "by agent and intent": Filter(agent="a-7", intent="lost"),
    }
    return {name: await timed(40, partial(lists.page, what, CHIEF)) for name, what in asked.items()}


async def measure(url: str, count: int) -> dict[str, object]:
    """Fill the ledger, the lists, and ask."""
    engine, ledger = open_engine(url), Ledger(url, writer="desk")
    rows = await fill(engine, count)
    await ledger.start()
    projection, lists = Projection(engine, ledger), CallLists(engine)
    await projection.rebuild()
    began, cpu = time.perf_counter(), time.process_time()
    read = await projection.catch_up()
    filled_s, filled_cpu_s = time.perf_counter() - began, time.process_time() - cpu

    async def one_more() -> None:
        await ledger.append(Event("agent.note", "c-00000007", datetime.now(UTC), {"text": "x"}))
        await projection.catch_up()

    answers, fresh = await ask(lists, count), await timed(40, one_more)
    await ledger.close()
    await engine.dispose()
    return {
        "calls": count,
        "ledger_rows": rows,
        "filled_s": round(filled_s, 1),
        "filled_cpu_s": round(filled_cpu_s, 1),
        "rows_per_s": round(read / filled_s),
        "lists": answers,
        "commit and catch up": fresh,
        "load_average": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = options.url or f"sqlite+aiosqlite:///{folder}/bench.db"
        print(json.dumps(asyncio.run(measure(url, options.calls)), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
