"""The parcels' room inside the hotline: what happens to work orders is in the ledger, and orders are loaded by hand."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger import Ledger
from logistics_client.database import open_engine
from logistics_client.orders_table import OrdersTable
from logistics_client.vocabulary import OrderKind, OrderStatus, Promise
from logistics_client.work_orders import Draft, WorkOrderBook
from logistics_client.work_orders.progress import Act, Step
from voice.cli import orders, track
from voice.parcels import OrderNotes

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path / 'ledger.sqlite3'}")
    await ledger.start()
    yield ledger
    await ledger.close()


@pytest.fixture
async def book(tmp_path: Path, ledger: Ledger) -> AsyncIterator[WorkOrderBook]:
    engine = open_engine(f"sqlite:///{tmp_path / 'orders.sqlite3'}")
    book = WorkOrderBook(engine)
    await book.start()
    book.subscribe(OrderNotes(ledger))
    yield book
    await book.close()
    await engine.dispose()


def draft(call_id: str | None, kind: OrderKind = OrderKind.OUTLET_CHECK) -> Draft:
    promise = Promise("网点核实后联系您", NOON + timedelta(hours=2))
    return Draft(kind, "YQ8850024166386", NOON, promise, call_id=call_id)


async def told(ledger: Ledger, thread: str) -> list[str]:
    return [stored.event.type for stored in await ledger.read(thread)]


async def test_every_step_and_what_became_of_the_promise(book: WorkOrderBook, ledger: Ledger) -> None:
    order, _ = await book.open(draft("call-1"))
    for step in (Step.ACCEPT, Step.RESULT, Step.REOPEN):
        again = Promise("网点核实后联系您", NOON + timedelta(hours=5))
        await book.act(order.order_id, Act(step, "wang", NOON + timedelta(hours=1), text="已核实", promise=again))
    await book.escalate_due(NOON + timedelta(hours=5))
    late = NOON + timedelta(hours=6)
    await book.change(order.order_id, OrderStatus.RESULTED, late, said_at=late)
    assert await told(ledger, "call-1") == [
        "work_order.accepted",
        "work_order.resulted",
        "promise.kept",
        "work_order.reopened",
        "promise.made",
        "work_order.overdue",
        "promise.missed",
        "work_order.resulted",
    ]
    first = (await ledger.read("call-1"))[0].event
    assert (first.data["by"], first.data["order_id"], first.data["kind"]) == ("wang", order.order_id, "outlet_check")


async def test_an_order_without_a_call_has_a_thread_of_its_own(book: WorkOrderBook, ledger: Ledger) -> None:
    order, _ = await book.open(draft(None))
    await book.act(order.order_id, Act(Step.CLOSE, "wang", NOON))
    assert await told(ledger, f"order-{order.order_id}") == ["work_order.closed", "promise.kept"]


def test_orders_are_loaded_and_bad_rows_are_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'orders.sqlite3'}")
    path = tmp_path / "orders.csv"
    path.write_text("运单号,收件人电话\n73100196611386,13800138000\n,13800138000\n", "utf-8")
    assert orders.run(argparse.Namespace(file=str(path), json=True)) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["stored"] == 1
    assert err == "hotline orders: line 3: the waybill is missing or has an impossible length\n"

    async def phones() -> tuple[str | None, str | None] | None:
        engine = open_engine(f"sqlite:///{tmp_path / 'orders.sqlite3'}")
        try:
            return await OrdersTable(engine).phones_of("73100196611386")
        finally:
            await engine.dispose()

    assert asyncio.run(phones()) == ("13800138000", None)


@pytest.mark.parametrize(("waybill", "phone"), [(None, None), (None, "1234")])
def test_track_says_how_it_is_used(waybill: str | None, phone: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    assert track.run(argparse.Namespace(waybill=waybill, phone=phone, json=False)) == 2
    assert capsys.readouterr().err.startswith("hotline track: ")


def test_a_parcel_reads_for_a_person() -> None:
    parcel = {
        "waybill": "YQ8850024835618",
        "stage": "at_outlet",
        "from": "南京市",
        "to": "北京市",
        "goods": "台灯",
        "held_at": "朝阳望京网点",
        "held_hours": 30.2,
        "why": {"text": "暴雨", "source": "bulletin:B1"},
        "next_move_at": None,
        "expected_by": "2026-11-22T02:00:00+08:00",
        "late_hours": 18.0,
        "customs_missing": None,
        "pickup": None,
        "outlet": "朝阳望京网点",
        "stale": True,
        "orders": [
            {
                "order_id": "261122000001",
                "kind": "urge_delivery",
                "status": "overdue",
                "opened_at": (NOON - timedelta(hours=5)).isoformat(),
                "due_at": (NOON - timedelta(hours=3)).isoformat(),
                "kept": False,
                "outcome": None,
            }
        ],
        "events": [{"at": "2026-11-21T08:00:00+08:00", "text": "快件已到达"}],
    }
    text = track.as_text(parcel, NOON)
    assert "已经到达派送网点 (at_outlet)" in text and "at 朝阳望京网点 for 30 h" in text
    assert "11-22 02:00, 18 h late" in text and "暴雨 (bulletin:B1)" in text
    assert "261122000001 urge_delivery overdue, opened 5 h ago, due 11-22 17:00, missed" in text
    assert "the carrier is away" in text
