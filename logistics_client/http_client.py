"""Client of the generic carrier interface: a courier's own platform, or the sandbox (``docs/carrier-api.yaml``)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from logistics_client import platform_signature as signature
from logistics_client.clock import Clock, system_clock
from logistics_client.errors import (
    BadNumberError,
    BadReplyError,
    CarrierRefusedError,
    LogisticsError,
    MisconfiguredError,
    NeedsMoreError,
    NeedsPhoneTailError,
    NoDataYetError,
    RateLimitedError,
    UnavailableError,
)
from logistics_client.transport.http import CarrierHttp, Policy, Request
from logistics_client.vocabulary import Bulletin, CallerClass, OrderStatus, Parcel, WorkOrder
from logistics_client.wire import (
    BulletinsReply,
    CallerQuery,
    CallerReply,
    NewOrder,
    OrderReply,
    ParcelQuery,
    ParcelReply,
    PhonesQuery,
    PhonesReply,
    PhotoQuery,
    PhotoReply,
    ProblemReply,
    SearchQuery,
    SearchReply,
)

R = TypeVar("R", bound=BaseModel)

# The operator's own platform in the same network: quick or away, and asked as often as calls come in.
PLATFORM_POLICY = Policy(
    connect_s=0.8, read_s=2.0, total_s=2.5, rate_per_s=1000.0, burst=2000, connections=64, breaker_failures=5
)

_PROBLEMS: dict[str, type[LogisticsError]] = {
    "no_data": NoDataYetError,
    "needs_phone_tail": NeedsPhoneTailError,
    "needs_more": NeedsMoreError,
    "bad_number": BadNumberError,
    "refused": CarrierRefusedError,
    "rate_limited": RateLimitedError,
    "bad_signature": MisconfiguredError,
    "clock_skew": MisconfiguredError,
    "bad_request": CarrierRefusedError,
    "busy": UnavailableError,
}


@dataclass(frozen=True, slots=True)
class Customer:
    """What the platform knows about one phone number."""

    caller_class: CallerClass
    surname: str | None
    merchant_name: str | None
    parcels_total: int
    parcels: tuple[Parcel, ...]
    orders: tuple[WorkOrder, ...]
    bulletins: tuple[Bulletin, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """One parcel with the orders and notices that belong to it."""

    parcel: Parcel
    orders: tuple[WorkOrder, ...]
    bulletins: tuple[Bulletin, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands at the carrier."""

    status: OrderStatus
    outcome: str | None
    changed_at: datetime | None = None


