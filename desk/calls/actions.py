"""What an agent starts for a caller: real work orders and links, once each, and written in the call's ledger."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth.roles import Account
from desk.calls.book import CallBook, caller_number
from desk.calls.case import WAYBILL, Cases, order_shown
from desk.calls.projection import Projection
from desk.calls.schema import orders
from desk.database import Clock
from desk.errors import Away, BadRequest, Conflict, NotFound
from ledger import StoredEvent
from logistics_client.errors import LogisticsError
from logistics_client.ports import Logistics
from logistics_client.vocabulary import OrderKind, Parcel, WorkOrder

logger = logging.getLogger(__name__)

DEADLINE_S = 6.0
PURPOSES: Mapping[str, str] = {
    "photo": "上传照片",
    "pod_photo": "派件照片",
    "address": "填写新地址",
    "intercept": "确认拦截",
    "customs": "清关材料",
}
SENT_LATELY = timedelta(seconds=60)
MAX_DETAILS, MAX_DETAIL = 20, 500
# Orders that are about the caller and not about one parcel.
_WITHOUT_PARCEL = frozenset({OrderKind.COMPLAINT, OrderKind.CALL_BACK, OrderKind.MESSAGE, OrderKind.PICKUP_URGE})


class Actions:
    """Opens orders and sends links for one call."""

    def __init__(
        self,
        engine: AsyncEngine,
        logistics: Logistics,
        cases: Cases,
        book: CallBook,
        projection: Projection,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._logistics = logistics
        self._cases = cases
        self._book = book
        self._projection = projection
        self._clock = clock
        self._writing = asyncio.Lock()

    async def open_order(
        self,
        events: Sequence[StoredEvent],
        kind: OrderKind,
        waybill: str | None,
        details: Mapping[str, str],
        by: Account,
    ) -> dict[str, Any]:
        """Open an order, or find the running one: pressing twice, or a repeat after a lost answer, changes nothing.

        Raises:
            BadRequest: details too long, or a parcel is needed and none is named.
            NotFound: nobody knows the parcel.
            Away: it could not be stored; nothing may be promised.
        """
        if len(details) > MAX_DETAILS or any(len(text) > MAX_DETAIL for text in details.values()):
            raise BadRequest("补充内容太长,请写短一些。")
        if waybill is None and kind not in _WITHOUT_PARCEL:
            raise BadRequest("请先选择要办理的运单。")
        call_id = events[0].event.call_id
        parcel = await self._parcel(waybill, caller_number(events)) if waybill is not None else None
        try:
            async with asyncio.timeout(DEADLINE_S):
                order, is_new = await self._logistics.open_order(kind, parcel, call_id=call_id, details=details)
        except (LogisticsError, TimeoutError) as error:
            logger.warning("an agent's order was not opened: %s", type(error).__name__)
            raise Away("工单没有提交成功,请稍后再试,先不要向客户承诺。") from error
        async with self._writing:
            if await self._is_unwritten(order, call_id):
                await self._write(call_id, order, by)
        return {"order": order_shown(order), "new": is_new}

    async def send_link(self, events: Sequence[StoredEvent], purpose: str, waybill: str, by: Account) -> dict[str, Any]:
        """Send a signed link to the order's own phone.

        Raises:
            BadRequest: no such page.
            Conflict: the same was sent a moment ago.
            NotFound: nobody knows the parcel.
            Away: the gateway gave no receipt.
        """
        if purpose not in PURPOSES:
            raise BadRequest("没有这种短信链接。")
        if _sent_lately(events, purpose, waybill, self._clock()):
            raise Conflict("一分钟内已经发过这条短信,请让客户稍等。", code="sent_lately")
        call_id, number = events[0].event.call_id, caller_number(events)
        parcel = await self._parcel(waybill, number)
        try:
            async with asyncio.timeout(DEADLINE_S):
                sent = await self._logistics.send_link(purpose, parcel, phone=number or "", call_id=call_id)
        except (LogisticsError, TimeoutError):
            sent = False
        data = {"purpose": purpose, "waybill": parcel.waybill, "by": by.account_id}
        if not sent:
            await self._book.append("degraded", call_id, {"what": "link", **data})
            raise Away("短信没有发出,请稍后再试,或口头告知客户。")
        await self._book.append("agent.note", call_id, {"text": f"已发短信:{PURPOSES[purpose]}", **data})
        return {"sent": True}

    async def _parcel(self, waybill: str, number: str | None) -> Parcel:
        if not WAYBILL.fullmatch(waybill):
            raise BadRequest("运单号格式不对,请核对后再试。")
        parcel = await self._cases.find(waybill.upper(), number)
        if parcel is None:
            raise NotFound("没有查到这个运单,请核对单号。", code="unknown_parcel")
        return parcel

    async def _is_unwritten(self, order: WorkOrder, call_id: str) -> bool:
        """Whether the order of this call has no event: it is new, or its event was lost between the two tables."""
        if order.call_id != call_id:
            return False
        await self._projection.catch_up()
        async with self._engine.connect() as connection:
            query = select(orders.c.order_id).where(orders.c.order_id == order.order_id)
            return (await connection.execute(query)).first() is None

    async def _write(self, call_id: str, order: WorkOrder, by: Account) -> None:
        data: dict[str, object] = {"order_id": order.order_id, "kind": order.kind.value, "waybill": order.waybill}
        opened = data | {"by": by.account_id, "owner": order.owner}
        await self._book.append("work_order.opened", call_id, opened)
        if order.promise is not None:
            promise = {"what": order.promise.what, "due_at": order.promise.due_at.isoformat()}
            await self._book.append("promise.made", call_id, data | promise)


def _sent_lately(events: Sequence[StoredEvent], purpose: str, waybill: str, now: datetime) -> bool:
    return any(
        stored.event.type in ("link.sent", "agent.note")
        and stored.event.data.get("purpose") == purpose
        and stored.event.data.get("waybill") == waybill.upper()
        and now - stored.event.at < SENT_LATELY
        for stored in events
    )
