"""What happens to orders while nobody calls: feedback is fetched, and a promise that is due is escalated."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Protocol

from logistics_client.clock import Clock, system_clock
from logistics_client.errors import LogisticsError
from logistics_client.http_client import Standing
from logistics_client.vocabulary import WorkOrder
from logistics_client.work_orders.book import WorkOrderBook

logger = logging.getLogger(__name__)

ROUND_S = 5.0
MAX_ASKED = 50


class StandingSource(Protocol):
    """A receiver of orders that can be asked how one stands."""

    async def order_standing(self, order_id: str) -> Standing:
        """Return how an order stands.

        Raises:
            LogisticsError: unknown order, or the receiver is away.
        """


class Caretaker:
    """Looks after running orders in rounds.

    Args:
        book: the orders.
        source: who is asked for feedback; None when feedback comes by push only.
        clock: our clock.
        round_s: seconds between rounds.
    """

    def __init__(
        self,
        book: WorkOrderBook,
        source: StandingSource | None = None,
        *,
        clock: Clock = system_clock,
        round_s: float = ROUND_S,
    ) -> None:
        self._book = book
        self._source = source
        self._clock = clock
        self._round_s = round_s
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._asked: dict[str, int] = {}
        self._round = 0

    def start(self) -> None:
        """Work in the background."""
        self._task = asyncio.create_task(self._run(), name="work-order-caretaker")

    async def close(self) -> None:
        """Finish the running round, then stop."""
        if self._task is not None:
            # Asked, not cancelled: the database driver may swallow a cancellation that arrives inside its clean-up.
            self._closing.set()
            await self._task
            self._task = None

    async def once(self) -> None:
        """Do one round: feedback first, so that an order answered in time is not called overdue."""
        if self._source is not None:
            await self._fetch(self._source)
        await self._book.escalate_due(self._clock())

    async def _fetch(self, source: StandingSource) -> None:
        self._round += 1
        running = await self._book.running()
        self._asked = {order.order_id: self._asked.get(order.order_id, 0) for order in running}
        # With many orders each round asks for those that waited longest.
        waiting = sorted(running, key=lambda order: self._asked[order.order_id])[:MAX_ASKED]
        await asyncio.gather(*(self._ask(source, order) for order in waiting))

    async def _ask(self, source: StandingSource, order: WorkOrder) -> None:
        self._asked[order.order_id] = self._round
        try:
            standing = await source.order_standing(order.order_id)
        except LogisticsError:
            return  # not delivered yet, or the receiver is away: the next round asks again
        now = self._clock()
        await self._book.change(
            order.order_id, standing.status, now, outcome=standing.outcome, said_at=standing.changed_at
        )

    async def _run(self) -> None:
        while not self._closing.is_set():
            try:
                await self.once()
            except LogisticsError as error:
                logger.error("work orders could not be looked after: %s", type(error).__name__)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._round_s)
