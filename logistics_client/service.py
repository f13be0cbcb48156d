"""The room's door: one object that answers a running call, whatever carrier stands behind it.

A look-up never raises into a ringing call: a carrier that is slow or away costs at most the deadline, and what was
known before is used, marked stale.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from prometheus_client import Counter

from logistics_client.bulletin_board import BulletinBoard, Read
from logistics_client.bulletin_match import bulletin_for
from logistics_client.clock import Clock, system_clock
from logistics_client.errors import LogisticsError
from logistics_client.finder import Finder, Spoken
from logistics_client.http_client import Customer
from logistics_client.known_orders import KnownOrders
from logistics_client.phones import is_landline, is_mobile, normalised, tail_of
from logistics_client.promises import PromiseBook, promise_for
from logistics_client.urgency import most_urgent_first
from logistics_client.vocabulary import (
    Bulletin,
    CallerClass,
    CallerProfile,
    CodeCheck,
    OrderKind,
    OrderStatus,
    Parcel,
    WorkOrder,
)
from logistics_client.work_orders import Draft, WorkOrderBook
from logistics_client.work_orders.progress import Change

logger = logging.getLogger(__name__)

DEADLINE_S = 3.0
_HUB_KINDS = (OrderKind.HUB_QUERY, OrderKind.LOST_SEARCH)
_DESK_KINDS = (OrderKind.CALL_BACK, OrderKind.MESSAGE, OrderKind.COMPLAINT, OrderKind.CLAIM, OrderKind.FEE_CHECK)
DESK = "客服台"
_NO_CUSTOMERS = (CallerClass.LINE_TEST, CallerClass.BLOCKED, CallerClass.STAFF)

CALLERS = Counter("hotline_callers", "Callers looked up by number, by whether a parcel was found", ["identified"])


class LinkSender(Protocol):
    """Sends signed short links by SMS."""

    async def send(self, purpose: str, parcel: Parcel, *, phone: str, call_id: str) -> bool:
        """Send; True only on the gateway's receipt."""

    async def send_for_number(self, phone: str, *, call_id: str) -> None:
        """Text a page to type a waybill on; returning is the gateway's receipt."""


class CodeSender(Protocol):
    """Sends one-time codes by SMS and checks what was said."""

    async def send(self, purpose: OrderKind, waybill: str, *, phone: str) -> None:
        """Text a new code; returning is the gateway's receipt."""

    async def check(self, purpose: OrderKind, waybill: str, said: str) -> CodeCheck:
        """Tell whether these are the digits that were texted last."""


class Background(Protocol):
    """Something that works while the service is open."""

    def start(self) -> None:
        """Start."""

    async def close(self) -> None:
        """Stop."""


