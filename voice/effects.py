"""Effects that reach outside: look-ups, orders, links. They run in tasks of their own.

Barge-in stops the voice, never one of these: an order that was begun is finished, and what was opened is in the ledger
before the dialogue hears of it, so nothing is promised that is not written down.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from dialog.protocol import Event, LinkDone, LookUp, LookupDone, OpenOrder, OrderDone, SendLink
from ledger import Event as LedgerEvent
from ledger import Ledger, LedgerUnavailable
from logistics_client.errors import LogisticsError
from logistics_client.ports import Logistics
from logistics_client.vocabulary import Parcel, WorkOrder
from voice.clock import Clock

logger = logging.getLogger(__name__)

LOOKUP_DEADLINE_S = 6.0
ORDER_DEADLINE_S = 6.0
CLOSE_DEADLINE_S = 10.0

Post = Callable[[Event], None]


class EffectRunner:
    """Runs one call's effects against the parcels' service and the ledger."""

    def __init__(self, call_id: str, number: str | None, logistics: Logistics, ledger: Ledger, clock: Clock) -> None:
        self._call_id = call_id
        self._number = number
        self._logistics = logistics
        self._ledger = ledger
        self._clock = clock
        self._parcels: dict[str, Parcel] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def know(self, parcels: tuple[Parcel, ...]) -> None:
        """Remember parcels that the dialogue was told about, so that it can name them by waybill alone."""
        self._parcels.update({parcel.waybill: parcel for parcel in parcels})

    def run(self, effect: object, post: Post) -> None:
        """Start an effect; its answer is posted as an event."""
        match effect:
            case LookUp():
                self._spawn(self._look_up(effect, post))
            case OpenOrder():
                self._spawn(self._open_order(effect, post))
            case SendLink():
                self._spawn(self._send_link(effect, post))
            case _:
                raise TypeError(f"no runner for the effect {type(effect).__name__}")

    async def close(self) -> None:
        """Wait for what is running: an order half-way is finished even when the caller has gone."""
        if self._tasks:
            _done, late = await asyncio.wait(self._tasks, timeout=CLOSE_DEADLINE_S)
            for task in late:
                task.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look_up(self, effect: LookUp, post: Post) -> None:
        started = self._clock.monotonic()
        parcels: tuple[Parcel, ...] = ()
        error: str | None = None
        try:
            async with asyncio.timeout(LOOKUP_DEADLINE_S):
                parcels = await self._logistics.find(
                    waybill=effect.waybill,
                    waybill_tail=effect.waybill_tail,
                    phone=effect.phone,
                    phone_tail=effect.phone_tail,
                    order_no=effect.order_no,
                    surname=effect.surname,
                    number=self._number,
                )
        except LogisticsError as failure:
            error = type(failure).__name__
        except TimeoutError:
            error = "UnavailableError"
        self.know(parcels)
        took = round((self._clock.monotonic() - started) * 1000)
        self._note("lookup", {"found": len(parcels), "error": error, "ms": took})
        post(LookupDone(self._clock.now(), effect.request_id, parcels, error))

    async def _open_order(self, effect: OpenOrder, post: Post) -> None:
        parcel = self._parcels.get(effect.waybill) if effect.waybill else None
        try:
            async with asyncio.timeout(ORDER_DEADLINE_S):
                order, new = await self._logistics.open_order(
                    effect.kind, parcel, call_id=self._call_id, details=effect.details
                )
                if new:
                    await self._write_order(order)
        except (LogisticsError, LedgerUnavailable, TimeoutError) as failure:
            logger.warning("an order could not be opened: %s", type(failure).__name__)
            self._note("degraded", {"what": "order", "kind": effect.kind.value, "error": type(failure).__name__})
            post(OrderDone(self._clock.now(), effect.request_id, error=type(failure).__name__))
            return
        post(OrderDone(self._clock.now(), effect.request_id, order, new))

    async def _write_order(self, order: WorkOrder) -> None:
        data: dict[str, object] = {"order_id": order.order_id, "kind": order.kind.value, "waybill": order.waybill}
        await self._ledger.append(LedgerEvent("work_order.opened", self._call_id, self._clock.now(), data))
        if order.promise is not None:
            promise = {"what": order.promise.what, "due_at": order.promise.due_at.isoformat()}
            await self._ledger.append(LedgerEvent("promise.made", self._call_id, self._clock.now(), data | promise))

    async def _send_link(self, effect: SendLink, post: Post) -> None:
        parcel = self._parcels.get(effect.waybill)
        sent = False
        if parcel is not None:
            try:
                async with asyncio.timeout(ORDER_DEADLINE_S):
                    sent = await self._logistics.send_link(
                        effect.purpose, parcel, phone=self._number or "", call_id=self._call_id
                    )
            except (LogisticsError, TimeoutError) as failure:
                logger.warning("a link could not be sent: %s", type(failure).__name__)
        if not sent:
            self._note("degraded", {"what": "link", "purpose": effect.purpose, "waybill": effect.waybill})
        post(LinkDone(self._clock.now(), effect.request_id, sent))

    def _note(self, type_: str, data: dict[str, object]) -> None:
        self._ledger.post(LedgerEvent(type_, self._call_id, self._clock.now(), data))
