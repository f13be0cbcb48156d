"""What comes in through a link goes onto the parcel's work order; a new one is opened when none runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.clock import Clock, system_clock
from logistics_client.database import to_text
from logistics_client.errors import LogisticsError, RateLimitedError, UnavailableError
from logistics_client.links.model import Link, Purpose, Use
from logistics_client.links.service import LinkEvent, Links
from logistics_client.service import LogisticsService
from logistics_client.vocabulary import OrderKind, Parcel, Stage, WorkOrder
from logistics_client.work_orders.schema import order_outbox, work_orders

# Orders that photos prove, and what a form is about; the first kind is opened when none of them runs.
_KINDS: Mapping[Purpose, tuple[OrderKind, ...]] = {
    Purpose.PHOTO: (
        OrderKind.MESSAGE,
        OrderKind.DAMAGE,
        OrderKind.PERISHABLE_CLAIM,
        OrderKind.CLAIM,
        OrderKind.WRONG_ITEM,
        OrderKind.LOST_SEARCH,
        OrderKind.COMPLAINT,
    ),
    Purpose.ADDRESS: (OrderKind.CHANGE_ADDRESS,),
    Purpose.INTERCEPT: (OrderKind.INTERCEPT,),
}

_QUARTER = timedelta(minutes=15)
_MOST_NUMBER_LINKS = 3  # to one phone in a quarter of an hour: a calling number can be forged

Tell = Callable[[LinkEvent], Awaitable[None]]


class OrderOutcomes:
    """Implements ``LinkOutcomes`` over the work orders.

    Args:
        logistics: opens and lists orders.
        engine: the database of the orders.
        tell: notes an event in the ledger.
        clock: our clock.
    """

    def __init__(
        self, logistics: LogisticsService, engine: AsyncEngine, tell: Tell, *, clock: Clock = system_clock
    ) -> None:
        self._logistics = logistics
        self._engine = engine
        self._tell = tell
        self._clock = clock

    async def happened(self, event: LinkEvent) -> None:
        """Note an event in the ledger."""
        await self._tell(event)

    async def handed_in(self, use: Use) -> None:
        """Put photos and fields on the order; the same use twice changes nothing the second time.

        A typed number belongs to no order: the call that waits for it reads it in the ledger.
        """
        if use.link.purpose is Purpose.NUMBER:
            typed = replace(use.link, waybill=use.fields.get("number", ""))
            await self._tell(LinkEvent("link.used", typed, use.at))
            return
        order_id = use.link.order_id or await self._order_for(use)
        if await self._attach(order_id, use):
            return
        # The carrier's own order is not in our table; a message of ours carries what the caller sent.
        message, _ = await self._open(OrderKind.MESSAGE, use.link, use.fields)
        if not await self._attach(message.order_id, use):
            raise LogisticsError("no work order of ours takes what was handed in; check the order database")

    async def wants_call(self, link: Link) -> None:
        """Open a call-back order: the caller was texted twice and did not open the link."""
        await self._open(OrderKind.CALL_BACK, link, {"reason": "短信链接未打开", "purpose": link.purpose.value})

    async def _order_for(self, use: Use) -> str:
        kinds = _KINDS.get(use.link.purpose, (OrderKind.MESSAGE,))
        for order in await self._logistics.orders_for(use.link.waybill):
            if order.kind in kinds and order.status.is_running:
                return order.order_id
        opened, _ = await self._open(kinds[0], use.link, use.fields)
        return opened.order_id

    async def _open(self, kind: OrderKind, link: Link, details: Mapping[str, str]) -> tuple[WorkOrder, bool]:
        parcel = await self._parcel(link.waybill)
        return await self._logistics.open_unasked(kind, parcel, call_id=link.call_id, details=details)

    async def _parcel(self, waybill: str) -> Parcel:
        try:
            found = await self._logistics.find(waybill=waybill)
        except LogisticsError:
            found = ()
        # Without the carrier the order still has its parcel; the desk sends it on.
        return found[0] if found else Parcel(waybill=waybill, carrier="unknown", stage=Stage.UNKNOWN)

    async def _attach(self, order_id: str, use: Use) -> bool:
        """Add evidence and fields to an order and have its receiver told; False when it is no order of ours."""
        try:
            async with self._engine.begin() as connection:
                query = select(work_orders).where(work_orders.c.order_id == order_id).with_for_update()
                row = (await connection.execute(query)).mappings().first()
                if row is None:
                    return False
                values = self._additions(row, use)
                if values:
                    await connection.execute(
                        update(work_orders).where(work_orders.c.order_id == order_id).values(values)
                    )
                    await connection.execute(insert(order_outbox).values(self._delivery(order_id, use)))
        except (SQLAlchemyError, OSError) as error:
            raise UnavailableError("the order could not be changed; check the database") from error
        return True

    def _additions(self, row: Any, use: Use) -> dict[str, Any]:
        evidence = list(dict.fromkeys([*row["evidence"], *(f"photo:{sha256}" for sha256 in use.photos)]))
        details = {**row["details"], **use.fields}
        if evidence == list(row["evidence"]) and details == dict(row["details"]):
            return {}
        return {"evidence": evidence, "details": details, "changed_at": to_text(self._clock())}

    def _delivery(self, order_id: str, use: Use) -> dict[str, Any]:
        # The action is part of the idempotency key, so every hand-in reaches the receiver as one message of its own.
        return {
            "order_id": order_id,
            "action": f"use:{use.use_id[:12]}",
            "state": "pending",
            "attempts": 0,
            "next_at": to_text(self._clock()),
            "error": None,
        }


class ParcelLinks:
    """Sends links about parcels; the ``LinkSender`` of the room's door.

    Args:
        links: the links.
        clock: our clock.
    """

    def __init__(self, links: Links, *, clock: Clock = system_clock) -> None:
        self._links = links
        self._clock = clock

    async def send(self, purpose: str, parcel: Parcel, *, phone: str, call_id: str) -> bool:
        """Send; True only on the gateway's receipt.

        Raises:
            LogisticsError: no receipt.
            ValueError: nobody knows such a purpose.
        """
        kind = Purpose(purpose)
        lines: tuple[str, ...] = ()
        if kind is Purpose.CUSTOMS and parcel.customs_missing:
            lines = (f"还缺:{parcel.customs_missing}",)
        await self._links.send(kind, parcel.waybill, phone=phone, call_id=call_id, lines=lines)
        return True

    async def send_for_number(self, phone: str, *, call_id: str) -> None:
        """Text the page on which a caller types a waybill; it goes to the number that calls.

        Raises:
            LogisticsError: no receipt, or enough of these for one phone.
        """
        since = self._clock() - _QUARTER
        if await self._links.store.sent_to(phone, Purpose.NUMBER, since) >= _MOST_NUMBER_LINKS:
            raise RateLimitedError("enough links were sent to this phone; offer a person", carrier="sms")
        await self._links.send(Purpose.NUMBER, "", phone=phone, call_id=call_id)
