"""Finding parcels: our own order table names the waybills, the carrier tells where they are."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from logistics_client.clock import Clock, system_clock
from logistics_client.errors import (
    BadNumberError,
    CarrierAwayError,
    LogisticsError,
    NeedsPhoneTailError,
    NoDataYetError,
    UnavailableError,
)
from logistics_client.http_client import Customer, HttpCarrier, Known
from logistics_client.numbers import candidates, cleaned, completed_waybill
from logistics_client.orders_table.records import NumberKnown, OrderRef, Role
from logistics_client.phones import normalised, tail_of
from logistics_client.ports import CarrierClient
from logistics_client.profile_cache import RecentCache
from logistics_client.transport.coalesce import Coalescer
from logistics_client.vocabulary import Bulletin, CallerClass, Parcel, Stage, WorkOrder

logger = logging.getLogger(__name__)

MOST_TRACES = 8  # parcels of one number that are traced while the caller waits
FRESH_S = 30.0
KEEP_S = 3600.0
EMPTY = Customer(CallerClass.UNKNOWN, None, None, 0, (), (), ())


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a caller said; numbers are normalised."""

    waybill: str | None = None
    waybill_tail: str | None = None
    phone: str | None = None
    phone_tail: str | None = None
    order_no: str | None = None
    surname: str | None = None
    district: str | None = None
    number: str | None = None

    @property
    def words(self) -> dict[str, str]:
        """Fields that narrow a search."""
        names = ("waybill_tail", "phone", "phone_tail", "order_no", "surname", "district")
        return {name: value for name in names if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True)
class FoundCustomer:
    """A customer with how well it is known; ``asked`` says that the carrier answered just now."""

    customer: Customer
    carrier_reachable: bool = True
    asked: bool = False


@dataclass(frozen=True, slots=True)
class FoundParcels:
    """Parcels with what came along; ``bulletins`` None means that the carrier did not tell."""

    parcels: tuple[Parcel, ...] = ()
    orders: tuple[WorkOrder, ...] = ()
    bulletins: tuple[Bulletin, ...] | None = None


class OrdersByPhone(Protocol):
    """Our own order table."""

    async def by_phone(self, phone: str) -> NumberKnown:
        """Return what is known about a number."""

    async def search(
        self,
        *,
        waybill_tail: str | None = None,
        phone_tail: str | None = None,
        order_no: str | None = None,
        surname: str | None = None,
        district: str | None = None,
    ) -> tuple[OrderRef, ...]:
        """Return orders that fit everything that was said."""

    async def tail_for(self, waybill: str) -> str | None:
        """Return a phone tail that carriers accept for a waybill."""

    async def phones_of(self, waybill: str) -> tuple[str | None, str | None] | None:
        """Return the receiver's and the sender's phone of an order."""

    async def bind(self, phone: str, waybill: str) -> None:
        """Remember that a caller named a parcel correctly."""


