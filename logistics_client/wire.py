"""The words of the generic carrier interface on the wire, version 1 (``docs/carrier-api.yaml``).

pydantic stands at the edge: what comes in is bounded in length and count, a stage nobody knows becomes ``unknown``
with its raw code kept, and control characters never reach a log or a voice.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Base64Bytes,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from logistics_client.vocabulary import (
    Bulletin,
    CallerClass,
    Courier,
    OrderKind,
    OrderStatus,
    Outlet,
    Parcel,
    PickupPlace,
    Promise,
    RouteLeg,
    Stage,
    TraceEvent,
    WorkOrder,
)

MAX_EVENTS = 500
PHONE = r"^\+?[0-9]{5,20}(-[0-9]{1,6})?$"
MAX_PARCELS = 500


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(char for char in text if char.isprintable())


def _known_stage(value: object) -> object:
    known = isinstance(value, str) and value in Stage.__members__.values()
    return value if known else Stage.UNKNOWN


def _known_caller(value: object) -> object:
    known = isinstance(value, str) and value in CallerClass.__members__.values()
    return value if known else CallerClass.UNKNOWN


Word = Annotated[str, StringConstraints(max_length=100), AfterValidator(_printable)]
Line = Annotated[str, StringConstraints(max_length=500), AfterValidator(_printable)]
Waybill = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{6,32}$")]


class Doc(BaseModel):
    """Base of all messages: fields that a newer version added are ignored."""

    model_config = ConfigDict(extra="ignore", from_attributes=True, frozen=True)


class CourierDoc(Doc):
    """The person on the last mile."""

    name: Word
    phone: Word | None = None

    def to_domain(self) -> Courier:
        """Return the domain value."""
        return Courier(self.name, self.phone)


class OutletDoc(Doc):
    """A delivery station."""

    outlet_id: Word
    name: Word
    city: Word | None = None
    phone: Word | None = None
    opens: Word | None = None
    closes: Word | None = None

    def to_domain(self) -> Outlet:
        """Return the domain value."""
        return Outlet(self.outlet_id, self.name, self.city, self.phone, self.opens, self.closes)


class EventDoc(Doc):
    """One scan."""

    at: AwareDatetime
    stage: Annotated[Stage, BeforeValidator(_known_stage)]
    text: Line
    raw_code: Word | None = None
    site: Word | None = None
    city: Word | None = None
    next_site: Word | None = None
    courier: CourierDoc | None = None

    def to_domain(self) -> TraceEvent:
        """Return the domain value."""
        courier = self.courier.to_domain() if self.courier else None
        return TraceEvent(self.at, self.stage, self.text, self.raw_code, self.site, self.city, self.next_site, courier)


class LegDoc(Doc):
    """A planned leg between two hubs."""

    origin: Word
    destination: Word
    line: Word | None = None
    departs_at: AwareDatetime | None = None
    arrives_at: AwareDatetime | None = None

    def to_domain(self) -> RouteLeg:
        """Return the domain value."""
        return RouteLeg(self.origin, self.destination, self.line, self.departs_at, self.arrives_at)


class PickupDoc(Doc):
    """Locker or station where a parcel waits."""

    kind: Literal["locker", "station"]
    place_id: Word
    name: Word
    address: Line | None = None
    code: Word | None = None
    notified: bool | None = None
    placed_at: AwareDatetime | None = None

    def to_domain(self) -> PickupPlace:
        """Return the domain value."""
        return PickupPlace(self.kind, self.place_id, self.name, self.address, self.code, self.notified, self.placed_at)


class BulletinDoc(Doc):
    """A notice that explains waiting."""

    bulletin_id: Word
    cause: Line
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    recovers_at: AwareDatetime | None = None
    brand: Word | None = None
    province: Word | None = None
    hub: Word | None = None
    line: Word | None = None
    outlet: Word | None = None
    author: Word | None = None
    approver: Word | None = None

    def to_domain(self) -> Bulletin:
        """Return the domain value."""
        return Bulletin(**self.model_dump())


class ParcelDoc(Doc):
    """One parcel with its trace, oldest event first."""

    waybill: Waybill
    carrier: Word
    stage: Annotated[Stage, BeforeValidator(_known_stage)]
    events: tuple[EventDoc, ...] = Field(default=(), max_length=MAX_EVENTS)
    receiver_phone_tail: Word | None = None
    receiver_surname: Word | None = None
    sender_surname: Word | None = None
    goods: Word | None = None
    perishable: bool = False
    insured: bool | None = None
    origin_city: Word | None = None
    dest_city: Word | None = None
    dest_district: Word | None = None
    estate: Word | None = None
    address_note: Line | None = None
    pickup: PickupDoc | None = None
    route: tuple[LegDoc, ...] = Field(default=(), max_length=50)
    provinces: tuple[Word, ...] = Field(default=(), max_length=50)
    outlet: OutletDoc | None = None
    courier: CourierDoc | None = None
    expected_by: AwareDatetime | None = None
    next_move_at: AwareDatetime | None = None
    hold_cause: Line | None = None
    hold_cause_source: Word | None = None
    customs_missing: Line | None = None
    delivery_photo: Word | None = None
    order_no: Word | None = None

    def to_domain(self, fetched_at: AwareDatetime) -> Parcel:
        """Return the domain value with events in order of time, whatever order they came in."""
        nested = {"events", "pickup", "route", "outlet", "courier"}
        plain = {name: getattr(self, name) for name in ParcelDoc.model_fields if name not in nested}
        return Parcel(
            **plain,
            events=tuple(sorted((event.to_domain() for event in self.events), key=lambda event: event.at)),
            pickup=self.pickup.to_domain() if self.pickup else None,
            route=tuple(leg.to_domain() for leg in self.route),
            outlet=self.outlet.to_domain() if self.outlet else None,
            courier=self.courier.to_domain() if self.courier else None,
            fetched_at=fetched_at,
        )


class PromiseDoc(Doc):
    """What was promised and by when."""

    what: Line
    due_at: AwareDatetime
    kept: bool | None = None


class OrderDoc(Doc):
    """A work order as the carrier shows it."""

    order_id: Word
    kind: OrderKind
    waybill: Waybill | None = None
    opened_at: AwareDatetime
    status: OrderStatus
    promise: PromiseDoc | None = None
    owner: Word | None = None
    outcome: Line | None = None

    def to_domain(self) -> WorkOrder:
        """Return the domain value."""
        promise = None
        if self.promise is not None:
            promise = Promise(self.promise.what, self.promise.due_at, self.order_id, self.promise.kept)
        return WorkOrder(
            order_id=self.order_id,
            kind=self.kind,
            waybill=self.waybill,
            opened_at=self.opened_at,
            status=self.status,
            promise=promise,
            owner=self.owner,
            outcome=self.outcome,
        )


class CallerReply(Doc):
    """Everything about one phone number in one answer."""

    caller_class: Annotated[CallerClass, BeforeValidator(_known_caller)]
    surname: Word | None = None
    merchant_name: Word | None = None
    parcels_total: int = Field(default=0, ge=0)
    parcels: tuple[ParcelDoc, ...] = Field(default=(), max_length=MAX_PARCELS)
    orders: tuple[OrderDoc, ...] = Field(default=(), max_length=MAX_PARCELS)
    bulletins: tuple[BulletinDoc, ...] = Field(default=(), max_length=MAX_PARCELS)


class ParcelReply(Doc):
    """One parcel with the orders and bulletins that belong to it."""

    parcel: ParcelDoc
    orders: tuple[OrderDoc, ...] = Field(default=(), max_length=MAX_PARCELS)
    bulletins: tuple[BulletinDoc, ...] = Field(default=(), max_length=MAX_PARCELS)


class SearchReply(Doc):
    """Parcels that fit."""

    parcels: tuple[ParcelDoc, ...] = Field(default=(), max_length=MAX_PARCELS)


class BulletinsReply(Doc):
    """All notices in force."""

    bulletins: tuple[BulletinDoc, ...] = Field(default=(), max_length=MAX_PARCELS)


class CallerQuery(Doc):
    """Ask by phone; the number travels in the body, because addresses are logged."""

    phone: Annotated[str, StringConstraints(pattern=PHONE)]
    limit: int = Field(default=20, ge=1, le=MAX_PARCELS)


class ParcelQuery(Doc):
    """Ask by waybill."""

    waybill: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    phone_tail: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] | None = None


class SearchQuery(Doc):
    """Ask by what a caller can say; every field that is given has to fit."""

    waybill_tail: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{4,8}$")] | None = None
    phone_tail: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")] | None = None
    order_no: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{6,40}$")] | None = None
    surname: Word | None = None
    district: Word | None = None
    phone: Annotated[str, StringConstraints(pattern=PHONE)] | None = None


class PhotoQuery(Doc):
    """Ask for the delivery photo of a parcel."""

    waybill: Waybill


class PhotoReply(Doc):
    """The delivery photo: JPEG, PNG or WebP of at most 1.4 MB, in Base64."""

    data: Base64Bytes


class PhonesQuery(Doc):
    """Ask for the phones of an order, so that links and codes go there and nowhere else."""

    waybill: Waybill


class PhonesReply(Doc):
    """The phones on the order, a virtual number with its extension; they are never shown or spoken."""

    receiver_phone: Annotated[str, StringConstraints(pattern=PHONE)] | None = None
    sender_phone: Annotated[str, StringConstraints(pattern=PHONE)] | None = None


class NewOrder(Doc):
    """A work order for the carrier; the header ``Idempotency-Key`` makes a repeat harmless."""

    order_id: Word
    kind: OrderKind
    waybill: Waybill | None = None
    opened_at: AwareDatetime
    due_at: AwareDatetime | None = None
    owner: Word | None = None
    details: dict[Word, Line] = Field(default_factory=dict, max_length=50)


class OrderReply(Doc):
    """How an order stands at the carrier."""

    order_id: Word
    status: OrderStatus
    outcome: Line | None = None
    changed_at: AwareDatetime


class Problem(Doc):
    """An error.

    ``code`` is one of no_data, needs_phone_tail, needs_more, bad_number, refused, rate_limited, bad_signature,
    clock_skew, bad_request and busy.
    """

    code: Word
    message: Line = ""


class ProblemReply(Doc):
    """The answer when there is no other: with status 200 an answer to the question, with 4xx and 5xx none."""

    error: Problem