class HttpCarrier:
    """Asks a platform that speaks the generic interface.

    Args:
        base_url: address up to and without ``/v1``.
        key: our name at the platform.
        secret: signs every request.
        name: our name of the carrier.
        http: connections and limits, if not of our own making.
        clock: our clock.
    """

    def __init__(
        self,
        base_url: str,
        *,
        key: str,
        secret: str,
        name: str = "http",
        http: CarrierHttp | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self.name = name
        self._base = base_url.rstrip("/")
        self._path_prefix = "/" + self._base.split("://", 1)[-1].partition("/")[2] if "://" in self._base else "/"
        self._key = key
        self._secret = secret
        self._clock = clock
        self._http = http or CarrierHttp(name, PLATFORM_POLICY, clock=clock)

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        """Return the parcel with its trace; see ``CarrierClient``."""
        return (await self.known(waybill, phone_tail=phone_tail)).parcel

    async def known(self, waybill: str, *, phone_tail: str | None = None) -> Known:
        """Return the parcel with its orders and notices, in one round trip.

        Raises:
            LogisticsError: one of the named errors.
        """
        query = _checked(ParcelQuery, waybill=waybill, phone_tail=phone_tail)
        reply = await self._ask("POST", "/v1/parcels/query", query, ParcelReply, safe=True)
        return Known(
            reply.parcel.to_domain(self._clock()),
            tuple(order.to_domain() for order in reply.orders),
            tuple(notice.to_domain() for notice in reply.bulletins),
        )

    async def customer(self, phone: str, *, limit: int = 20) -> Customer:
        """Return everything about one phone number, in one round trip.

        Raises:
            LogisticsError: one of the named errors.
        """
        query = _checked(CallerQuery, phone=phone, limit=limit)
        reply = await self._ask("POST", "/v1/callers/query", query, CallerReply, safe=True)
        now = self._clock()
        return Customer(
            caller_class=reply.caller_class,
            surname=reply.surname,
            merchant_name=reply.merchant_name,
            parcels_total=max(reply.parcels_total, len(reply.parcels)),
            parcels=tuple(parcel.to_domain(now) for parcel in reply.parcels),
            orders=tuple(order.to_domain() for order in reply.orders),
            bulletins=tuple(notice.to_domain() for notice in reply.bulletins),
        )

    async def search(self, **words: str | None) -> tuple[Parcel, ...]:
        """Return the parcels that fit everything that was said (fields of ``SearchQuery``).

        Raises:
            NeedsMoreError: too many fit.
            LogisticsError: one of the other named errors.
        """
        query = _checked(SearchQuery, **words)
        reply = await self._ask("POST", "/v1/parcels/search", query, SearchReply, safe=True)
        return tuple(parcel.to_domain(self._clock()) for parcel in reply.parcels)

    async def bulletins(self) -> tuple[Bulletin, ...]:
        """Return the platform's notices in force.

        Raises:
            LogisticsError: one of the named errors.
        """
        reply = await self._ask("GET", "/v1/bulletins", None, BulletinsReply, safe=True)
        return tuple(notice.to_domain() for notice in reply.bulletins)

    async def delivery_photo(self, waybill: str) -> bytes:
        """Return the photo that the courier took at the door.

        Raises:
            NoDataYetError: there is none.
            LogisticsError: one of the other named errors.
        """
        query = _checked(PhotoQuery, waybill=waybill)
        return (await self._ask("POST", "/v1/photos/query", query, PhotoReply, safe=True)).data

    async def phones(self, waybill: str) -> tuple[str | None, str | None]:
        """Return the receiver's and the sender's phone of an order.

        Raises:
            NoDataYetError: the platform does not know the order.
            LogisticsError: one of the other named errors.
        """
        query = _checked(PhonesQuery, waybill=waybill)
        reply = await self._ask("POST", "/v1/phones/query", query, PhonesReply, safe=True)
        return reply.receiver_phone, reply.sender_phone

    async def submit_order(self, order: WorkOrder) -> Standing:
        """Hand a work order to the platform; a repeat is harmless, because its id is the idempotency key.

        Raises:
            LogisticsError: one of the named errors.
        """
        new = _checked(
            NewOrder,
            order_id=order.order_id,
            kind=order.kind,
            waybill=order.waybill,
            opened_at=order.opened_at,
            due_at=order.promise.due_at if order.promise else None,
            owner=order.owner,
            details=order.details,
        )
        reply = await self._ask("POST", "/v1/work-orders", new, OrderReply, safe=True)
        return Standing(reply.status, reply.outcome, reply.changed_at)

    async def order_standing(self, order_id: str) -> Standing:
        """Return how an order stands.

        Raises:
            LogisticsError: one of the named errors.
        """
        reply = await self._ask("GET", f"/v1/work-orders/{order_id}", None, OrderReply, safe=True)
        return Standing(reply.status, reply.outcome, reply.changed_at)

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()

    async def _ask(self, method: str, path: str, query: BaseModel | None, model: type[R], *, safe: bool) -> R:
        body = b"" if query is None else query.model_dump_json(exclude_none=True).encode()

        def build() -> Request:
            signed_path = self._path_prefix.rstrip("/") + path
            now = self._http.clock.now()
            headers = signature.headers(self._key, self._secret, now, method, signed_path, body)
            return Request(self._base + path, body, {"content-type": "application/json", **headers}, method=method)

        offset = self._http.clock.offset
        try:
            reply = await self._http.send(build, safe=safe)
        except MisconfiguredError:
            if self._http.clock.offset == offset:
                raise
            # The refusal brought news of the platform's clock: what was refused was not done, so it is signed anew.
            reply = await self._http.send(build, safe=safe)
        return self._read(reply.body, model)

    def _read(self, body: bytes, model: type[R]) -> R:
        try:
            value = json.loads(body)
            if isinstance(value, dict) and "error" in value:
                problem = ProblemReply.model_validate(value).error
                kind = _PROBLEMS.get(problem.code, CarrierRefusedError)
                raise kind(problem.message or problem.code, carrier=self.name, raw_code=problem.code)
            return model.model_validate(value)
        except (ValueError, RecursionError) as error:
            raise BadReplyError("the carrier's reply does not follow the interface", carrier=self.name) from error


M = TypeVar("M", bound=BaseModel)


def _checked(model: type[M], **fields: object) -> M:
    """Build a question; what cannot even be asked is a bad number, whoever said it."""
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise BadNumberError("ask for the number again: it has a shape that no carrier uses") from error
