"""Work orders at the carrier itself, where the operator's account reaches it: 顺丰, and whoever 快递100 serves.

A request like these is not safe to repeat: whether it arrived is unknown when the line breaks. So a refusal and a
broken line both leave the order with the outlet and the desk; only what surely was not sent is tried again. A success
means 「已提交」 and no more.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from logistics_client.carriers.kuaidi100_orders import Intercept, Kuaidi100Orders, Recipient
from logistics_client.carriers.sf import SfClient, SfService
from logistics_client.clock import Clock, system_clock
from logistics_client.errors import LogisticsError, MisconfiguredError, RateLimitedError
from logistics_client.numbers import candidates
from logistics_client.vocabulary import OrderKind, OrderStatus, WorkOrder
from logistics_client.work_orders.book import WorkOrderBook

logger = logging.getLogger(__name__)

_SF_SERVICES: Mapping[OrderKind, SfService] = {
    OrderKind.URGE_DELIVERY: SfService.DELIVER_FIRST,
    OrderKind.DOORSTEP: SfService.TO_DOOR,
    OrderKind.INTERCEPT: SfService.RETURN,
    OrderKind.CHANGE_ADDRESS: SfService.FORWARD,
    OrderKind.CHANGE_TIME: SfService.CHANGE_TIME,
}
SUBMITTED = "已提交给快递公司"


class _CarrierSink:
    """Takes new orders only, and notes on the order that the carrier has it."""

    def __init__(self, book: WorkOrderBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock

    async def deliver(self, order: WorkOrder, action: str) -> None:
        """Submit a new order; other steps and kinds pass.

        Raises:
            RateLimitedError: surely not sent, so it is worth repeating.
            MisconfiguredError: an operator has to act, then it is repeated.
        """
        # Once the carrier has it, it is accepted; a repeat for the sake of another receiver must not submit it again.
        if action != "open" or order.waybill is None or order.status is not OrderStatus.OPENED:
            return
        try:
            done = await self._submit(order, order.waybill)
        except (RateLimitedError, MisconfiguredError):
            raise
        except LogisticsError as error:
            logger.warning("the carrier did not take an order", extra={"error": type(error).__name__})
            return
        if done:
            await self._book.change(order.order_id, OrderStatus.ACCEPTED, self._clock(), outcome=SUBMITTED)

    async def _submit(self, order: WorkOrder, waybill: str) -> bool:
        """Submit; whether the carrier does such things at all."""
        raise NotImplementedError


class SfSink(_CarrierSink):
    """催派, 送货上门, 拦截, 改址 and 改时间 of the operator's own 顺丰 waybills (EXP_RECE_WANTED_INTERCEPT).

    Args:
        client: the client.
        book: where the submission is noted.
        clock: our clock.
    """

    def __init__(self, client: SfClient, book: WorkOrderBook, *, clock: Clock = system_clock) -> None:
        super().__init__(book, clock)
        self._client = client

    async def _submit(self, order: WorkOrder, waybill: str) -> bool:
        service = _SF_SERVICES.get(order.kind)
        address = order.details.get("new_address")
        if service is None or (service is SfService.FORWARD and not address):
            return False
        more = {"newDestAddress": address} if address and service is SfService.FORWARD else None
        is_sender = order.details.get("caller_role") == "sender"
        await self._client.want(waybill, service, sender=is_sender, more=more)
        return True


class Kuaidi100Sink(_CarrierSink):
    """工单, 拦截 and 改址 of parcels that the operator ordered through 快递100.

    Args:
        orders: the client of the order family.
        book: where the submission is noted.
        callback: public address for status changes.
        kinds: 快递100's own words (secondType) by kind of order; the list comes with the account.
        clock: our clock.
    """

    def __init__(
        self,
        orders: Kuaidi100Orders,
        book: WorkOrderBook,
        *,
        callback: str,
        kinds: Mapping[OrderKind, str],
        clock: Clock = system_clock,
    ) -> None:
        super().__init__(book, clock)
        self._orders = orders
        self._callback = callback
        self._kinds = kinds

    async def _submit(self, order: WorkOrder, waybill: str) -> bool:
        content = "; ".join(f"{name}: {value}" for name, value in order.details.items())[:500] or order.kind.value
        likely = candidates(waybill)
        if order.kind is OrderKind.INTERCEPT and likely:
            kind = Intercept.RETURN_TO_SENDER
            await self._orders.intercept(waybill, likely[0].carrier, kind, reason=content, callback=self._callback)
            return True
        details = order.details
        if order.kind is OrderKind.CHANGE_ADDRESS and likely and details.get("new_address"):
            to = Recipient(details.get("receiver", ""), details.get("contact_phone", ""), details["new_address"])
            await self._orders.intercept(
                waybill, likely[0].carrier, Intercept.CHANGE_ADDRESS, reason=content, callback=self._callback, to=to
            )
            return True
        second_type = self._kinds.get(order.kind)
        if second_type is None:
            return False
        await self._orders.open_work_order(waybill, second_type, content, callback=self._callback)
        return True


def read_kinds(text: str) -> dict[OrderKind, str]:
    """Read ``urge_delivery=催派,complaint=投诉``: our kinds of order in 快递100's own words.

    Raises:
        MisconfiguredError: a part of it names no kind.
    """
    kinds: dict[OrderKind, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, word = part.partition("=")
        if name not in set(OrderKind) or not word:
            raise MisconfiguredError(f"KUAIDI100_ORDER_KINDS: {part} is no kind of order; write urge_delivery=催派")
        kinds[OrderKind(name)] = word
    return kinds
