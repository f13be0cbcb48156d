from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.database import open_engine
from logistics_client.errors import UnavailableError
from logistics_client.vocabulary import OrderKind, OrderStatus
from logistics_client.work_orders import WorkOrderBook
from logistics_client.work_orders.progress import Change
from tests.logistics_client.moving_clock import NOON
from tests.logistics_client.work_orders.drafts import draft


async def test_an_order_is_opened_with_a_number_that_can_be_read_out(book: WorkOrderBook) -> None:
    order, new = await book.open(draft())
    assert new
    assert order.order_id.startswith("261122") and order.order_id.isdigit() and len(order.order_id) == 12
    assert order.promise is not None and order.promise.order_id == order.order_id
    assert await book.get(order.order_id) == order


async def test_a_second_call_finds_the_running_order(book: WorkOrderBook) -> None:
    first, _ = await book.open(draft())
    second, new = await book.open(draft(at=NOON + timedelta(hours=3), call_id="call-2"))
    assert (second, new) == (first, False)


async def test_another_kind_or_parcel_is_another_order(book: WorkOrderBook) -> None:
    await book.open(draft())
    assert (await book.open(draft(kind=OrderKind.COMPLAINT)))[1]
    assert (await book.open(draft("YQ8850024166387")))[1]


async def test_after_the_window_a_new_order_is_opened(book: WorkOrderBook) -> None:
    first, _ = await book.open(draft())
    second, new = await book.open(draft(at=NOON + timedelta(hours=25)))
    assert new and second.order_id != first.order_id


async def test_an_answered_order_frees_its_place(book: WorkOrderBook) -> None:
    first, _ = await book.open(draft())
    await book.change(first.order_id, OrderStatus.RESULTED, NOON + timedelta(minutes=10), outcome="已联系")
    assert (await book.open(draft(at=NOON + timedelta(minutes=20))))[1]
    assert [order.status for order in await book.for_waybills("YQ8850024166386")] == [
        OrderStatus.OPENED,
        OrderStatus.RESULTED,
    ]


async def test_without_a_parcel_one_call_opens_one_order_of_a_kind(book: WorkOrderBook) -> None:
    first, _ = await book.open(draft(None, OrderKind.CALL_BACK))
    assert await book.open(draft(None, OrderKind.CALL_BACK)) == (first, False)
    assert (await book.open(draft(None, OrderKind.CALL_BACK, call_id="call-2")))[1]


async def test_a_thousand_at_once_for_a_hundred_parcels_are_a_hundred_orders(book: WorkOrderBook) -> None:
    drafts = [draft(f"YQ{n % 100:013d}", call_id=f"call-{n}") for n in range(1000)]
    opened = await asyncio.gather(*(book.open(d) for d in drafts))
    assert sum(new for _, new in opened) == 100
    assert len({order.order_id for order, _ in opened}) == 100


async def test_two_processes_agree_on_one_order(engine: AsyncEngine, book: WorkOrderBook) -> None:
    other_engine = open_engine(str(engine.url))
    other = WorkOrderBook(other_engine)
    await other.start()
    opened = await asyncio.gather(*(b.open(draft(f"YQ{n:013d}")) for n in range(50) for b in (book, other)))
    await other.close()
    await other_engine.dispose()
    assert sum(new for _, new in opened) == 50


async def test_a_caller_who_hangs_up_does_not_undo_the_order(book: WorkOrderBook) -> None:
    task = asyncio.create_task(book.open(draft()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await book.open(draft()))[1] is False


async def test_a_promise_is_kept_or_missed_when_the_result_comes(book: WorkOrderBook) -> None:
    early, _ = await book.open(draft("YQ0000000000001"))
    late, _ = await book.open(draft("YQ0000000000002"))
    kept = await book.change(early.order_id, OrderStatus.RESULTED, NOON + timedelta(minutes=29))
    missed = await book.change(late.order_id, OrderStatus.RESULTED, NOON + timedelta(minutes=31))
    assert kept is not None and kept.promise is not None and kept.promise.kept is True
    assert missed is not None and missed.promise is not None and missed.promise.kept is False


async def test_due_orders_become_overdue_once_and_listeners_hear_of_it(book: WorkOrderBook) -> None:
    heard: list[Change] = []

    async def listen(change: Change) -> None:
        heard.append(change)

    book.subscribe(listen)
    order, _ = await book.open(draft())
    assert await book.escalate_due(NOON + timedelta(minutes=29)) == ()
    (late,) = await book.escalate_due(NOON + timedelta(minutes=30))
    assert late.status is OrderStatus.OVERDUE and late.promise is not None and late.promise.kept is False
    assert await book.escalate_due(NOON + timedelta(minutes=31)) == ()
    assert [(change.order, change.status, change.kept) for change in heard] == [(late, OrderStatus.OVERDUE, False)]
    assert (await book.open(draft(at=NOON + timedelta(hours=1))))[0].order_id == order.order_id


async def test_late_and_repeated_feedback_changes_nothing(book: WorkOrderBook) -> None:
    heard: list[Change] = []

    async def listen(change: Change) -> None:
        heard.append(change)

    order, _ = await book.open(draft())
    await book.change(order.order_id, OrderStatus.RESULTED, NOON, outcome="已联系")
    book.subscribe(listen)
    for status in (OrderStatus.ACCEPTED, OrderStatus.RESULTED):
        after = await book.change(order.order_id, status, NOON + timedelta(hours=1))
        assert after is not None and (after.status, after.outcome) == (OrderStatus.RESULTED, "已联系")
    assert heard == []


async def test_an_overdue_order_that_is_merely_accepted_stays_overdue(book: WorkOrderBook) -> None:
    order, _ = await book.open(draft())
    await book.escalate_due(NOON + timedelta(hours=1))
    after = await book.change(order.order_id, OrderStatus.ACCEPTED, NOON + timedelta(hours=1))
    assert after is not None and after.status is OrderStatus.OVERDUE


async def test_a_failing_listener_does_not_silence_the_others(book: WorkOrderBook) -> None:
    heard: list[Change] = []

    async def broken(change: Change) -> None:
        raise RuntimeError("broken")

    async def listen(change: Change) -> None:
        heard.append(change)

    book.subscribe(broken)
    book.subscribe(listen)
    order, _ = await book.open(draft())
    await book.change(order.order_id, OrderStatus.ACCEPTED, NOON)
    assert len(heard) == 1


async def test_an_unknown_order_is_none(book: WorkOrderBook) -> None:
    assert await book.get("000000000000") is None
    assert await book.change("000000000000", OrderStatus.ACCEPTED, NOON) is None


async def test_nothing_is_promised_while_the_book_is_closed(engine: AsyncEngine) -> None:
    with pytest.raises(UnavailableError):
        await WorkOrderBook(engine).open(draft())


async def test_nothing_is_promised_when_the_disk_refuses(engine: AsyncEngine, book: WorkOrderBook) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE order_outbox")
    with pytest.raises(UnavailableError):
        await book.open(draft())
    assert await book.for_waybills("YQ8850024166386") == ()