class Finder:
    """Looks parcels up.

    Args:
        platform: a courier's own platform, which knows parcels by phone; None with pure trace services.
        carriers: trace clients by our carrier name; ``*`` is asked when no other fits.
        table: our own order table.
        clock: our clock.
        fresh_s: how long an answer by phone is as good as new.
    """

    def __init__(
        self,
        *,
        platform: HttpCarrier | None = None,
        carriers: Mapping[str, CarrierClient] | None = None,
        table: OrdersByPhone | None = None,
        clock: Clock = system_clock,
        fresh_s: float = FRESH_S,
    ) -> None:
        self._platform = platform
        self._carriers = dict(carriers or {})
        self._table = table
        self._clock = clock
        self._recent: RecentCache[Customer] = RecentCache(fresh_s, KEEP_S)
        self._coalescer: Coalescer[Customer] = Coalescer()

    async def customer(self, phone: str, *, deadline_s: float) -> FoundCustomer:
        """Return everything about one number; never raises."""
        fresh = self._recent.fresh(phone)
        if fresh is not None:
            return FoundCustomer(fresh)
        try:
            async with asyncio.timeout(deadline_s):
                # The task outlives a caller's deadline: its answer still fills the cache for the next call.
                return FoundCustomer(await self._coalescer.run(phone, lambda: self._ask(phone)), asked=True)
        except (LogisticsError, TimeoutError) as error:
            logger.warning("a look-up by phone failed", extra={"error": type(error).__name__})
        kept = self._recent.kept(phone)
        if kept is None:
            return FoundCustomer(EMPTY, carrier_reachable=False)
        old = tuple(replace(parcel, stale=True) for parcel in kept.parcels)
        return FoundCustomer(replace(kept, parcels=old), carrier_reachable=False)

    async def find(self, spoken: Spoken, *, deadline_s: float) -> FoundParcels:
        """Find parcels by what was said.

        Raises:
            LogisticsError: bad number, needs phone tail or another word, carrier away.
        """
        try:
            async with asyncio.timeout(deadline_s):
                if spoken.waybill is not None:
                    return await self._by_waybill(spoken.waybill, spoken.phone_tail, spoken.number)
                own = await self._own(spoken, deadline_s)
                return own if own.parcels else await self._search(spoken)
        except TimeoutError as error:
            raise UnavailableError("the carrier took too long; ask again later") from error

    async def bind(self, phone: str, waybill: str) -> None:
        """Remember that a caller named a parcel correctly; without an order table nothing is remembered.

        Raises:
            UnavailableError: it was not stored.
        """
        if self._table is not None:
            await self._table.bind(phone, waybill)
            self._recent.drop(phone)

    async def order_phone(self, waybill: str, caller: str | None) -> str | None:
        """Return where texts about an order go: the caller when it is one of the order's phones, else the receiver's.

        Our own table is asked first, then the courier's platform. None when neither knows the order's phones.

        Raises:
            LogisticsError: neither could be asked.
        """
        phones = await self._table.phones_of(waybill) if self._table is not None else None
        if phones is None and self._platform is not None:
            try:
                phones = await self._platform.phones(waybill)
            except (NoDataYetError, BadNumberError):
                return None
        if phones is None:
            return None
        known = tuple(normalised(phone) for phone in phones)
        return caller if caller is not None and caller in known else known[0]

    def is_own(self, phone: str, parcel: Parcel) -> bool:
        """Whether a number may stand in for an order's phone that nobody knows: it found the parcel, or ends alike."""
        customer = self._recent.kept(phone)
        found = customer is not None and any(known.waybill == parcel.waybill for known in customer.parcels)
        return found or (parcel.receiver_phone_tail is not None and tail_of(phone) == parcel.receiver_phone_tail)

    async def close(self) -> None:
        """Release connections."""
        await self._coalescer.close()
        clients: list[CarrierClient] = [*self._carriers.values()]
        if self._platform is not None:
            clients.append(self._platform)
        for client in clients:
            await client.close()

    async def _ask(self, phone: str) -> Customer:
        known = await self._table.by_phone(phone) if self._table else NumberKnown()
        customer = await self._platform.customer(phone) if self._platform else EMPTY
        have = {parcel.waybill for parcel in customer.parcels}
        missing = [ref for ref in known.orders if ref.waybill not in have]
        traced = await self._trace_all(missing[:MOST_TRACES])
        customer = replace(
            customer,
            caller_class=known.caller_class or _class_from(customer, known),
            surname=customer.surname or _surname(known),
            merchant_name=customer.merchant_name
            or (known.name if known.caller_class is CallerClass.MERCHANT else None),
            parcels=(*customer.parcels, *traced),
            parcels_total=customer.parcels_total + len(missing),
        )
        self._recent.put(phone, customer)
        return customer

    async def _trace_all(self, refs: list[OrderRef]) -> tuple[Parcel, ...]:
        """Trace several parcels side by side; one that fails is shown as far as our own order knows it."""

        async def one(ref: OrderRef) -> tuple[Parcel, bool]:
            try:
                parcel = await self._client(ref.carrier).trace(ref.waybill, phone_tail=ref.phone_tail)
            except LogisticsError as error:
                return _from_order(ref, self._clock), isinstance(error, CarrierAwayError)
            return replace(parcel, receiver_surname=parcel.receiver_surname or ref.receiver_surname), False

        results = await asyncio.gather(*(one(ref) for ref in refs))
        if results and all(away for _, away in results):
            raise UnavailableError("no carrier could be asked about this number's parcels")
        return tuple(parcel for parcel, _ in results)

    async def _by_waybill(self, number: str, phone_tail: str | None, caller: str | None) -> FoundParcels:
        waybill = cleaned(number)
        if self._platform is not None:
            completed = completed_waybill(waybill, "yunque") or waybill
            try:
                known: Known = await self._platform.known(completed, phone_tail=phone_tail)
                return FoundParcels((known.parcel,), known.orders, known.bulletins)
            except (BadNumberError, NoDataYetError):
                if not self._carriers:
                    raise
        tail = phone_tail or await self._tail_for(waybill)
        parcel = await self._first_trace(waybill, tail)
        return FoundParcels((parcel,))

    async def _first_trace(self, waybill: str, tail: str | None) -> Parcel:
        """Ask the carriers that the number can belong to, the likeliest first."""
        names = [candidate.carrier for candidate in candidates(waybill) if candidate.carrier in self._carriers]
        if "*" in self._carriers and "*" not in names:
            names.append("*")
        if not names:
            raise BadNumberError("ask for the number again: no carrier of ours uses this form")
        error: LogisticsError = NoDataYetError("no carrier knows this number yet")
        for name in names[:3]:
            try:
                return await self._carriers[name].trace(waybill, phone_tail=tail)
            except NeedsPhoneTailError:
                raise
            except LogisticsError as failure:
                error = failure
        raise error

    async def _tail_for(self, waybill: str) -> str | None:
        return await self._table.tail_for(waybill) if self._table else None

    async def _own(self, spoken: Spoken, deadline_s: float) -> FoundParcels:
        """Look among the caller's own parcels first: four digits are enough there."""
        if spoken.number is None or spoken.phone is not None:
            return FoundParcels()
        found = await self.customer(spoken.number, deadline_s=deadline_s)
        fitting = tuple(parcel for parcel in found.customer.parcels if _fits(parcel, spoken))
        return _told(found, fitting)

    async def _search(self, spoken: Spoken) -> FoundParcels:
        if spoken.phone is not None and len(spoken.words) == 1:
            found_customer = await self.customer(spoken.phone, deadline_s=60.0)
            return _told(found_customer, found_customer.customer.parcels)
        found: tuple[Parcel, ...] = ()
        if self._table is not None and spoken.phone is None and spoken.words:
            refs = await self._table.search(**spoken.words)
            found = await self._trace_all(list(refs))
        if not found and self._platform is not None and spoken.words:
            found = await self._platform.search(**spoken.words)
        return FoundParcels(found)

    def _client(self, carrier: str) -> CarrierClient:
        client = self._carriers.get(carrier) or self._carriers.get("*") or self._platform
        if client is None:
            raise NoDataYetError("no client is configured for this carrier; set CARRIER")
        return client


