"""People's work with work orders: what a desk, an outlet page or a program may do, and who hears of it."""

from __future__ import annotations

from collections.abc import Mapping

from logistics_client.clock import Clock, system_clock
from logistics_client.errors import LogisticsError
from logistics_client.promises import PromiseBook, promise_for
from logistics_client.service import LogisticsService
from logistics_client.vocabulary import OrderKind, Parcel, Stage, WorkOrder
from logistics_client.work_orders.book import WorkOrderBook
from logistics_client.work_orders.progress import Act, Step


class WorkOrderOffice:
    """Opens orders and takes steps with them; listeners of the book hear of both.

    Args:
        book: the orders.
        logistics: the room's door, which knows parcels and promises.
        promises: the promise clocks, for orders that are reopened.
        clock: our clock.
    """

    def __init__(
        self, book: WorkOrderBook, logistics: LogisticsService, promises: PromiseBook, *, clock: Clock = system_clock
    ) -> None:
        self.book = book
        self._logistics = logistics
        self._promises = promises
        self._clock = clock

    async def open(
        self,
        kind: OrderKind,
        waybill: str | None,
        *,
        by: str,
        call_id: str | None = None,
        details: Mapping[str, str] | None = None,
    ) -> tuple[WorkOrder, bool]:
        """Open an order, or return the running one of its kind; the flag says whether it is new.

        Raises:
            LogisticsError: it could not be stored.
        """
        parcel = await self._parcel(waybill) if waybill is not None else None
        return await self._logistics.open_unasked(kind, parcel, call_id=call_id or "", details=details, by=by)

    async def act(
        self, order_id: str, step: Step, *, by: str, text: str | None = None, owner: str | None = None
    ) -> WorkOrder | None:
        """Take a step; None for an unknown order.

        Raises:
            StepRefusedError: the order does not stand where this step begins.
            UnavailableError: it was not stored.
        """
        now = self._clock()
        promise = None
        if step is Step.REOPEN:
            order = await self.book.get(order_id)
            promise = promise_for(order.kind, now, self._promises) if order is not None else None
        return await self.book.act(order_id, Act(step, by, now, text, owner, promise))

    async def _parcel(self, waybill: str) -> Parcel:
        try:
            found = await self._logistics.find(waybill=waybill)
        except LogisticsError:
            found = ()
        # Without the carrier the order still has its parcel; whoever gets it knows the number.
        return found[0] if found else Parcel(waybill=waybill, carrier="unknown", stage=Stage.UNKNOWN)
