"""The lists against the ledger: several writers, several readers, and the same rows when built again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from desk.calls.projection import Projection
from desk.calls.schema import PROJECTIONS
from desk.database import create_tables
from ledger import Event, Ledger
from tests.desk.conftest import database
from tests.desk.parcels import NOW


@pytest.fixture
async def ledgers(tmp_path: Path) -> AsyncIterator[list[Ledger]]:
    """Two processes on one database."""
    url = await database(tmp_path)
    async with AsyncExitStack() as stack:
        found = []
        for writer in ("one", "two"):
            ledger = Ledger(url, writer=writer)
            await ledger.start()
            stack.push_async_callback(ledger.close)
            found.append(ledger)
        await create_tables(found[0].engine)
        yield found


async def rows(ledger: Ledger) -> list[list[dict[str, Any]]]:
    async with ledger.engine.connect() as connection:
        return [
            [dict(row) for row in (await connection.execute(select(table).order_by(*table.primary_key))).mappings()]
            for table in PROJECTIONS
        ]


async def a_call(ledger: Ledger, call_id: str) -> None:
    started = {"caller": "13800138000", "called": "95000", "hotline": "main"}
    order = {"order_id": f"o-{call_id}", "kind": "call_back", "waybill": "YQ1"}
    for type_, data in (
        ("call.started", started),
        ("turn.caller", {"text": "喂"}),
        ("intent", {"intents": ["lost"]}),
        ("work_order.opened", order),
        ("promise.made", {**order, "what": "回电", "due_at": NOW.isoformat()}),
        ("agent.offered", {"agent": "a"}),
        ("agent.accepted", {"agent": "a"}),
        ("call.ended", {"cause": "done", "who": "hotline", "seconds": 1.0}),
    ):
        await ledger.append(Event(type_, call_id, NOW, data))


async def test_two_readers_and_two_writers_lose_nothing(ledgers: list[Ledger]) -> None:
    readers = [Projection(ledger.engine, ledger) for ledger in ledgers]
    await readers[0].rebuild()
    calls = [a_call(ledger, f"c-{ledger.writer}-{number}") for ledger in ledgers for number in range(15)]
    writing = asyncio.gather(*calls)
    while not writing.done():
        await asyncio.gather(*(reader.catch_up() for reader in readers))
    await writing
    await asyncio.gather(*(reader.catch_up() for reader in readers))
    followed = await rows(ledgers[0])
    assert [len(table) for table in followed] == [30, 30, 30, 30, 30]
    await readers[1].rebuild()
    await readers[1].catch_up()
    assert await rows(ledgers[0]) == followed


async def test_nothing_new_is_nothing_written(ledgers: list[Ledger]) -> None:
    reader = Projection(ledgers[0].engine, ledgers[0])
    await reader.rebuild()
    await a_call(ledgers[0], "c-1")
    assert await reader.catch_up() == 8
    assert await reader.catch_up() == 0


async def test_events_about_agents_are_no_calls(ledgers: list[Ledger]) -> None:
    reader = Projection(ledgers[0].engine, ledgers[0])
    await reader.rebuild()
    await ledgers[0].append(Event("agent.state", "agent:a-1", NOW, {"agent": "a-1", "state": "idle"}))
    assert await reader.catch_up() == 1
    assert await rows(ledgers[0]) == [[], [], [], [], []]
