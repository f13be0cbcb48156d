"""取件码重发: the pick-up code goes by SMS to the order's own phone, and nowhere else.

The order is the promise; this receiver keeps it. It stands in the chain of receivers like the outlet's webhook, so it
is retried like any delivery and survives a crash.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from logistics_client.clock import Clock, system_clock
from logistics_client.errors import NoDataYetError, UnavailableError
from logistics_client.finder import Finder, Spoken
from logistics_client.links.wording import pickup_message
from logistics_client.vocabulary import OrderKind, OrderStatus, Parcel, PickupPlace, WorkOrder
from logistics_client.work_orders.book import WorkOrderBook

DEADLINE_S = 5.0
SENT = "取件码已发到订单手机"

# phone, text, message id; returning is the gateway's receipt
Text = Callable[[str, str, str], Awaitable[None]]
# Asks the carrier for place and code, where the trace does not tell.
AskPlace = Callable[[Parcel, str], Awaitable[PickupPlace | None]]


class PickupCodeSink:
    """Texts pick-up codes; orders of other kinds pass through.

    Args:
        finder: knows parcel and order's phone.
        book: where the result is noted.
        ask_place: asks the carrier where the trace holds no code.
        clock: our clock.
    """

    def __init__(
        self, finder: Finder, book: WorkOrderBook, *, ask_place: AskPlace | None = None, clock: Clock = system_clock
    ) -> None:
        self._finder = finder
        self._book = book
        self._ask_place = ask_place
        self._clock = clock
        self._text: Text | None = None
        self._brand = ""

    def text_by(self, text: Text, brand: str) -> None:
        """Set the gateway; until then deliveries wait."""
        self._text = text
        self._brand = brand

    async def deliver(self, order: WorkOrder, action: str) -> None:
        """Text the code; a repeat carries the same message id, which the gateway knows.

        Raises:
            UnavailableError: no gateway yet, or no receipt.
            LogisticsError: the parcel or its phone cannot be read now.
        """
        if order.kind is not OrderKind.RESEND_CODE or order.waybill is None or not order.status.is_running:
            return
        if self._text is None:
            raise UnavailableError("no SMS gateway is open in this process; the code waits", carrier="sms")
        try:
            found = await self._finder.find(Spoken(waybill=order.waybill), deadline_s=DEADLINE_S)
        except NoDataYetError:
            return
        phone = await self._finder.order_phone(order.waybill, None)
        place = await self._place(found.parcels[0], phone) if found.parcels and phone else None
        if phone is None or place is None or place.code is None:
            return  # the order stays with the outlet, which knows the locker
        await self._text(
            phone,
            pickup_message(self._brand, order.waybill, place.name, place.code),
            f"pickup-{order.order_id}-{action}",
        )
        now = self._clock()
        await self._book.change(order.order_id, OrderStatus.RESULTED, now, outcome=SENT, said_at=now)

    async def _place(self, parcel: Parcel, phone: str) -> PickupPlace | None:
        if parcel.pickup is not None and parcel.pickup.code is not None:
            return parcel.pickup
        return await self._ask_place(parcel, phone) if self._ask_place is not None else None
