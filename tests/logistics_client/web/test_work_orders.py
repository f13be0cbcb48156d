"""Work orders over HTTP: every step, who hears of it, and what is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.finder import Finder
from logistics_client.http_client import HttpCarrier
from logistics_client.service import LogisticsService
from logistics_client.web import work_order_router
from logistics_client.work_orders import Outbox, SinkChain, WorkOrderBook
from logistics_client.work_orders.office import WorkOrderOffice
from logistics_client.work_orders.progress import Change
from tests.logistics_client.moving_clock import MovingClock
from tests.logistics_client.test_service import PROMISES
from tests.logistics_client.web_server import require, served

WAYBILL = "YQ8850024166386"
AGENT = {"x-test-person": "wang agent"}
LEAD = {"x-test-person": "li supervisor"}


class Receiver(SinkChain):
    """Notes what the receiver of orders was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    async def deliver(self, order: Any, action: str) -> None:
        self.told.append(action)


@dataclass
class Office:
    web: httpx.AsyncClient
    book: WorkOrderBook
    outbox: Outbox
    receiver: Receiver
    heard: list[Change]

    async def post(self, path: str, who: dict[str, str] = AGENT, **body: Any) -> Any:
        reply = await self.web.post(f"/api/v1/work-orders{path}", json=body, headers=dict(who))
        return {"http": reply.status_code, **reply.json()}

    async def get(self, path: str = "", who: dict[str, str] = AGENT) -> Any:
        reply = await self.web.get(f"/api/v1/work-orders{path}", headers=who)
        return {"http": reply.status_code, **reply.json()}

    async def opened(self) -> str:
        body: dict[str, Any] = {"kind": "outlet_check", "waybill": WAYBILL, "details": {"issue": "没收到"}}
        return str((await self.post("", **body))["order_id"])


@pytest.fixture
async def office(engine: AsyncEngine, carrier: HttpCarrier, clock: MovingClock) -> AsyncIterator[Office]:
    book, receiver = WorkOrderBook(engine), Receiver()
    outbox = Outbox(engine, book, receiver, clock=clock)
    service = LogisticsService(Finder(platform=carrier, clock=clock), book, PROMISES, clock=clock)
    await service.start()
    heard: list[Change] = []

    async def listen(change: Change) -> None:
        heard.append(change)

    book.subscribe(listen)
    router = work_order_router(WorkOrderOffice(book, service, PROMISES, clock=clock), outbox, require)
    async with served(router) as web:
        yield Office(web, book, outbox, receiver, heard)
    await service.close()


async def test_an_order_from_opening_to_reopening(office: Office, clock: MovingClock) -> None:
    order_id = await office.opened()
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("accept", {}),
        ("reroute", {"owner": "江夏网点", "text": "不在本网点片区"}),
        ("result", {"text": "放在门卫处,已请收件人核对"}),
        ("close", {}),
    )
    for path, body in steps:
        clock.forward(minutes=5)
        assert (await office.post(f"/{order_id}/{path}", **body))["http"] == 200
    closed = await office.get(f"/{order_id}")
    assert (closed["status"], closed["owner"], closed["promise"]["kept"]) == ("closed", "江夏网点", True)
    assert closed["outcome"] == "放在门卫处,已请收件人核对"
    clock.forward(hours=1)
    again = await office.post(f"/{order_id}/reopen", text="收件人说没有")
    assert (again["status"], again["promise"]["kept"]) == ("reopened", None)
    assert again["promise"]["due_at"] == (clock() + timedelta(hours=2)).isoformat()
    told = [(change.status.value, change.by, change.kept) for change in office.heard]
    assert told == [
        ("opened", "wang", None),
        ("accepted", "wang", None),
        ("rerouted", "wang", None),
        ("resulted", "wang", True),
        ("closed", "wang", None),
        ("reopened", "wang", None),
    ]
    await office.outbox.deliver_due()
    assert sorted(office.receiver.told) == ["close", "open", "reopen", "reroute"]


