"""The table of work orders: opened once per parcel and kind, durable before it is spoken.

Two designs were compared: one transaction per opening (simple; 1,000 openings at once queue for SQLite's single
writer and sync the disk 1,000 times) and one writer that commits what arrived while it last committed. The second is
built: the database's unique slot decides who is first, also between processes on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from logistics_client.database import create_missing, to_text
from logistics_client.errors import UnavailableError
from logistics_client.vocabulary import OrderStatus, WorkOrder
from logistics_client.work_orders.draft import Draft
from logistics_client.work_orders.opening import Opened, open_batch, outbox_row
from logistics_client.work_orders.progress import Act, Change, Step, StepRefusedError, fed_back, happened, stepped
from logistics_client.work_orders.schema import order_of, order_outbox, work_orders

logger = logging.getLogger(__name__)

MAX_BATCH = 256
Listener = Callable[[Change], Awaitable[None]]

# Steps that the receiver of the order has to hear of.
_ACTIONS = {Step.REROUTE: "reroute", Step.REOPEN: "reopen", Step.CLOSE: "close"}
_RUNNING = tuple(status.value for status in OrderStatus if status.is_running)


class WorkOrderBook:
    """Opens, reads and changes work orders.

    Args:
        engine: from ``logistics_client.database.open_engine``; the caller disposes of it.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._queue: asyncio.Queue[_Waiting | None] = asyncio.Queue()
        self._opening: dict[str, _Waiting] = {}  # by slot: who asks for the same joins the one that waits
        self._task: asyncio.Task[None] | None = None
        self._listeners: list[Listener] = []
        self.committed = asyncio.Event()  # set after every commit that leaves something to deliver

    async def start(self) -> None:
        """Create missing tables and start the writer.

        Raises:
            UnavailableError: the database cannot be opened.
        """
        await create_missing(self._engine, "order database")
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
        waiting = self._opening.get(draft.slot) if draft.slot else None
        if waiting is not None:
            order, _ = await asyncio.shield(waiting.future)
            return order, False
        waiting = _Waiting(draft)
        if draft.slot:
            self._opening[draft.slot] = waiting
        self._queue.put_nowait(waiting)
        return await asyncio.shield(waiting.future)

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

    async def find(self, *conditions: Any, limit: int = 100) -> tuple[WorkOrder, ...]:
        """Return the orders that fit all conditions on ``work_orders`` columns, newest first."""
        return await self._select(*conditions, limit=limit)

    async def change(
        self,
        order_id: str,
        status: OrderStatus,
        now: datetime,
        *,
        outcome: str | None = None,
        owner: str | None = None,
        said_at: datetime | None = None,
    ) -> WorkOrder | None:
        """Note feedback; a promise is kept or missed when the result comes. None for an unknown order.

        Repeats and steps backwards (a late push after the result) change nothing, nor does what was said (``said_at``)
        before the order was reopened.

        Raises:
            UnavailableError: it was not stored.
        """
        before, after = await self._moved(order_id, lambda order: fed_back(order, status, now, outcome, owner, said_at))
        if before is not None and after is not None and after is not before:
            await self.tell(Change(after, status, now, text=outcome, kept=_decided(before, after)))
        return after

    async def act(self, order_id: str, act: Act) -> WorkOrder | None:
        """Take a person's step, and have the receiver of the order told. None for an unknown order.

        Raises:
            StepRefusedError: the order does not stand where this step begins, or another one of its kind runs.
            UnavailableError: it was not stored.
        """
        action = _ACTIONS.get(act.step)
        before, after = await self._moved(order_id, lambda order: stepped(order, act), action=action, now=act.at)
        if before is not None and after is not None and after is not before:
            await self.tell(Change(after, happened(act.step), act.at, act.by, act.text, _decided(before, after)))
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
            await self.tell(Change(order, OrderStatus.OVERDUE, now, kept=False))
        return late

    async def tell(self, change: Change) -> None:
        """Tell listeners about a change; one that fails does not keep the others from hearing."""
        for listener in self._listeners:
            try:
                await listener(change)
            except Exception:
                logger.exception("a listener failed on a work order's change")

    async def _moved(
        self,
        order_id: str,
        move: Callable[[WorkOrder], dict[str, Any]],
        *,
        action: str | None = None,
        now: datetime | None = None,
    ) -> tuple[WorkOrder | None, WorkOrder | None]:
        """Return an order before and after a move; both are the same object when nothing was changed."""
        table = work_orders.c
        try:
            while True:
                async with self._engine.begin() as connection:
                    row = await _row(connection, table.order_id == order_id)
                    if row is None:
                        return None, None
                    before = order_of(row)
                    values = move(before)
                    if not values:
                        return before, before
                    # Somebody else may have moved it since it was read, also in another process: then look again.
                    unmoved = (table.status == row["status"]) & (table.changed_at == row["changed_at"])
                    done = await connection.execute(
                        update(work_orders).where(table.order_id == order_id, unmoved).values(values)
                    )
                    if done.rowcount != 1:
                        continue
                    after = order_of(await _row(connection, table.order_id == order_id))
                    if action is not None and now is not None:
                        await connection.execute(insert(order_outbox).values(outbox_row(after, action, now)))
                if action is not None:
                    self.committed.set()
                return before, after
        except IntegrityError as error:
            message = "another order of this kind runs for the parcel; work on that one"
            raise StepRefusedError(message, "another_runs") from error
        except (SQLAlchemyError, OSError) as error:
            raise UnavailableError("the order could not be changed; check the database") from error

    async def _select(self, *conditions: Any, limit: int = 200) -> tuple[WorkOrder, ...]:
        query = select(work_orders).where(*conditions).order_by(work_orders.c.opened_at.desc()).limit(limit)
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

    async def _commit(self, pending: list[_Waiting]) -> None:
        try:
            async with self._engine.begin() as connection:
                opened = await open_batch(connection, [waiting.draft for waiting in pending])
        except (SQLAlchemyError, OSError) as error:
            logger.error("the order book could not commit %d orders: %s", len(pending), type(error).__name__)
            for waiting in pending:
                self._done(waiting)
                waiting.future.set_exception(UnavailableError("the order could not be stored; check the database"))
            return
        if any(new for _, new in opened):
            self.committed.set()
        for waiting, result in zip(pending, opened, strict=True):
            self._done(waiting)
            waiting.future.set_result(result)

    def _done(self, waiting: _Waiting) -> None:
        if waiting.draft.slot:
            self._opening.pop(waiting.draft.slot, None)


class _Waiting:
    """A draft on its way into the table; the future belongs to the writer and is never cancelled by a caller."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.future: asyncio.Future[Opened] = asyncio.get_running_loop().create_future()
        # A failure that nobody awaits any more was logged by the writer; asyncio need not repeat it.
        self.future.add_done_callback(lambda done: done.exception())


async def _row(connection: AsyncConnection, condition: Any) -> Any:
    return (await connection.execute(select(work_orders).where(condition))).mappings().first()


def _decided(before: WorkOrder, after: WorkOrder) -> bool | None:
    """Return whether the promise was kept, where this change decided it."""
    was = before.promise.kept if before.promise else None
    now = after.promise.kept if after.promise else None
    return now if was is None else None
