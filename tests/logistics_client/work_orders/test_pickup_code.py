"""取件码重发: the code goes to the order's phone, once, and the order says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.errors import UnavailableError
from logistics_client.finder import Finder
from logistics_client.http_client import HttpCarrier
from logistics_client.vocabulary import OrderKind, OrderStatus, Parcel, PickupPlace
from logistics_client.work_orders import Outbox, WorkOrderBook
from logistics_client.work_orders.pickup_code import PickupCodeSink
from logistics_client.work_orders.progress import Act, Step
from tests.logistics_client.moving_clock import MovingClock
from tests.logistics_client.work_orders.drafts import draft

LOCKER, HUB, MOTHERS = "YQ8850028846035", "YQ8850024166386", "YQ8850026914470"


@dataclass
class Gateway:
    texts: list[tuple[str, str, str]] = field(default_factory=list)
    away: bool = False

    async def __call__(self, phone: str, text: str, message_id: str) -> None:
        if self.away:
            raise UnavailableError("no receipt")
        self.texts.append((phone, text, message_id))


@dataclass
class Room:
    book: WorkOrderBook
    sink: PickupCodeSink
    outbox: Outbox
    gateway: Gateway

    async def run(self, waybill: str, kind: OrderKind = OrderKind.RESEND_CODE) -> OrderStatus:
        order, _ = await self.book.open(draft(waybill, kind))
        await self.outbox.deliver_due()
        after = await self.book.get(order.order_id)
        assert after is not None
        return after.status


@pytest.fixture
async def room(engine: AsyncEngine, carrier: HttpCarrier, clock: MovingClock) -> AsyncIterator[Room]:
    async def ask(parcel: Parcel, phone: str) -> PickupPlace | None:
        return PickupPlace("station", "S1", "和平里驿站", code="9-9") if parcel.waybill == HUB else None

    book, gateway = WorkOrderBook(engine), Gateway()
    await book.start()
    sink = PickupCodeSink(Finder(platform=carrier, clock=clock), book, ask_place=ask, clock=clock)
    sink.text_by(gateway, "云雀快递")
    yield Room(book, sink, Outbox(engine, book, sink, clock=clock), gateway)
    await book.close()


async def test_the_code_goes_to_the_orders_phone_and_the_order_is_answered(room: Room) -> None:
    assert await room.run(LOCKER) is OrderStatus.RESULTED
    ((phone, text, _),) = room.gateway.texts
    assert phone == "13800138007"
    assert "取件码80613275" in text and "丰巢" in text and "尾号6035" in text


async def test_of_a_virtual_number_the_extension_goes_along(room: Room) -> None:
    await room.run(MOTHERS)
    assert room.gateway.texts[0][0] == "17012340056-3679"


async def test_a_code_that_the_trace_does_not_tell_is_asked_for(room: Room) -> None:
    assert await room.run(HUB) is OrderStatus.RESULTED
    assert "取件码9-9" in room.gateway.texts[0][1]


async def test_without_a_receipt_it_is_tried_again_as_the_same_message(room: Room, clock: MovingClock) -> None:
    room.gateway.away = True
    assert await room.run(LOCKER) is OrderStatus.OPENED
    room.gateway.away = False
    clock.forward(minutes=1)
    await room.outbox.deliver_due()
    (order,) = await room.book.for_waybills(LOCKER)
    assert order.status is OrderStatus.RESULTED
    assert [message_id for _, _, message_id in room.gateway.texts] == [f"pickup-{order.order_id}-open"]


async def test_a_reopened_order_texts_once_more(room: Room, clock: MovingClock) -> None:
    await room.run(LOCKER)
    (order,) = await room.book.for_waybills(LOCKER)
    clock.forward(minutes=5)
    await room.book.act(order.order_id, Act(Step.REOPEN, "wang", clock()))
    clock.forward(minutes=1)
    await room.outbox.deliver_due()
    assert [message_id.rpartition("-")[2] for _, _, message_id in room.gateway.texts] == ["open", "reopen"]
    (order,) = await room.book.for_waybills(LOCKER)
    assert order.status is OrderStatus.RESULTED


@pytest.mark.parametrize(
    ("waybill", "kind"),
    [("YQ8850022647703", OrderKind.RESEND_CODE), (LOCKER, OrderKind.URGE_DELIVERY), ("YQ1", OrderKind.RESEND_CODE)],
)
async def test_nothing_is_texted_where_there_is_no_code(room: Room, waybill: str, kind: OrderKind) -> None:
    assert await room.run(waybill, kind) is OrderStatus.OPENED
    assert room.gateway.texts == []