async def test_the_same_step_twice_is_one_event(office: Office) -> None:
    order_id = await office.opened()
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("accept", {}),
        ("reroute", {"owner": "甲"}),
        ("result", {"text": "好"}),
        ("close", {}),
    )
    for path, body in steps:
        first = await office.post(f"/{order_id}/{path}", **body)
        assert await office.post(f"/{order_id}/{path}", **body) == first
    assert len(office.heard) == 5


async def test_the_second_of_a_kind_is_the_first(office: Office) -> None:
    first = await office.post("", kind="urge_delivery", waybill=WAYBILL)
    second = await office.post("", kind="urge_delivery", waybill=WAYBILL)
    assert (first["http"], first["new"], second["http"], second["new"]) == (201, True, 200, False)
    assert first["order_id"] == second["order_id"] and len(office.heard) == 1
    assert first["call_id"] is None


async def test_what_does_not_fit_is_a_sentence(office: Office) -> None:
    order_id = await office.opened()
    assert (await office.post(f"/{order_id}/reopen"))["code"] == "running"
    await office.post(f"/{order_id}/result", text="已核实")
    refused = await office.post(f"/{order_id}/accept")
    assert (refused["http"], refused["code"], refused["error"]) == (409, "done", "工单已经结束，请先重开。")
    await office.post("", kind="outlet_check", waybill=WAYBILL)
    assert (await office.post(f"/{order_id}/reopen"))["code"] == "another_runs"
    assert (await office.post("/261122999999/accept"))["http"] == 404


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "dance"},
        {"kind": "urge_delivery", "waybill": "x"},
        {"kind": "urge_delivery", "details": {"a b": "c"}},
        {"kind": "urge_delivery", "details": {f"k{n}": "v" for n in range(31)}},
        {"kind": "urge_delivery", "status": "closed"},
        {},
    ],
)
async def test_a_body_that_makes_no_sense_changes_nothing(office: Office, body: dict[str, Any]) -> None:
    assert (await office.post("", **body))["http"] == 422
    assert (await office.get())["work_orders"] == []


async def test_hostile_bodies_are_refused(office: Office) -> None:
    for content in (b"[" * 60_000, b"\xff\xfe", b"null", b"x" * 70_000):
        headers = {**AGENT, "content-type": "application/json"}
        reply = await office.web.post("/api/v1/work-orders", content=content, headers=headers)
        assert reply.status_code in ((413,) if len(content) > 64 * 1024 else (400, 422))
        assert set(reply.json()) == {"error", "code"}


async def test_the_list_is_cut_and_goes_on(office: Office, clock: MovingClock) -> None:
    for n in range(5):
        await office.post("", kind="call_back", call_id=f"call-{n}")
        clock.forward(minutes=1)
    first = await office.get("?limit=3")
    rest = await office.get(f"?limit=3&before={first['next'].replace('+', '%2B')}")
    calls = [order["call_id"] for order in (*first["work_orders"], *rest["work_orders"])]
    assert calls == [f"call-{n}" for n in (4, 3, 2, 1, 0)] and rest["next"] is None
    assert len((await office.get("?call_id=call-2"))["work_orders"]) == 1
    assert (await office.get("?status=closed"))["work_orders"] == []
    assert len((await office.get("?running=true&kind=call_back"))["work_orders"]) == 5


async def test_nobody_unknown_sees_or_moves_anything(office: Office) -> None:
    order_id = await office.opened()
    for who in ({}, {"x-test-person": "passer nobody"}):
        assert (await office.get("", who))["code"] == "not_signed_in"
        assert (await office.post(f"/{order_id}/close", who))["http"] == 401
    assert (await office.get("/dead-letters"))["http"] == 401
    assert (await office.get("/dead-letters", LEAD))["dead_letters"] == []
