"""Work orders at the carrier itself, over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.carriers.kuaidi100_orders import Kuaidi100OrderAccount, Kuaidi100Orders
from logistics_client.carriers.sf import SfAccount, SfClient
from logistics_client.errors import MisconfiguredError
from logistics_client.transport import CarrierHttp
from logistics_client.vocabulary import OrderKind, OrderStatus, WorkOrder
from logistics_client.work_orders import Outbox, SinkChain, WorkOrderBook
from logistics_client.work_orders.carrier_sinks import Kuaidi100Sink, SfSink, read_kinds
from logistics_client.work_orders.sinks import OrderSink
from tests.logistics_client.carrier_server import Asked, CarrierServer, carrier_server, json_reply
from tests.logistics_client.moving_clock import MovingClock
from tests.logistics_client.work_orders.drafts import draft

SF, YTO = "SF1234567890123", "YT9693083639795"
DONE = {"success": True, "errorCode": "S0000"}
ADDRESS = {"new_address": "湖北省武汉市江夏区一号", "receiver": "李敏", "contact_phone": "13800138000"}


async def delivered(
    book: WorkOrderBook,
    sink: OrderSink,
    engine: AsyncEngine,
    clock: MovingClock,
    waybill: str,
    kind: OrderKind,
    **details: str,
) -> WorkOrder:
    order, _ = await book.open(draft(waybill, kind, details=details))
    await Outbox(engine, book, sink, clock=clock).deliver_due()
    after = await book.get(order.order_id)
    assert after is not None
    return after


def sf(inner: dict[str, object], outer: str = "A1000") -> bytes:
    return json_reply({"apiResultCode": outer, "apiResultData": json.dumps(inner)})


@pytest.fixture
async def line(clock: MovingClock) -> AsyncIterator[CarrierHttp]:
    line = CarrierHttp("sf", clock=clock)
    yield line
    await line.close()


def sf_sink(server: CarrierServer, book: WorkOrderBook, line: CarrierHttp, clock: MovingClock) -> SfSink:
    return SfSink(SfClient(SfAccount("P", "C", base_url=server.url), line, clock=clock), book, clock=clock)


@pytest.mark.parametrize(
    ("kind", "details", "code"),
    [
        (OrderKind.URGE_DELIVERY, {}, "3"),
        (OrderKind.DOORSTEP, {}, "6"),
        (OrderKind.INTERCEPT, {"caller_role": "sender"}, "2"),
        (OrderKind.CHANGE_ADDRESS, ADDRESS, "1"),
    ],
)
async def test_sf_takes_what_its_interface_offers(
    book: WorkOrderBook,
    engine: AsyncEngine,
    clock: MovingClock,
    line: CarrierHttp,
    kind: OrderKind,
    details: dict[str, str],
    code: str,
) -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(sf(DONE))

    async with carrier_server(answer) as server:
        after = await delivered(book, sf_sink(server, book, line, clock), engine, clock, SF, kind, **details)
    assert (after.status, after.outcome) == (OrderStatus.ACCEPTED, "已提交给快递公司")
    asked = json.loads(server.asked[0].form["msgData"])
    assert (asked["waybillNo"], asked["serviceCode"]) == (SF, code)
    assert asked["role"] == ("1" if details.get("caller_role") else "2")
    assert asked.get("newDestAddress") == details.get("new_address")


@pytest.mark.parametrize("kind", [OrderKind.COMPLAINT, OrderKind.CHANGE_ADDRESS])
async def test_what_sf_has_no_service_for_stays_ours(
    book: WorkOrderBook, engine: AsyncEngine, clock: MovingClock, line: CarrierHttp, kind: OrderKind
) -> None:
    async with carrier_server(lambda _asked, _writer: asyncio.sleep(0)) as server:
        after = await delivered(book, sf_sink(server, book, line, clock), engine, clock, SF, kind)
    assert (after.status, server.asked) == (OrderStatus.OPENED, [])


async def test_a_refusal_leaves_the_order_with_the_outlet(
    book: WorkOrderBook, engine: AsyncEngine, clock: MovingClock, line: CarrierHttp
) -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(sf({"success": False, "errorCode": "8119"}))

    async with carrier_server(answer) as server:
        after = await delivered(book, sf_sink(server, book, line, clock), engine, clock, SF, OrderKind.URGE_DELIVERY)
    assert after.status is OrderStatus.OPENED and len(server.asked) == 1


async def test_a_repeat_for_another_receivers_sake_submits_once(
    book: WorkOrderBook, engine: AsyncEngine, clock: MovingClock, line: CarrierHttp
) -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(sf(DONE))

    class Broken:
        async def deliver(self, order: WorkOrder, action: str) -> None:
            raise MisconfiguredError("an operator has to act")

    async with carrier_server(answer) as server:
        chain = SinkChain(sf_sink(server, book, line, clock), Broken())
        outbox = Outbox(engine, book, chain, clock=clock)
        await book.open(draft(SF, OrderKind.URGE_DELIVERY))
        for _ in range(3):
            await outbox.deliver_due()
            clock.forward(minutes=10)
    assert len(server.asked) == 1


async def test_kuaidi100_takes_work_orders_and_intercepts(
    book: WorkOrderBook, engine: AsyncEngine, clock: MovingClock
) -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(json_reply({"code": 200, "data": {"id": "W1", "status": "0"}}))

    async with carrier_server(answer) as server:
        orders = Kuaidi100Orders(Kuaidi100OrderAccount("K", "S", base_url=server.url), CarrierHttp("kuaidi100"))
        kinds = read_kinds("urge_delivery=催派, complaint=投诉")
        sink = Kuaidi100Sink(orders, book, callback="https://hotline.example/x", kinds=kinds, clock=clock)
        for kind, details in (
            (OrderKind.URGE_DELIVERY, {"issue": "两天没动"}),
            (OrderKind.CHANGE_ADDRESS, ADDRESS),
            (OrderKind.INTERCEPT, {}),
        ):
            after = await delivered(book, sink, engine, clock, YTO, kind, **details)
            assert after.status is OrderStatus.ACCEPTED
        after = await delivered(book, sink, engine, clock, YTO, OrderKind.FEE_CHECK)
        assert after.status is OrderStatus.OPENED
        await orders.close()
    assert [asked.path for asked in server.asked] == ["/workorder/api/create", "/label/order", "/label/order"]
    assert json.loads(server.asked[0].form["param"])["secondType"] == "催派"
    assert json.loads(server.asked[1].form["param"])["recManInfo"]["printAddr"] == ADDRESS["new_address"]


def test_kinds_are_named_with_what_is_wrong() -> None:
    assert read_kinds("") == {}
    with pytest.raises(MisconfiguredError, match="dance=跳舞"):
        read_kinds("urge_delivery=催派,dance=跳舞")