def _told(found: FoundCustomer, parcels: tuple[Parcel, ...]) -> FoundParcels:
    """Pass on what came with a customer, unless it is old news."""
    customer = found.customer
    return FoundParcels(parcels, customer.orders, customer.bulletins if found.asked else None)


def _fits(parcel: Parcel, spoken: Spoken) -> bool:
    checks = (
        spoken.waybill_tail is None or parcel.waybill.endswith(spoken.waybill_tail),
        spoken.phone_tail is None or parcel.receiver_phone_tail == spoken.phone_tail,
        spoken.order_no is None or parcel.order_no == spoken.order_no,
        spoken.surname is None or parcel.receiver_surname == spoken.surname,
        spoken.district is None or spoken.district in (parcel.dest_district or ""),
    )
    return all(checks)


def _class_from(customer: Customer, known: NumberKnown) -> CallerClass:
    if customer.caller_class is not CallerClass.UNKNOWN or not known.orders:
        return customer.caller_class
    roles = {ref.role for ref in known.orders}
    if Role.RECEIVER in roles:
        surnames = {ref.receiver_surname for ref in known.orders if ref.role is Role.RECEIVER}
        return CallerClass.SHARED if len(surnames - {None}) > 1 else CallerClass.RECEIVER
    return CallerClass.SENDER if Role.SENDER in roles else CallerClass.VERIFIED


def _surname(known: NumberKnown) -> str | None:
    for ref in known.orders:
        surname = ref.sender_surname if ref.role is Role.SENDER else ref.receiver_surname
        if surname and ref.role is not Role.BOUND:
            return surname
    return None


def _from_order(ref: OrderRef, clock: Clock) -> Parcel:
    return Parcel(
        waybill=ref.waybill,
        carrier=ref.carrier,
        stage=Stage.UNKNOWN,
        receiver_phone_tail=ref.receiver_tail,
        receiver_surname=ref.receiver_surname,
        goods=ref.goods,
        dest_district=ref.district,
        order_no=ref.order_no,
        stale=True,
        fetched_at=clock(),
    )
