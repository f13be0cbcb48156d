from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from logistics_client.errors import MisconfiguredError, UnavailableError
from logistics_client.signing import hmac_sha256
from logistics_client.transport.http import CarrierHttp, Policy
from logistics_client.vocabulary import OrderKind, OrderStatus, Promise, WorkOrder
from logistics_client.work_orders import Outbox, SinkChain, WebhookSink, WorkOrderBook
from tests.logistics_client.moving_clock import NOON, MovingClock
from tests.logistics_client.work_orders.drafts import draft

ORDER = WorkOrder(
    "261122000001",
    OrderKind.DOORSTEP,
    "YQ8850024166386",
    NOON,
    promise=Promise("上门", NOON + timedelta(hours=2)),
    owner="余杭良渚网点",
    details={"address_note": "老小区无电梯"},
)


@dataclass(frozen=True)
class Received:
    headers: Headers
    body: bytes


class Outlet:
    """An outlet's own system."""

    def __init__(self, *statuses: int) -> None:
        self.received: list[Received] = []
        self._statuses = list(statuses)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.received.append(Received(request.headers, await request.body()))
        response = Response(status_code=self._statuses.pop(0) if self._statuses else 204)
        await response(scope, receive, send)


def sink(outlet: Outlet, clock: MovingClock) -> WebhookSink:
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=outlet))
    http = CarrierHttp("outlet", Policy(backoff_s=0.0), clock=clock, client=client)
    return WebhookSink("http://outlet.test/orders", "secret", http=http, clock=clock)


async def test_the_outlet_can_check_what_it_gets(clock: MovingClock) -> None:
    outlet = Outlet()
    await sink(outlet, clock).deliver(ORDER, "open")
    (request,) = outlet.received
    stamp = request.headers["x-hotline-timestamp"]
    assert int(stamp) == int(NOON.timestamp() * 1000)
    assert request.headers["x-hotline-signature"] == hmac_sha256(stamp.encode() + b"." + request.body, "secret")
    assert '"address_note":"老小区无电梯"'.encode() in request.body


async def test_a_repeat_carries_the_same_key_and_an_escalation_another(clock: MovingClock) -> None:
    outlet = Outlet(503)
    webhook = sink(outlet, clock)
    await webhook.deliver(ORDER, "open")
    await webhook.deliver(ORDER, "escalate")
    keys = [request.headers["idempotency-key"] for request in outlet.received]
    assert keys == ["261122000001:open", "261122000001:open", "261122000001:escalate"]


@pytest.mark.parametrize(("statuses", "error"), [((500, 500), UnavailableError), ((403,), MisconfiguredError)])
async def test_no_receipt_is_an_error(statuses: tuple[int, ...], error: type[Exception], clock: MovingClock) -> None:
    with pytest.raises(error):
        await sink(Outlet(*statuses), clock).deliver(ORDER, "open")


async def test_a_chain_stops_at_the_first_who_did_not_get_it_and_repeats_to_all(clock: MovingClock) -> None:
    first, second = Outlet(), Outlet(500, 500)
    chain = SinkChain(sink(first, clock), sink(second, clock))
    with pytest.raises(UnavailableError):
        await chain.deliver(ORDER, "open")
    await chain.deliver(ORDER, "open")
    assert {request.headers["idempotency-key"] for request in first.received} == {"261122000001:open"}
    assert (len(first.received), len(second.received)) == (2, 3)


async def test_without_receivers_an_order_waits_at_the_desk_and_not_in_the_outbox(
    engine: AsyncEngine, clock: MovingClock
) -> None:
    book = WorkOrderBook(engine)
    await book.start()
    order, _ = await book.open(draft())
    outbox = Outbox(engine, book, SinkChain(), clock=clock)
    assert (await outbox.deliver_due(), await outbox.deliver_due()) == (1, 0)
    (running,) = await book.running()
    assert (running.order_id, running.status) == (order.order_id, OrderStatus.OPENED)
    await book.close()
