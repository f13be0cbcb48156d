from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.errors import UnavailableError
from logistics_client.vocabulary import WorkOrder
from logistics_client.work_orders import Outbox, WorkOrderBook
from logistics_client.work_orders.outbox import LEASE, Retry
from tests.logistics_client.moving_clock import NOON, MovingClock
from tests.logistics_client.work_orders.drafts import draft


class Receiver:
    """An idempotent receiver that can be away."""

    def __init__(self) -> None:
        self.away = False
        self.tried = 0
        self.taken: dict[tuple[str, str], int] = {}

    async def deliver(self, order: WorkOrder, action: str) -> None:
        self.tried += 1
        if self.away:
            raise UnavailableError("away")
        key = (order.order_id, action)
        self.taken[key] = self.taken.get(key, 0) + 1


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def outbox(engine: AsyncEngine, book: WorkOrderBook, receiver: Receiver, clock: MovingClock) -> Outbox:
    return Outbox(engine, book, receiver, clock=clock, retry=Retry(attempts=3))


async def test_every_new_order_is_delivered_once(outbox: Outbox, book: WorkOrderBook, receiver: Receiver) -> None:
    order, _ = await book.open(draft())
    await book.open(draft())
    assert await outbox.deliver_due() == 1
    assert await outbox.deliver_due() == 0
    assert receiver.taken == {(order.order_id, "open"): 1}


async def test_a_failed_delivery_waits_longer_each_time(
    outbox: Outbox, book: WorkOrderBook, receiver: Receiver, clock: MovingClock
) -> None:
    receiver.away = True
    await book.open(draft())
    await outbox.deliver_due()
    assert await outbox.deliver_due() == 0
    clock.forward(seconds=2)
    assert await outbox.deliver_due() == 1
    clock.forward(seconds=2)
    assert await outbox.deliver_due() == 0
    clock.forward(seconds=2)
    receiver.away = False
    assert await outbox.deliver_due() == 1
    assert len(receiver.taken) == 1


async def test_what_cannot_be_delivered_ends_on_the_dead_letter_list_and_can_be_revived(
    outbox: Outbox, book: WorkOrderBook, receiver: Receiver, clock: MovingClock
) -> None:
    receiver.away = True
    order, _ = await book.open(draft())
    for _ in range(5):
        await outbox.deliver_due()
        clock.forward(minutes=10)
    (letter,) = await outbox.dead_letters()
    assert (letter.order_id, letter.attempts) == (order.order_id, 3)
    assert "UnavailableError" in letter.error
    receiver.away = False
    assert await outbox.revive(order.order_id) == 1
    assert await outbox.deliver_due() == 1
    assert await outbox.dead_letters() == ()


async def test_a_delivery_that_died_half_way_is_taken_again_when_its_lease_ends(
    outbox: Outbox, book: WorkOrderBook, receiver: Receiver, clock: MovingClock
) -> None:
    await book.open(draft())
    assert len(await outbox._lease(clock())) == 1  # as a process that is killed before it delivers
    assert await outbox.deliver_due() == 0
    clock.now = NOON + LEASE + timedelta(seconds=1)
    assert await outbox.deliver_due() == 1
    assert list(receiver.taken.values()) == [1]


async def test_an_escalation_is_delivered_too(
    outbox: Outbox, book: WorkOrderBook, receiver: Receiver, clock: MovingClock
) -> None:
    order, _ = await book.open(draft())
    clock.forward(hours=1)
    await book.escalate_due(clock())
    await outbox.deliver_due()
    assert set(receiver.taken) == {(order.order_id, "open"), (order.order_id, "escalate")}