class LogisticsService:
    """Implements ``logistics_client.ports.Logistics``.

    Args:
        finder: looks parcels up.
        book: our work orders.
        promises: promise clocks.
        background: deliveries, feedback and escalation.
        notices: our own bulletins in force.
        carriers_notices: asks the carrier for its own; None when it tells none.
        clock: our clock.
        deadline_s: longest time that a caller waits for a look-up.
    """

    def __init__(
        self,
        finder: Finder,
        book: WorkOrderBook,
        promises: PromiseBook,
        *,
        background: Iterable[Background] = (),
        notices: Read | None = None,
        carriers_notices: Read | None = None,
        clock: Clock = system_clock,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._finder = finder
        self._book = book
        self._promises = promises
        self._background = tuple(background)
        self._notices = notices
        self._links: LinkSender | None = None
        self._codes: CodeSender | None = None
        self._clock = clock
        self._deadline_s = deadline_s
        self._known_orders = KnownOrders()
        self._carriers_notices = BulletinBoard(carriers_notices or _none, clock=clock)

    def send_texts_by(self, links: LinkSender, codes: CodeSender) -> None:
        """Set the senders of texts, which themselves need this service; until then none is said to be sent."""
        self._links = links
        self._codes = codes

    async def start(self) -> None:
        """Open the order book and start the background work.

        Raises:
            UnavailableError: the database cannot be opened.
        """
        await self._book.start()
        for worker in self._background:
            worker.start()

    async def identify(self, number: str | None) -> CallerProfile:
        """Build the caller's profile from the calling number; never raises, degrades to what is known."""
        now = self._clock()
        phone = normalised(number)
        if phone is None:
            # Whoever calls without a number may still name a parcel that a bulletin explains.
            return CallerProfile(CallerClass.UNKNOWN, None, bulletins=await self.bulletins(), fetched_at=now)
        found = await self._finder.customer(phone, deadline_s=self._deadline_s)
        customer = found.customer
        if found.asked:
            self._remember(customer.parcels, customer.orders, customer.bulletins)
        bulletins = await self.bulletins()
        parcels = most_urgent_first(customer.parcels, now, bulletins)
        orders = await self._orders_of(parcels, customer.orders)
        _count(customer.caller_class, found=bool(parcels))
        return CallerProfile(
            caller_class=_class_of(customer, phone),
            number=phone,
            parcels=parcels,
            parcels_total=max(customer.parcels_total, len(parcels)),
            orders=orders,
            bulletins=bulletins,
            merchant_name=customer.merchant_name,
            surname=customer.surname,
            fetched_at=now,
            carrier_reachable=found.carrier_reachable,
        )

    async def find(
        self,
        *,
        waybill: str | None = None,
        waybill_tail: str | None = None,
        phone: str | None = None,
        phone_tail: str | None = None,
        order_no: str | None = None,
        surname: str | None = None,
        district: str | None = None,
        number: str | None = None,
    ) -> tuple[Parcel, ...]:
        """Find parcels by what a caller can say, the most urgent first; see ``Logistics``."""
        spoken = Spoken(
            waybill=waybill,
            waybill_tail=waybill_tail,
            phone=normalised(phone),
            phone_tail=phone_tail,
            order_no=order_no,
            surname=surname,
            district=district,
            number=normalised(number),
        )
        found = await self._finder.find(spoken, deadline_s=self._deadline_s)
        self._remember(found.parcels, found.orders, found.bulletins)
        return most_urgent_first(found.parcels, self._clock(), await self.bulletins())

    async def open_order(
        self, kind: OrderKind, parcel: Parcel | None, *, call_id: str, details: Mapping[str, str] | None = None
    ) -> tuple[WorkOrder, bool]:
        """Open a work order, or return the running one of that kind; the flag says whether it is new.

        Raises:
            UnavailableError: it could not be stored, so nothing may be promised.
        """
        now = self._clock()
        rule = self._promises.rules[kind]
        waybill = parcel.waybill if parcel else None
        elsewhere = self._known_orders.running(waybill, kind) if waybill is not None else None
        is_recent = elsewhere is not None and now - elsewhere.opened_at <= rule.window
        # A carrier also shows our own orders; of those our book knows better whether they still run.
        if elsewhere is not None and is_recent and await self._book.get(elsewhere.order_id) is None:
            return elsewhere, False
        promise = promise_for(
            kind,
            now,
            self._promises,
            outlet=parcel.outlet if parcel else None,
            bulletin=bulletin_for(parcel, await self.bulletins(), now) if parcel else None,
        )
        draft = Draft(
            kind=kind,
            waybill=waybill,
            opened_at=now,
            promise=promise,
            window=rule.window,
            owner=_owner(kind, parcel),
            details=dict(details or {}),
            call_id=call_id or None,
        )
        return await self._book.open(draft)

    async def open_unasked(
        self,
        kind: OrderKind,
        parcel: Parcel | None,
        *,
        call_id: str,
        details: Mapping[str, str] | None = None,
        by: str | None = None,
    ) -> tuple[WorkOrder, bool]:
        """Open an order outside a running call, and tell the book's listeners; raises as ``open_order``."""
        order, new = await self.open_order(kind, parcel, call_id=call_id, details=details)
        if new:
            await self._book.tell(Change(order, OrderStatus.OPENED, self._clock(), by))
        return order, new

    async def bulletins(self) -> tuple[Bulletin, ...]:
        """Return the notices in force, ours and those of the carrier."""
        own = await self._notices() if self._notices is not None else ()
        return (*own, *await self._carriers_notices.current())

    async def orders_for(self, waybill: str) -> tuple[WorkOrder, ...]:
        """Work orders of a parcel, newest first: ours and those the carrier told us about."""
        own = await self._book.for_waybills(waybill)
        return _merged(own, self._known_orders.of(waybill))

    async def remember(self, number: str, parcel: Parcel) -> None:
        """Know this caller by number from now on: he named this parcel and confirmed it.

        Raises:
            UnavailableError: it was not stored.
        """
        phone = normalised(number)
        if phone is not None:
            await self._finder.bind(phone, parcel.waybill)

    async def send_link(self, purpose: str, parcel: Parcel, *, phone: str, call_id: str) -> bool:
        """Send a signed short link by SMS; True only on the gateway's receipt.

        It goes to a phone of the order; ``phone`` is the calling number where the caller may have it there, else empty.
        """
        if self._links is None:
            return False
        try:
            to = await self._order_phone(parcel, phone)
            return to is not None and await self._links.send(purpose, parcel, phone=to, call_id=call_id)
        except LogisticsError as error:
            logger.warning("a link was not sent", extra={"error": type(error).__name__, "call_id": call_id})
            return False

    async def send_number_link(self, phone: str, *, call_id: str) -> bool:
        """Text the calling mobile phone a page to type a waybill on; True only on the gateway's receipt."""
        to = normalised(phone)
        if self._links is None or to is None or not is_mobile(to):
            return False
        try:
            await self._links.send_for_number(to, call_id=call_id)
        except LogisticsError as error:
            logger.warning("a link was not sent", extra={"error": type(error).__name__, "call_id": call_id})
            return False
        return True

    async def send_code(self, purpose: OrderKind, parcel: Parcel, *, phone: str, call_id: str) -> str | None:
        """Text a one-time code to a phone of the order; ``phone`` as in ``send_link``.

        Returns:
            The last four digits of that phone, on the gateway's receipt; None without one.
        """
        if self._codes is None:
            return None
        try:
            to = await self._order_phone(parcel, phone)
            if to is None:
                return None
            await self._codes.send(purpose, parcel.waybill, phone=to)
        except LogisticsError as error:
            logger.warning("a code was not sent", extra={"error": type(error).__name__, "call_id": call_id})
            return None
        return tail_of(to)

    async def check_code(self, purpose: OrderKind, parcel: Parcel, said: str) -> CodeCheck:
        """Tell whether these are the digits that were texted last; right once only.

        Raises:
            UnavailableError: nobody can tell now.
        """
        return CodeCheck.SPENT if self._codes is None else await self._codes.check(purpose, parcel.waybill, said)

    async def close(self) -> None:
        """Stop background work, commit what is queued and release connections."""
        for worker in self._background:
            await worker.close()
        await self._carriers_notices.refreshed()
        await self._book.close()
        await self._finder.close()

    async def _order_phone(self, parcel: Parcel, caller: str) -> str | None:
        """Return where texts about a parcel go; a number that only calls is none."""
        number = normalised(caller)
        known = await self._finder.order_phone(parcel.waybill, number)
        if known is None and number is not None and self._finder.is_own(number, parcel):
            return number
        if known is None:
            logger.warning("a text was not sent: the order's phone is not known")
        return known

    def _remember(
        self, parcels: tuple[Parcel, ...], orders: tuple[WorkOrder, ...], bulletins: tuple[Bulletin, ...] | None
    ) -> None:
        if bulletins is None:
            return  # old news, or a carrier that tells neither orders nor bulletins
        self._known_orders.note((parcel.waybill for parcel in parcels), orders)
        self._carriers_notices.note(bulletins)

    async def _orders_of(self, parcels: tuple[Parcel, ...], elsewhere: tuple[WorkOrder, ...]) -> tuple[WorkOrder, ...]:
        own: tuple[WorkOrder, ...] = ()
        with contextlib.suppress(LogisticsError, TimeoutError):
            async with asyncio.timeout(self._deadline_s):
                own = await self._book.for_waybills(*(parcel.waybill for parcel in parcels))
        return _merged(own, elsewhere)


async def _none() -> tuple[Bulletin, ...]:
    return ()


def _count(caller: CallerClass, *, found: bool) -> None:
    if caller not in _NO_CUSTOMERS:
        CALLERS.labels(identified=str(found).lower()).inc()


def _merged(own: tuple[WorkOrder, ...], elsewhere: tuple[WorkOrder, ...]) -> tuple[WorkOrder, ...]:
    """Put ours first where both know an order: we know what was promised."""
    by_id = {order.order_id: order for order in (*elsewhere, *own)}
    return tuple(sorted(by_id.values(), key=_opened_at, reverse=True))


def _opened_at(order: WorkOrder) -> datetime:
    return order.opened_at


def _class_of(customer: Customer, phone: str) -> CallerClass:
    personal = customer.caller_class in (CallerClass.RECEIVER, CallerClass.SENDER)
    return CallerClass.SHARED if personal and is_landline(phone) else customer.caller_class


def _owner(kind: OrderKind, parcel: Parcel | None) -> str:
    if parcel is None or kind in _DESK_KINDS:
        return DESK
    if kind in _HUB_KINDS:
        last = parcel.last_event
        return last.site if last is not None and last.site else DESK
    return parcel.outlet.name if parcel.outlet else DESK
