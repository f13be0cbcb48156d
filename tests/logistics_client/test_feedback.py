"""Feedback pushed by outlets, over a real socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client import signed_push
from logistics_client.feedback import FeedbackReceiver, feedback_router
from logistics_client.vocabulary import OrderStatus
from logistics_client.work_orders import WorkOrderBook
from logistics_client.work_orders.progress import Act, Step
from tests.logistics_client.moving_clock import NOON, MovingClock
from tests.logistics_client.web_server import served
from tests.logistics_client.work_orders.drafts import draft

PATH = "/push/work-orders"


@dataclass
class Outlet:
    web: httpx.AsyncClient
    book: WorkOrderBook
    clock: MovingClock

    async def push(self, body: bytes | dict[str, Any], *, secret: str = "s3cret", late_s: float = 0) -> tuple[int, Any]:
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        stamp = str(int((self.clock() - timedelta(seconds=late_s)).timestamp() * 1000))
        reply = await self.web.post(PATH, content=content, headers=signed_push.headers(content, secret, stamp))
        return reply.status_code, reply.json()

    async def status(self, order_id: str) -> tuple[OrderStatus, str | None]:
        order = await self.book.get(order_id)
        assert order is not None
        return order.status, order.outcome


@pytest.fixture
async def outlet(engine: AsyncEngine, clock: MovingClock) -> AsyncIterator[Outlet]:
    book = WorkOrderBook(engine)
    await book.start()
    async with served(feedback_router(FeedbackReceiver(book, "s3cret", clock=clock))) as web:
        yield Outlet(web, book, clock)
    await book.close()


async def test_feedback_in_any_order_and_twice_ends_alike(outlet: Outlet) -> None:
    order, _ = await outlet.book.open(draft())
    result = {"order_id": order.order_id, "status": "resulted", "outcome": "已联系收件人,下午四点上门"}
    for body in (result, result, {"order_id": order.order_id, "status": "accepted"}):
        assert await outlet.push(body) == (200, {"accepted": True})
        assert await outlet.status(order.order_id) == (OrderStatus.RESULTED, "已联系收件人,下午四点上门")


async def test_what_was_said_before_a_reopening_does_not_end_the_order_again(outlet: Outlet) -> None:
    order, _ = await outlet.book.open(draft())
    result = {"order_id": order.order_id, "status": "resulted", "outcome": "已送", "at": NOON.isoformat()}
    await outlet.push(result)
    outlet.clock.forward(minutes=1)
    await outlet.book.act(order.order_id, Act(Step.REOPEN, "王一", outlet.clock()))
    outlet.clock.forward(minutes=1)
    for old in (result, {"order_id": order.order_id, "status": "resulted", "outcome": "已送"}):
        assert (await outlet.push(old))[0] == 200
        assert (await outlet.status(order.order_id))[0] is OrderStatus.REOPENED
    await outlet.push({**result, "outcome": "重新送达", "at": outlet.clock().isoformat()})
    assert await outlet.status(order.order_id) == (OrderStatus.RESULTED, "重新送达")


async def test_what_is_not_signed_or_old_changes_nothing(outlet: Outlet) -> None:
    order, _ = await outlet.book.open(draft())
    body = {"order_id": order.order_id, "status": "closed"}
    assert (await outlet.push(body, secret="guess"))[0] == 403
    assert (await outlet.push(body, late_s=301))[0] == 403
    assert (await outlet.push(body, late_s=-301))[0] == 403
    assert (await outlet.web.post(PATH, json=body)).status_code == 403
    assert (await outlet.status(order.order_id))[0] is OrderStatus.OPENED


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b'{"order_id": "1", "status": "resul', 400),
        (b"[" * 15_000, 400),
        ({"order_id": "1"}, 400),
        ({"order_id": "1", "status": "overdue"}, 400),
        ({"order_id": {"a": 1}, "status": "resulted"}, 400),
        ({"order_id": "261122999999", "status": "resulted"}, 404),
        (b"x" * 20_001, 413),
    ],
)
async def test_signed_nonsense_has_a_name(outlet: Outlet, body: bytes | dict[str, Any], status: int) -> None:
    code, answer = await outlet.push(body)
    assert (code, answer["accepted"]) == (status, False) and answer["error"]
