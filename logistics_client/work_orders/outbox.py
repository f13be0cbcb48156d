"""Delivery of work orders: at least once from a durable table, exactly once to an idempotent receiver."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.clock import Clock, system_clock
from logistics_client.database import to_text
from logistics_client.errors import LogisticsError
from logistics_client.work_orders.book import WorkOrderBook
from logistics_client.work_orders.schema import order_outbox
from logistics_client.work_orders.sinks import OrderSink

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MAX_PARALLEL = 16
IDLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Retry:
    """When a failed delivery is tried again, and when it is given up to the dead-letter list."""

    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=5)
    attempts: int = 20

    def pause(self, attempts: int) -> timedelta:
        """Return the wait after so many failed attempts: doubled each time, bounded."""
        return min(self.longest, self.first * 2.0 ** min(attempts - 1, 16))


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that was given up; a person has to look."""

    order_id: str
    action: str
    attempts: int
    error: str


class Outbox:
    """Takes due deliveries from the table and hands them to the sink.

    A row is leased before it is sent: a process that dies in between leaves it to be taken again when the lease ends,
    and two processes never send the same row at once.

    Args:
        engine: the database of the book.
        book: where the orders are.
        sink: the receiver.
        clock: our clock.
        retry: pauses between attempts.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        book: WorkOrderBook,
        sink: OrderSink,
        *,
        clock: Clock = system_clock,
        retry: Retry | None = None,
    ) -> None:
        self._engine = engine
        self._book = book
        self._sink = sink
        self._clock = clock
        self._retry = retry or Retry()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    def start(self) -> None:
        """Deliver in the background; what the last run left goes first."""
        self._task = asyncio.create_task(self._run(), name="work-order-outbox")

    async def close(self) -> None:
        """Finish the deliveries that are on their way, then stop; the rest waits in the table."""
        if self._task is not None:
            # Asked, not cancelled: the database driver may swallow a cancellation that arrives inside its clean-up.
            self._closing = True
            self._book.committed.set()
            await self._task
            self._task = None

    async def deliver_due(self) -> int:
        """Deliver what is due now; return how many rows were tried."""
        leased = await self._lease(self._clock())
        await asyncio.gather(*(self._deliver(*row) for row in leased))
        return len(leased)

    async def dead_letters(self, limit: int = 100) -> tuple[DeadLetter, ...]:
        """Return deliveries that were given up, oldest first."""
        table = order_outbox.c
        query = select(order_outbox).where(table.state == "dead").order_by(table.id).limit(limit)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return tuple(DeadLetter(row["order_id"], row["action"], row["attempts"], row["error"] or "") for row in rows)

    async def revive(self, order_id: str) -> int:
        """Put an order's dead deliveries back into the queue; return how many."""
        async with self._engine.begin() as connection:
            done = await connection.execute(
                update(order_outbox)
                .where(order_outbox.c.order_id == order_id, order_outbox.c.state == "dead")
                .values(state="pending", attempts=0, next_at=to_text(self._clock()))
            )
        self._book.committed.set()
        return int(done.rowcount)

    async def _run(self) -> None:
        while not self._closing:
            self._book.committed.clear()
            try:
                tried = await self.deliver_due()
            except (SQLAlchemyError, OSError) as error:
                logger.error("the outbox cannot be read: %s; deliveries wait", type(error).__name__)
                tried = 0
            if tried < MAX_PARALLEL and not self._closing:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._book.committed.wait(), IDLE_S)

    async def _lease(self, now: datetime) -> list[tuple[int, str, str, int]]:
        table = order_outbox.c
        due = (
            select(table.id)
            .where(table.state == "pending", table.next_at <= to_text(now))
            .order_by(table.id)
            .limit(MAX_PARALLEL)
        )
        if self._engine.dialect.name == "postgresql":
            due = due.with_for_update(skip_locked=True)
        async with self._engine.begin() as connection:
            result = await connection.execute(
                update(order_outbox)
                .where(table.id.in_(due))
                .values(attempts=table.attempts + 1, next_at=to_text(now + LEASE))
                .returning(table.id, table.order_id, table.action, table.attempts)
            )
            return sorted((row.id, row.order_id, row.action, row.attempts) for row in result)

    async def _deliver(self, row_id: int, order_id: str, action: str, attempts: int) -> None:
        order = await self._book.get(order_id)
        if order is None:
            await self._settle(row_id, state="dead", error="the order is gone")
            return
        try:
            await self._sink.deliver(order, action)
        except LogisticsError as error:
            reason = f"{type(error).__name__}: {error}"[:200]
            if attempts >= self._retry.attempts:
                logger.error("a work order was given up after %d attempts", attempts, extra={"order_id": order_id})
                await self._settle(row_id, state="dead", error=reason)
            else:
                again = self._clock() + self._retry.pause(attempts)
                await self._settle(row_id, state="pending", error=reason, next_at=again)
            return
        await self._settle(row_id, state="sent", error=None)

    async def _settle(self, row_id: int, *, state: str, error: str | None, next_at: datetime | None = None) -> None:
        values: dict[str, str | None] = {"state": state, "error": error}
        if next_at is not None:
            values["next_at"] = to_text(next_at)
        async with self._engine.begin() as connection:
            await connection.execute(update(order_outbox).where(order_outbox.c.id == row_id).values(values))
