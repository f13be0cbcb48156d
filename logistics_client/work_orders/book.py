"""The table of work orders: opened once per parcel and kind, durable before it is spoken.

Two designs were compared: one transaction per opening (simple; 1,000 openings at once queue for SQLite's single
writer and sync the disk 1,000 times) and one writer that commits what arrived while it last committed. The second is
built: the database's unique slot decides who is first, also between processes on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from logistics_client.database import metadata, to_text
from logistics_client.errors import UnavailableError
from logistics_client.vocabulary import OrderStatus, Promise, WorkOrder
from logistics_client.work_orders.draft import Draft
from logistics_client.work_orders.schema import order_of, order_outbox, row_of, work_orders

logger = logging.getLogger(__name__)

MAX_BATCH = 256
Listener = Callable[[WorkOrder], Awaitable[None]]
_Opened = tuple[WorkOrder, bool]

_RUNNING = tuple(status.value for status in OrderStatus if status.is_running)


class WorkOrderBook:
    """Opens, reads and changes work orders.

    Args:
        engine: from ``logistics_client.database.open_engine``; the caller disposes of it.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._queue: asyncio.Queue[tuple[Draft, asyncio.Future[_Opened]] | None] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Listener] = []
        self.committed = asyncio.Event()  # set after every commit that leaves something to deliver

    async def start(self) -> None:
        """Create missing tables and start the writer.

        Raises:
            UnavailableError: the database cannot be opened.
        """
        try:
            async with self._engine.begin() as connection:
                await connection.run_sync(metadata.create_all)
        except (SQLAlchemyError, OSError) as error:
            raise UnavailableError("the order database cannot be opened; check DATABASE_URL") from error
        self._task = asyncio.create_task(self._write(), name="work-order-writer")

    async def close(self) -> None:
        """Commit what is queued."""
        if self._task is not None:
            self._queue.put_nowait(None)
            await self._task
            self._task = None

    def subscribe(self, listener: Listener) -> None:
        """Await ``listener`` after every change of an order that the caller of this class did not make himself."""
        self._listeners.append(listener)

    async def open(self, draft: Draft) -> tuple[WorkOrder, bool]:
        """Open an order, or find the running one; the flag says whether it is new.

        The order is on disk when this returns. A caller that is cancelled while waiting does not undo it.

        Raises:
            UnavailableError: it could not be stored, so nothing may be promised.
        """
        if self._task is None or self._task.done():
            raise UnavailableError("the order book is closed; start it before orders are opened")
        future: asyncio.Future[_Opened] = asyncio.get_running_loop().create_future()
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._queue.put_nowait((draft, future))
        return await asyncio.shield(future)

    async def get(self, order_id: str) -> WorkOrder | None:
        """Return one order."""
        found = await self._select(work_orders.c.order_id == order_id)
        return found[0] if found else None

    async def for_waybills(self, *waybills: str) -> tuple[WorkOrder, ...]:
        """Return the orders of these parcels, newest first."""
        if not waybills:
            return ()
        return await self._select(work_orders.c.waybill.in_(waybills))

    async def running(self, limit: int = 1000) -> tuple[WorkOrder, ...]:
        """Return orders that somebody still owes, newest first."""
        return await self._select(work_orders.c.status.in_(_RUNNING), limit=limit)

    async def change(
        self,
        order_id: str,
        status: OrderStatus,
        now: datetime,
        *,
        outcome: str | None = None,
        owner: str | None = None,
    ) -> WorkOrder | None:
        """Note a new status; a promise is kept or missed when the result comes. None for an unknown order.

        Repeats and steps backwards (a late push after the result) change nothing.
        """
        try:
            async with self._engine.begin() as connection:
                row = await _row(connection, work_orders.c.order_id == order_id)
                if row is None:
                    return None
                order = order_of(row)
                values = _changed(order, status, now, outcome, owner)
                if values:
                    await connection.execute(
                        update(work_orders).where(work_orders.c.order_id == order_id).values(values)
                    )
                    row = await _row(connection, work_orders.c.order_id == order_id)
        except (SQLAlchemyError, OSError) as error:
            raise UnavailableError("the order could not be changed; check the database") from error
        after = order_of(row)
        if values:
            await self.tell(after)
        return after

    async def escalate_due(self, now: datetime) -> tuple[WorkOrder, ...]:
        """Mark running orders whose promise is due as overdue, and put their escalation into the outbox."""
        owed = [s.value for s in OrderStatus if s.is_running and s is not OrderStatus.OVERDUE]
        try:
            async with self._engine.begin() as connection:
                result = await connection.execute(
                    update(work_orders)
                    .where(work_orders.c.status.in_(owed), work_orders.c.due_at <= to_text(now))
                    .values(status=OrderStatus.OVERDUE.value, kept=False, changed_at=to_text(now))
                    .returning(*work_orders.c)
                )
                late = tuple(order_of(row) for row in result.mappings())
                for order in late:
                    await connection.execute(insert(order_outbox).values(outbox_row(order, "escalate", now)))
        except (SQLAlchemyError, OSError) as error:
            raise UnavailableError("due orders could not be read; check the database") from error
        if late:
            self.committed.set()
        for order in late:
            await self.tell(order)
        return late

    async def tell(self, order: WorkOrder) -> None:
        """Tell listeners about a change; one that fails does not keep the others from hearing."""
        for listener in self._listeners:
            try:
                await listener(order)
            except Exception:
                logger.exception("a listener failed on a work order's change")

    async def _select(self, condition: Any, limit: int = 200) -> tuple[WorkOrder, ...]:
        query = select(work_orders).where(condition).order_by(work_orders.c.opened_at.desc()).limit(limit)
        try:
            async with self._engine.connect() as connection:
                return tuple(order_of(row) for row in (await connection.execute(query)).mappings())
        except (SQLAlchemyError, OSError) as error:
            raise UnavailableError("orders cannot be read; check DATABASE_URL") from error

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

    async def _commit(self, pending: list[tuple[Draft, asyncio.Future[_Opened]]]) -> None:
        # One order for all processes: writers that lock slots in the same order cannot wait for each other.
        pending.sort(key=lambda item: item[0].slot or "")
        try:
            async with self._engine.begin() as connection:
                opened = [await _open(connection, draft) for draft, _ in pending]
        except (SQLAlchemyError, OSError) as error:
            logger.error("the order book could not commit %d orders: %s", len(pending), type(error).__name__)
            failure = UnavailableError("the order could not be stored; check the database")
            for _, future in pending:
                if not future.done():
                    future.set_exception(failure)
            return
        if any(new for _, new in opened):
            self.committed.set()
        for (_, future), result in zip(pending, opened, strict=True):
            with contextlib.suppress(asyncio.InvalidStateError):
                future.set_result(result)


