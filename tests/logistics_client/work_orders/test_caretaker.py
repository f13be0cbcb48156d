from __future__ import annotations

import asyncio

from logistics_client.errors import NoDataYetError
from logistics_client.http_client import Standing
from logistics_client.vocabulary import OrderStatus
from logistics_client.work_orders import WorkOrderBook
from logistics_client.work_orders.caretaker import MAX_ASKED, Caretaker
from logistics_client.work_orders.progress import Change
from tests.logistics_client.moving_clock import MovingClock
from tests.logistics_client.work_orders.drafts import draft


class Outlet:
    """Answers for the orders that it knows."""

    def __init__(self) -> None:
        self.standings: dict[str, Standing] = {}
        self.asked: list[str] = []

    async def order_standing(self, order_id: str) -> Standing:
        self.asked.append(order_id)
        if order_id not in self.standings:
            raise NoDataYetError("never received")
        return self.standings[order_id]


async def test_an_answer_that_is_there_when_the_promise_is_due_counts_as_kept(
    book: WorkOrderBook, clock: MovingClock
) -> None:
    outlet = Outlet()
    order, _ = await book.open(draft())
    outlet.standings[order.order_id] = Standing(OrderStatus.RESULTED, "已联系")
    clock.forward(minutes=30)
    await Caretaker(book, outlet, clock=clock).once()
    after = await book.get(order.order_id)
    assert after is not None and (after.status, after.outcome) == (OrderStatus.RESULTED, "已联系")
    assert after.promise is not None and after.promise.kept is True


async def test_silence_past_the_promise_is_escalated(book: WorkOrderBook, clock: MovingClock) -> None:
    order, _ = await book.open(draft())
    clock.forward(minutes=31)
    await Caretaker(book, Outlet(), clock=clock).once()
    after = await book.get(order.order_id)
    assert after is not None and after.status is OrderStatus.OVERDUE


async def test_with_many_orders_everyone_is_asked_in_turn(book: WorkOrderBook, clock: MovingClock) -> None:
    for n in range(MAX_ASKED + 10):
        await book.open(draft(f"YQ{n:013d}"))
    outlet = Outlet()
    caretaker = Caretaker(book, outlet, clock=clock)
    await caretaker.once()
    assert len(outlet.asked) == MAX_ASKED
    await caretaker.once()
    assert len(set(outlet.asked)) == MAX_ASKED + 10


async def test_it_works_in_the_background_and_stops_when_asked(book: WorkOrderBook, clock: MovingClock) -> None:
    order, _ = await book.open(draft())
    clock.forward(hours=1)
    caretaker = Caretaker(book, clock=clock, round_s=0.005)
    caretaker.start()
    late = asyncio.Event()

    async def listen(change: Change) -> None:
        late.set()

    book.subscribe(listen)
    async with asyncio.timeout(5):
        await late.wait()
    await caretaker.close()
    found = await book.get(order.order_id)
    assert found is not None and found.status is OrderStatus.OVERDUE
    assert "work-order-caretaker" not in {task.get_name() for task in asyncio.all_tasks()}
