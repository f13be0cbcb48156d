from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.database import open_engine, to_text
from logistics_client.errors import NeedsMoreError, UnavailableError
from logistics_client.orders_table import OrdersTable, Role
from logistics_client.vocabulary import CallerClass
from tests.logistics_client.moving_clock import NOON, MovingClock


def row(waybill: str, **values: str | None) -> dict[str, str | None]:
    receiver = values.pop("receiver_phone", "13800138000")
    known: dict[str, str | None] = {
        "waybill": waybill,
        "carrier": "zto",
        "waybill_tail": waybill[-4:],
        "receiver_phone": receiver,
        "receiver_tail": receiver[-4:] if receiver else None,
        "receiver_surname": "李",
        "sender_phone": "13900000801",
        "sender_tail": "0801",
        "sender_surname": "林",
        "district": "高新区",
        "order_no": None,
        "goods": None,
        "merchant": None,
        "ordered_at": to_text(NOON - timedelta(days=2)),
    }
    return {**known, **values}


@pytest.fixture
async def table(engine: AsyncEngine, clock: MovingClock) -> AsyncIterator[OrdersTable]:
    table = OrdersTable(engine, clock=clock)
    await table.create()
    yield table


async def test_receiver_and_sender_find_the_order_each_in_his_role(table: OrdersTable) -> None:
    await table.store([row("73100196611386")])
    for phone, role in (("13800138000", Role.RECEIVER), ("13900000801", Role.SENDER)):
        known = await table.by_phone(phone)
        assert [(ref.waybill, ref.role) for ref in known.orders] == [("73100196611386", role)]


async def test_newest_orders_first_and_each_once(table: OrdersTable) -> None:
    older = to_text(NOON - timedelta(days=9))
    await table.store([row("73100196611386", ordered_at=older), row("73100196611387", sender_phone="13800138000")])
    assert [ref.waybill for ref in (await table.by_phone("13800138000")).orders] == [
        "73100196611387",
        "73100196611386",
    ]


async def test_a_virtual_number_is_found_by_its_extension(table: OrdersTable) -> None:
    await table.store([row("73100196611386", receiver_phone="17012340056-3679")])
    (ref,) = await table.search(phone_tail="3679")
    assert ref.receiver_tail == "3679"


async def test_everything_said_has_to_fit(table: OrdersTable) -> None:
    await table.store([row("73100196611386"), row("73100296611386", receiver_surname="王", district="金水区")])
    assert len(await table.search(waybill_tail="1386")) == 2
    assert [ref.waybill for ref in await table.search(waybill_tail="1386", surname="王")] == ["73100296611386"]
    assert [ref.waybill for ref in await table.search(waybill_tail="1386", district="高新")] == ["73100196611386"]
    assert await table.search(waybill_tail="1386", district="%") == ()


async def test_too_many_are_not_named_to_a_stranger(table: OrdersTable) -> None:
    await table.store([row(f"731001966{n}1386") for n in range(10, 17)])
    with pytest.raises(NeedsMoreError):
        await table.search(waybill_tail="1386")


async def test_a_surname_alone_finds_nobody(table: OrdersTable) -> None:
    await table.store([row("73100196611386")])
    assert await table.search(surname="李") == ()


async def test_an_old_order_is_not_found_by_a_tail(table: OrdersTable) -> None:
    await table.store([row("73100196611386", ordered_at=to_text(NOON - timedelta(days=61)))])
    assert await table.search(waybill_tail="1386") == ()


async def test_the_same_waybill_again_replaces_its_row(table: OrdersTable) -> None:
    await table.store([row("73100196611386")])
    await table.store([row("73100196611386", receiver_phone="13800138099")])
    assert (await table.by_phone("13800138000")).orders == ()
    assert len((await table.by_phone("13800138099")).orders) == 1


async def test_a_binding_is_remembered_until_it_expires(table: OrdersTable, clock: MovingClock) -> None:
    await table.store([row("73100196611386")])
    await table.bind("13700137000", "73100196611386", keep=timedelta(days=3))
    (ref,) = (await table.by_phone("13700137000")).orders
    assert ref.role is Role.BOUND
    clock.forward(days=3)
    assert (await table.by_phone("13700137000")).orders == ()


async def test_the_registry_knows_staff_merchants_and_blocked_numbers(table: OrdersTable) -> None:
    await table.register([{"phone": "13800138012", "caller_class": CallerClass.STAFF.value, "name": None}])
    await table.register([{"phone": "13800138012", "caller_class": CallerClass.MERCHANT.value, "name": "海风优选"}])
    known = await table.by_phone("13800138012")
    assert (known.caller_class, known.name) == (CallerClass.MERCHANT, "海风优选")
    assert (await table.by_phone("13800138000")).caller_class is None


async def test_the_tail_that_carriers_accept(table: OrdersTable) -> None:
    await table.store([row("73100196611386")])
    assert await table.tail_for("73100196611386") == "8000"
    assert await table.tail_for("73100196611387") is None


async def test_a_table_that_cannot_be_read_is_unavailable(engine: AsyncEngine, clock: MovingClock) -> None:
    with pytest.raises(UnavailableError):
        await OrdersTable(engine, clock=clock).by_phone("13800138000")
    with pytest.raises(UnavailableError):
        await OrdersTable(engine, clock=clock).bind("13700137000", "73100196611386")


async def test_every_lookup_uses_an_index(table: OrdersTable, engine: AsyncEngine) -> None:
    newest = "ORDER BY ordered_at DESC LIMIT 6"
    conditions = (
        f"receiver_phone = 'x' {newest}",
        f"sender_phone = 'x' {newest}",
        f"waybill_tail = 'x' AND ordered_at >= 'y' {newest}",
        f"receiver_tail = 'x' AND ordered_at >= 'y' {newest}",
        "order_no = 'x'",
    )
    queries = [f"SELECT * FROM customer_orders WHERE {condition}" for condition in conditions]
    async with engine.connect() as connection:
        for query in queries:
            plan = str((await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")).all())
            assert "USING INDEX" in plan and "TEMP B-TREE" not in plan, plan


def test_plain_urls_get_an_async_driver() -> None:
    assert open_engine("postgresql://h/d").url.drivername == "postgresql+asyncpg"
