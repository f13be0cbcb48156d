"""The same tables on PostgreSQL: run with ``TEST_DATABASE_URL=postgresql://user@host/empty-database``."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.database import metadata, open_engine
from logistics_client.errors import NeedsMoreError
from logistics_client.orders_table import OrdersTable, Role
from logistics_client.vocabulary import CallerClass, OrderStatus, WorkOrder
from logistics_client.work_orders import Outbox, WorkOrderBook
from tests.logistics_client.moving_clock import NOON, MovingClock
from tests.logistics_client.orders_table.test_table import row
from tests.logistics_client.work_orders.drafts import draft

URL = os.environ.get("TEST_DATABASE_URL", "")
pytestmark = pytest.mark.skipif(not URL, reason="set TEST_DATABASE_URL to an empty PostgreSQL database")


@pytest.fixture
async def engine() -> AsyncIterator[AsyncEngine]:
    engine = open_engine(URL)
    async with engine.begin() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(metadata.create_all)
    yield engine
    await engine.dispose()


async def test_two_processes_open_each_order_once(engine: AsyncEngine) -> None:
    other_engine = open_engine(URL)
    books = [WorkOrderBook(engine), WorkOrderBook(other_engine)]
    for book in books:
        await book.start()
    drafts = [draft(f"YQ{n % 100:013d}", call_id=f"call-{n}") for n in range(1000)]
    opened = await asyncio.gather(*(books[n % 2].open(d) for n, d in enumerate(drafts)))
    assert sum(new for _, new in opened) == 100
    assert len(await books[0].running()) == 100
    for book in books:
        await book.close()
    await other_engine.dispose()


async def test_two_outboxes_never_deliver_the_same_order_twice(engine: AsyncEngine, clock: MovingClock) -> None:
    delivered: list[str] = []

    class Receiver:
        async def deliver(self, order: WorkOrder, action: str) -> None:
            delivered.append(order.order_id)
            await asyncio.sleep(0)

    book = WorkOrderBook(engine)
    await book.start()
    for n in range(60):
        await book.open(draft(f"YQ{n:013d}"))
    outboxes = [Outbox(engine, book, Receiver(), clock=clock) for _ in range(2)]
    while any(await asyncio.gather(*(outbox.deliver_due() for outbox in outboxes))):
        pass
    assert len(delivered) == len(set(delivered)) == 60
    await book.close()


async def test_an_order_runs_its_course(engine: AsyncEngine) -> None:
    book = WorkOrderBook(engine)
    await book.start()
    order, _ = await book.open(draft())
    (late,) = await book.escalate_due(NOON + timedelta(hours=1))
    assert late.status is OrderStatus.OVERDUE
    after = await book.change(order.order_id, OrderStatus.RESULTED, NOON + timedelta(hours=2), outcome="已联系")
    assert after is not None and after.outcome == "已联系"
    assert (await book.open(draft(at=NOON + timedelta(hours=3))))[1]
    await book.close()


async def test_the_order_table_finds_and_remembers(engine: AsyncEngine, clock: MovingClock) -> None:
    table = OrdersTable(engine, clock=clock)
    await table.store([row(f"731001966{n}1386") for n in range(10, 17)])
    await table.store([row("73100196611386", receiver_phone="17012340056-3679")])
    await table.register([{"phone": "13800138012", "caller_class": CallerClass.STAFF.value, "name": None}])
    await table.bind("13700137000", "73100196611386")
    assert (await table.by_phone("13800138012")).caller_class is CallerClass.STAFF
    assert [ref.role for ref in (await table.by_phone("13700137000")).orders] == [Role.BOUND]
    assert [ref.waybill for ref in await table.search(phone_tail="3679", district="高新")] == ["73100196611386"]
    with pytest.raises(NeedsMoreError):
        await table.search(waybill_tail="1386")
