"""The durable append-only table: an event counts when its row is committed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event as sa_event
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from ledger.events import Event, StoredEvent
from ledger.schema import events, metadata

logger = logging.getLogger(__name__)

# One commit carries what arrived while the last one ran; the bound keeps a burst from holding the table for long.
MAX_BATCH = 256
# Two processes may write about one call (its own, and a desk's note); the later one then numbers its events anew.
SEQ_ATTEMPTS = 20


class LedgerUnavailable(RuntimeError):  # noqa: N818 - a state of the world, in the words of the house
    """The table cannot be written; the call goes on, but nothing may be promised."""


class Ledger:
    """Appends events with group commit and reads them back.

    One writer task per process keeps ids of that writer in commit order, so a delivery cursor never skips one.
    """

    def __init__(self, url: str, *, writer: str = "main") -> None:
        self._engine: AsyncEngine = create_async_engine(url)
        self._writer = writer
        self._queue: asyncio.Queue[tuple[Event, asyncio.Future[StoredEvent]] | None] = asyncio.Queue()
        self._seqs: dict[str, tuple[int, str]] = {}  # last sequence and called number of live calls
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[Sequence[StoredEvent]], None]] = []
        if url.startswith("sqlite"):
            sa_event.listen(self._engine.sync_engine, "connect", _sqlite_pragmas)

    @property
    def writer(self) -> str:
        """Name of this process in the table."""
        return self._writer

    @property
    def engine(self) -> AsyncEngine:
        """The database, for the ledger's other tables."""
        return self._engine

    async def start(self) -> None:
        """Create the tables when missing and start the writer.

        Raises:
            LedgerUnavailable: the database cannot be opened.
        """
        try:
            async with self._engine.begin() as connection:
                await connection.run_sync(metadata.create_all)
        except (SQLAlchemyError, OSError) as error:
            raise LedgerUnavailable(
                f"the ledger's database cannot be opened ({type(error).__name__}); check DATABASE_URL and its rights"
            ) from error
        self._task = asyncio.create_task(self._write(), name="ledger-writer")

    async def close(self) -> None:
        """Commit what is queued, then release the database."""
        if self._task is not None:
            self._queue.put_nowait(None)
            await self._task
            self._task = None
        await self._engine.dispose()

    def subscribe(self, listener: Callable[[Sequence[StoredEvent]], None]) -> None:
        """Call ``listener`` after every commit with the new events, in order."""
        self._listeners.append(listener)

    async def append(self, event: Event) -> StoredEvent:
        """Commit an event and return it with its id.

        Raises:
            LedgerUnavailable: it could not be committed; nothing may be promised on its strength.
        """
        return await asyncio.shield(self.post(event))

    def post(self, event: Event) -> asyncio.Future[StoredEvent]:
        """Queue an event now, in call order; the future is done when it is committed."""
        if self._task is None or self._task.done():
            raise LedgerUnavailable("the ledger is closed; start it before events are appended")
        future: asyncio.Future[StoredEvent] = asyncio.get_running_loop().create_future()
        # A failure that nobody awaits is already logged by the writer; without this asyncio would log it again.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._queue.put_nowait((event, future))
        return future

    async def read(self, call_id: str) -> list[StoredEvent]:
        """Return one call's events in order; empty for an unknown call."""
        query = select(events).where(events.c.call_id == call_id).order_by(events.c.seq)
        return [stored async for stored in self._rows(query)]

    async def of_type(self, call_id: str, type_: str) -> list[StoredEvent]:
        """Return the events of one type of a call, in order.

        Raises:
            LedgerUnavailable: the table cannot be read.
        """
        query = select(events).where(events.c.call_id == call_id, events.c.type == type_).order_by(events.c.seq)
        return [stored async for stored in self._rows(query)]

    async def read_after(self, event_id: int, *, writer: str | None = None, limit: int = 1000) -> list[StoredEvent]:
        """Return up to ``limit`` events with a greater id, oldest first."""
        query = select(events).where(events.c.id > event_id).order_by(events.c.id).limit(limit)
        if writer is not None:
            query = query.where(events.c.writer == writer)
        return [stored async for stored in self._rows(query)]

    async def recent(self, types: Sequence[str], *, limit: int = 100) -> list[StoredEvent]:
        """Return the newest events of the given types, newest first."""
        query = select(events).where(events.c.type.in_(types)).order_by(events.c.id.desc()).limit(limit)
        return [stored async for stored in self._rows(query)]

    async def _rows(self, query: Any) -> AsyncIterator[StoredEvent]:
        try:
            async with self._engine.connect() as connection:
                for row in (await connection.execute(query)).mappings():
                    yield _stored(row)
        except (SQLAlchemyError, OSError) as error:
            raise LedgerUnavailable("the ledger cannot be read; check DATABASE_URL") from error

    async def _write(self) -> None:
        closing = False
        while not closing:
            batch = [await self._queue.get()]
            while len(batch) < MAX_BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            closing = None in batch
            pending = [item for item in batch if item is not None]
            if pending:
                await self._commit(pending)

    async def _commit(self, pending: list[tuple[Event, asyncio.Future[StoredEvent]]]) -> None:
        try:
            stored = await self._insert_all([event for event, _ in pending])
        except (SQLAlchemyError, OSError, TypeError, ValueError) as error:
            logger.error("the ledger could not commit %d events: %s", len(pending), type(error).__name__)
            for _, future in pending:
                if not future.done():
                    future.set_exception(LedgerUnavailable("the event could not be committed; check the database"))
            return
        for (_, future), row in zip(pending, stored, strict=True):
            if not future.done():
                future.set_result(row)
        for listener in self._listeners:
            listener(stored)

    async def _insert_all(self, batch: list[Event]) -> list[StoredEvent]:
        """Insert in one transaction, numbering anew when another process wrote about the same call meanwhile."""
        for left in range(SEQ_ATTEMPTS - 1, -1, -1):
            try:
                async with self._engine.begin() as connection:
                    stored = await self._insert(connection, batch)
            except (SQLAlchemyError, OSError, TypeError, ValueError) as error:
                # Numbers handed out in the failed transaction are not in the table: read them again next time.
                for event in batch:
                    self._seqs.pop(event.call_id, None)
                if not left or not isinstance(error, IntegrityError):
                    raise
            else:
                for event in batch:
                    if event.type == "call.ended":
                        self._seqs.pop(event.call_id, None)
                return stored
            # Two writers in step would take each other's number again and again.
            await asyncio.sleep(random.uniform(0, 0.02))
        raise AssertionError("the last attempt returns or raises")

    async def _insert(self, connection: AsyncConnection, batch: list[Event]) -> list[StoredEvent]:
        """Number the events and insert them in one statement: every statement waits for the driver's thread."""
        rows = [await self._numbered(connection, event) for event in batch]
        statement = insert(events).returning(events.c.id, sort_by_parameter_order=True)
        keys = (await connection.execute(statement, rows)).scalars().all()
        return [
            StoredEvent(id=key, seq=row["seq"], event=event, called=row["called"])
            for key, row, event in zip(keys, rows, batch, strict=True)
        ]

    async def _numbered(self, connection: AsyncConnection, event: Event) -> dict[str, Any]:
        seq, called = self._seqs.get(event.call_id) or await self._stored_place(connection, event.call_id)
        seq += 1
        called = str(event.data.get("called") or called) if event.type == "call.started" else called
        self._seqs[event.call_id] = (seq, called)
        return {
            "call_id": event.call_id,
            "seq": seq,
            "called": called,
            "at": event.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "type": event.type,
            "version": event.version,
            "writer": self._writer,
            "data": dict(event.data),
        }

    @staticmethod
    async def _stored_place(connection: AsyncConnection, call_id: str) -> tuple[int, str]:
        """Where a call stands that this process does not hold in memory."""
        query = select(func.max(events.c.seq), func.max(events.c.called)).where(events.c.call_id == call_id)
        seq, called = (await connection.execute(query)).one()
        return seq or 0, called or ""


def _stored(row: Any) -> StoredEvent:
    event = Event(
        type=row["type"],
        call_id=row["call_id"],
        at=datetime.fromisoformat(row["at"]),
        data=row["data"],
        version=row["version"],
    )
    return StoredEvent(id=row["id"], seq=row["seq"], event=event, called=row["called"])


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA busy_timeout=5000")
        # FULL: a committed event survives a power cut; group commit keeps the price at one fsync per batch.
        cursor.execute("PRAGMA synchronous=FULL")
