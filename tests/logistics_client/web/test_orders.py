"""Orders pushed over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.orders_table import OrdersTable
from logistics_client.web import order_router
from tests.logistics_client.moving_clock import MovingClock
from tests.logistics_client.web_server import require, served

PROGRAM = {"x-test-person": "shop program"}


@pytest.fixture
def table(engine: AsyncEngine, clock: MovingClock) -> OrdersTable:
    return OrdersTable(engine, clock=clock)


@pytest.fixture
async def web(table: OrdersTable, clock: MovingClock) -> AsyncIterator[httpx.AsyncClient]:
    async with served(order_router(table, require, clock=clock)) as client:
        yield client


def line(n: int) -> bytes:
    order = {"waybill": f"731{n:011d}", "receiver_phone": f"139{n:08d}", "receiver_name": "李敏"}
    return json.dumps(order, ensure_ascii=False).encode() + b"\n"


async def test_a_stream_without_length_is_stored_and_may_come_again(web: httpx.AsyncClient, table: OrdersTable) -> None:
    async def body() -> AsyncIterator[bytes]:
        for n in range(3000):
            yield line(n)
        yield b'{"waybill": "x"}\n{broken\n'

    for _ in range(2):
        reply = await web.post("/api/v1/orders", content=body(), headers=PROGRAM)
        answer = reply.json()
        assert (reply.status_code, answer["stored"], answer["refused"]) == (200, 3000, 2)
        assert [text.split(":")[0] for text in answer["complaints"]] == ["line 3001", "line 3002"]
    (ref,) = (await table.by_phone("13900002999")).orders
    assert (ref.waybill, ref.receiver_surname) == ("73100000002999", "李")


async def test_a_table_with_chinese_headings_is_read(web: httpx.AsyncClient, table: OrdersTable) -> None:
    text = "运单号,收件人电话\n73100196611386,13800138000\n"
    assert (await web.post("/api/v1/orders", content=text.encode(), headers=PROGRAM)).json()["stored"] == 1
    assert (await table.phones_of("73100196611386")) == ("13800138000", None)


@pytest.mark.parametrize("content", [b"", b"\x00\xff\x00", b"<html>", b"[1,2,3]", b"{" * 5000])
async def test_what_holds_no_orders_is_refused(web: httpx.AsyncClient, content: bytes) -> None:
    reply = await web.post("/api/v1/orders", content=content, headers=PROGRAM)
    assert (reply.status_code, reply.json()["code"]) == (400, "no_orders")


async def test_only_programs_and_operations_push(web: httpx.AsyncClient) -> None:
    reply = await web.post("/api/v1/orders", content=line(1), headers={"x-test-person": "wang agent"})
    assert reply.status_code == 401