def outbox_row(order: WorkOrder, action: str, now: datetime) -> dict[str, Any]:
    """Build the delivery of one step of an order."""
    return {
        "order_id": order.order_id,
        "action": action,
        "state": "pending",
        "attempts": 0,
        "next_at": to_text(now),
        "error": None,
    }


async def _open(connection: AsyncConnection, draft: Draft) -> tuple[WorkOrder, bool]:
    slot = draft.slot
    if slot is not None:
        oldest = to_text(draft.opened_at - draft.window)
        await connection.execute(
            update(work_orders).where(work_orders.c.slot == slot, work_orders.c.opened_at < oldest).values(slot=None)
        )
    while True:
        order = _numbered(draft)
        inserted = await connection.execute(_insert_if_free(connection).values(row_of(order, slot)))
        if inserted.rowcount == 1:
            await connection.execute(insert(order_outbox).values(outbox_row(order, "open", draft.opened_at)))
            return order, True
        row = await _row(connection, work_orders.c.slot == slot) if slot is not None else None
        if row is not None:
            return order_of(row), False
        # Neither stored nor found: the random number was taken, so another one is drawn.


def _insert_if_free(connection: AsyncConnection) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(work_orders).on_conflict_do_nothing()


async def _row(connection: AsyncConnection, condition: Any) -> Any:
    return (await connection.execute(select(work_orders).where(condition))).mappings().first()


def _numbered(draft: Draft) -> WorkOrder:
    """Draw the number: day and six random digits, short enough to be read to a caller."""
    order_id = f"{draft.opened_at:%y%m%d}{secrets.randbelow(10**6):06d}"
    promise = Promise(draft.promise.what, draft.promise.due_at, order_id, None)
    return WorkOrder(
        order_id=order_id,
        kind=draft.kind,
        waybill=draft.waybill,
        opened_at=draft.opened_at,
        promise=promise,
        owner=draft.owner,
        details=dict(draft.details),
        parent_id=draft.parent_id,
        call_id=draft.call_id,
    )


# How far an order has come; feedback that arrives late never takes it back. Reopening is the one way back.
_PROGRESS = {
    OrderStatus.OPENED: 0,
    OrderStatus.REOPENED: 0,
    OrderStatus.ACCEPTED: 1,
    OrderStatus.REROUTED: 1,
    OrderStatus.OVERDUE: 1,
    OrderStatus.RESULTED: 2,
    OrderStatus.CLOSED: 3,
}


def _changed(
    order: WorkOrder, status: OrderStatus, now: datetime, outcome: str | None, owner: str | None
) -> dict[str, Any]:
    """Return the columns to write; nothing when the step is a repeat or goes backwards."""
    if status is not OrderStatus.REOPENED:
        if _PROGRESS[status] < _PROGRESS[order.status]:
            return {}
        # An overdue order stays overdue while it is merely accepted: the caller is still owed an answer.
        if order.status is OrderStatus.OVERDUE and status is OrderStatus.ACCEPTED:
            return {}
    if status is order.status and outcome in (None, order.outcome) and owner in (None, order.owner):
        return {}
    values: dict[str, Any] = {"status": status.value, "changed_at": to_text(now)}
    if outcome is not None:
        values["outcome"] = outcome
    if owner is not None:
        values["owner"] = owner
    if not status.is_running:
        values["slot"] = None
        if order.promise is not None and order.promise.kept is None:
            values["kept"] = now <= order.promise.due_at
    return values
