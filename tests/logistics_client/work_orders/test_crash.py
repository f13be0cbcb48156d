"""An acknowledged order survives kill -9 at any point and reaches an idempotent receiver exactly once."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from logistics_client.database import open_engine
from logistics_client.vocabulary import WorkOrder
from logistics_client.work_orders import Outbox, WorkOrderBook
from logistics_client.work_orders.outbox import LEASE
from tests.logistics_client.moving_clock import NOON, MovingClock

# Opens orders one after the other, prints each number once it was acknowledged, and delivers into a file.
CHILD = """
import asyncio, sys
from logistics_client.database import open_engine
from logistics_client.work_orders import Outbox, WorkOrderBook
from tests.logistics_client.moving_clock import MovingClock
from tests.logistics_client.work_orders.drafts import draft

class Log:
    async def deliver(self, order, action):
        with open(sys.argv[2], "a", encoding="utf-8") as log:
            log.write(order.order_id + "\\n")

async def main():
    engine = open_engine(f"sqlite:///{sys.argv[1]}")
    book = WorkOrderBook(engine)
    await book.start()
    Outbox(engine, book, Log(), clock=MovingClock()).start()
    for n in range(100_000):
        order, _ = await book.open(draft(f"YQ{n:013d}"))
        print(order.order_id, flush=True)

asyncio.run(main())
"""


async def test_orders_survive_kill_9(tmp_path: Path) -> None:
    database, log = tmp_path / "orders.sqlite3", tmp_path / "received"
    log.touch()
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, str(database), str(log),
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )  # fmt: skip
    assert child.stdout is not None
    acknowledged = [(await child.stdout.readline()).decode().strip() for _ in range(40)]
    child.send_signal(signal.SIGKILL)
    rest = (await child.stdout.read()).decode().split()
    await child.wait()
    acknowledged += [number for number in rest if len(number) == 12]

    received = log.read_text(encoding="utf-8").split()

    class Receiver:
        async def deliver(self, order: WorkOrder, action: str) -> None:
            received.append(order.order_id)

    clock = MovingClock(NOON + LEASE * 2)
    engine = open_engine(f"sqlite:///{database}")
    book = WorkOrderBook(engine)
    await book.start()
    stored = {order.order_id for order in await book.running()}
    outbox = Outbox(engine, book, Receiver(), clock=clock)
    while await outbox.deliver_due():
        pass
    await book.close()
    await engine.dispose()
    assert set(acknowledged) <= stored
    assert set(received) == stored
