"""Keeps the projections up to date from the ledger, by a cursor per writer; any process may do it.

Two designs were compared: reading a call's events for every list (no second truth, but 100,000 calls are 4 million
rows) and a projection written with each event (quick, but a bug in it would fail calls). The third is built: a reader
behind a cursor, woken by commits, that can be thrown away and filled again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from desk.calls.fold import Folded, fold
from desk.calls.schema import PROJECTIONS, READER, call_parcels, call_people, calls, orders, promises
from desk.reading import Reader, Seen
from desk.schema import cursors
from ledger import Ledger, StoredEvent

logger = logging.getLogger(__name__)

# Other processes commit without waking us up.
LOOK_S = 2.0
# Live calls commit many times a second; lists that nobody reads follow at leisure and leave the database to them.
PAUSE_S = 0.5

FOLDED = (
    *("call.started", "call.resumed", "call.ended", "intent", "survey", "call.summary", "card.corrected"),
    *("work_order.opened", "work_order.accepted", "work_order.rerouted", "work_order.resulted"),
    *("work_order.closed", "work_order.reopened", "work_order.overdue"),
    *("promise.offered", "promise.made", "promise.kept", "promise.missed", "promise.dropped", "link.sent"),
    *("transfer.requested", "transfer.bridged", "transfer.failed"),
    *("agent.offered", "agent.accepted", "recording.ready", "recording.refused"),
)
_READER = Reader(READER, FOLDED)


class Projection:
    """One per process; ``catch_up`` returns when everything committed so far is in the tables."""

    def __init__(self, engine: AsyncEngine, ledger: Ledger) -> None:
        self._engine = engine
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        self._end = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        ledger.subscribe(self._committed)

    async def start(self) -> None:
        """Empty the tables of another version, then follow the ledger in the background."""
        async with self._engine.begin() as connection:
            if await _READER.is_new(connection):
                await _empty(connection)
        self._task = asyncio.create_task(self._follow(), name="desk-projection")

    async def close(self) -> None:
        """Stop following; the next start goes on from the cursors."""
        self._end.set()
        self._wake.set()
        if self._task is not None:
            await self._task

    async def catch_up(self) -> int:
        """Read on to the end of the ledger; returns how many events were read."""
        read = 0
        async with self._lock:
            while step := await self._step():
                read += step
        return read

    async def rebuild(self) -> None:
        """Throw everything away and begin again; lists grow while the background reads."""
        async with self._lock, self._engine.begin() as connection:
            await _empty(connection)
        self._wake.set()

    def _committed(self, _events: Sequence[StoredEvent]) -> None:
        self._wake.set()

    async def _follow(self) -> None:
        while not self._end.is_set():
            self._wake.clear()
            try:
                await self.catch_up()
            except (SQLAlchemyError, OSError) as error:
                logger.warning("the desk's lists wait for the database: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_S)
                await asyncio.wait_for(self._end.wait(), PAUSE_S)

    async def _step(self) -> int:
        """Read one batch in one transaction."""
        async with self._engine.connect() as connection:
            if not await _READER.is_behind(connection):
                return 0
        async with self._engine.begin() as connection:
            batch = await _READER.batch(connection)
            if batch:
                await _write(connection, await _loaded(connection, batch), batch)
        return len(batch)


async def _empty(connection: AsyncConnection) -> None:
    for table in PROJECTIONS:
        await connection.execute(delete(table))
    await connection.execute(delete(cursors).where(cursors.c.reader.like("calls-%")))
    await _READER.begin(connection)


async def _loaded(connection: AsyncConnection, batch: list[Seen]) -> Folded:
    """The rows that the batch touches, as they stand."""
    into = Folded()
    into.calls = await _rows(connection, calls, "call_id", {seen.call_id for seen in batch})
    keys = {str(seen.data[key]) for seen in batch for key in ("order_id", "id", "promise_id") if seen.data.get(key)}
    into.orders = await _rows(connection, orders, "order_id", keys)
    into.promises = await _rows(connection, promises, "promise_id", keys)
    return into


async def _rows(connection: AsyncConnection, table: Table, key: str, wanted: Iterable[str]) -> dict[str, Any]:
    names = sorted(wanted)
    found: dict[str, Any] = {}
    for start in range(0, len(names), 500):
        query = select(table).where(table.c[key].in_(names[start : start + 500]))
        found |= {row[key]: dict(row) for row in (await connection.execute(query)).mappings()}
    return found


async def _write(connection: AsyncConnection, into: Folded, batch: list[Seen]) -> None:
    for seen in batch:
        if seen.type in FOLDED:
            fold(into, seen)
    await _upsert(connection, calls, "call_id", into.calls.values())
    await _upsert(connection, orders, "order_id", into.orders.values())
    await _upsert(connection, promises, "promise_id", into.promises.values())
    await _remember(connection, call_people, [{"agent": name, "call_id": call} for name, call in into.people])
    await _remember(connection, call_parcels, [{"waybill": name, "call_id": call} for name, call in into.parcels])


def _dialect(connection: AsyncConnection) -> Any:
    return postgresql if connection.dialect.name == "postgresql" else sqlite


async def _upsert(connection: AsyncConnection, table: Table, key: str, rows: Iterable[dict[str, Any]]) -> None:
    values = list(rows)
    if values:
        statement = _dialect(connection).insert(table)
        others = {column.name: statement.excluded[column.name] for column in table.c if column.name != key}
        await connection.execute(statement.on_conflict_do_update(index_elements=[key], set_=others), values)


async def _remember(connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        await connection.execute(_dialect(connection).insert(table).on_conflict_do_nothing(), rows)
