"""What every carrier client does alike: check the question, put the answer together, name the refusal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NoReturn

from logistics_client.carriers import event_text
from logistics_client.errors import (
    BadNumberError,
    BadReplyError,
    CarrierRefusedError,
    LogisticsError,
    NeedsPhoneTailError,
    NoDataYetError,
)
from logistics_client.provinces import province_of
from logistics_client.states import CodeTable
from logistics_client.transport import CarrierHttp, at_text
from logistics_client.vocabulary import Courier, Parcel, PickupPlace, Stage, TraceEvent

_WAYBILL = re.compile(r"[A-Z0-9]{6,32}", re.ASCII)
_TAIL = re.compile(r"\d{4}", re.ASCII)
_AWAITING = {Stage.AWAITING_PICKUP_LOCKER: "locker", Stage.AWAITING_PICKUP_STATION: "station"}
_ON_THE_LAST_MILE = (Stage.OUT_FOR_DELIVERY, Stage.DELIVERY_FAILED, Stage.UNREACHABLE, *_AWAITING)

ErrorTable = Mapping[str, type[LogisticsError]]


def checked_waybill(waybill: str, carrier: str) -> str:
    """Return the waybill in capitals, without spaces.

    Raises:
        BadNumberError: no carrier prints such a number.
    """
    number = "".join(waybill.split()).upper()
    if not _WAYBILL.fullmatch(number):
        raise BadNumberError("a waybill has 6 to 32 letters and digits; ask for it again", carrier=carrier)
    return number


def checked_tail(phone_tail: str | None, carrier: str, *, required: bool) -> str:
    """Return the four digits, or an empty text when none are needed.

    Raises:
        NeedsPhoneTailError: four digits are needed and were not given.
    """
    tail = (phone_tail or "").strip()
    if not tail and not required:
        return ""
    if not _TAIL.fullmatch(tail):
        raise NeedsPhoneTailError("ask for the last four digits of the order's phone", carrier=carrier)
    return tail


def event_of(
    at: str | None,
    text: str | None,
    code: str | None,
    table: CodeTable,
    *,
    parent: Stage = Stage.UNKNOWN,
    city: str | None = None,
    site: str | None = None,
    next_site: str | None = None,
    courier: Courier | None = None,
) -> TraceEvent | None:
    """Make one event; what the carrier gives in fields beats what its text says.

    Returns:
        The event, or None when the row has no readable time or no text: it could not be spoken.
    """
    moment = at_text(at)
    if moment is None or not text:
        return None
    stage = event_text.stage_of(text) if code is None else event_text.refined(table.stage_of(code, parent), text)
    read = event_text.places(text)
    return TraceEvent(
        at=moment,
        stage=stage,
        text=text,
        raw_code=code,
        site=site or read.site,
        city=city or read.city,
        next_site=next_site or read.next_site,
        courier=courier or event_text.courier(text),
    )


def usable(events: Iterable[TraceEvent | None], rows: int, carrier: str) -> list[TraceEvent]:
    """Return the readable events.

    Raises:
        NoDataYetError: the carrier listed nothing.
        BadReplyError: it listed rows and none can be read: the interface changed, or somebody plays with us.
    """
    if rows == 0:
        raise NoDataYetError("the carrier has no event yet; check the number or follow it up", carrier=carrier)
    readable = [event for event in events if event is not None]
    if not readable:
        raise BadReplyError("no event of the carrier's reply can be read; check its interface", carrier=carrier)
    return readable


def merged(events: Iterable[TraceEvent]) -> tuple[TraceEvent, ...]:
    """Return events oldest first, each once; of two readings of one line the one with a known stage stays."""
    best: dict[tuple[datetime, str], TraceEvent] = {}
    for event in events:
        known = best.get((event.at, event.text))
        if known is None or _weight(event) > _weight(known):
            best[event.at, event.text] = event
    # One second may hold several scans; among them the text decides, so that any order of arrival sorts alike.
    return tuple(sorted(best.values(), key=lambda event: (event.at, _rank(event.stage), event.text)))


def parcel_of(
    waybill: str,
    carrier: str,
    events: Iterable[TraceEvent],
    *,
    fetched_at: datetime,
    dest_city: str | None = None,
    expected_by: datetime | None = None,
) -> Parcel:
    """Put a parcel together; its stage is that of the newest event whose meaning is known."""
    trace = merged(events)
    telling = next((event for event in reversed(trace) if event.stage is not Stage.UNKNOWN), None)
    stage = telling.stage if telling else Stage.UNKNOWN
    last = trace[-1] if trace else None
    ahead = (last.city or last.site, last.next_site, dest_city) if last else (dest_city,)
    provinces = dict.fromkeys(name for name in map(province_of, ahead) if name)
    return Parcel(
        waybill=waybill,
        carrier=carrier,
        stage=stage,
        events=trace,
        dest_city=dest_city,
        provinces=() if stage.is_closed else tuple(provinces),
        courier=_courier(trace) if stage in _ON_THE_LAST_MILE else None,
        pickup=_pickup(telling) if telling else None,
        expected_by=expected_by,
        fetched_at=fetched_at,
    )


def refuse(errors: ErrorTable, code: str, http: CarrierHttp, carrier: str) -> NoReturn:
    """Raise the error that a carrier's code stands for; a code that nobody knows is a refusal."""
    kind = errors.get(code, CarrierRefusedError)
    error = kind(_ADVICE.get(kind.__name__, "the carrier refused the request"), carrier=carrier, raw_code=code)
    if kind.__name__ == "RateLimitedError":
        http.slow_down(1.0)
    raise error


_ADVICE = {
    "NoDataYetError": "the carrier has no event yet; check the number or follow it up",
    "NeedsPhoneTailError": "ask for the last four digits of the order's phone",
    "BadNumberError": "the carrier does not know such a number; ask for it again",
    "RateLimitedError": "the carrier wants fewer requests; ask again later",
    "MisconfiguredError": "the carrier refused our key, digest, permission or balance; check the account",
    "UnavailableError": "the carrier has trouble; ask again later",
    "CarrierRefusedError": "the carrier refused the request; open a work order of our own",
}


def _weight(event: TraceEvent) -> tuple[bool, bool, str]:
    return event.stage is not Stage.UNKNOWN, event.raw_code is not None, event.raw_code or ""


def _rank(stage: Stage) -> int:
    return 1 if stage.is_closed else 0


def _courier(trace: tuple[TraceEvent, ...]) -> Courier | None:
    return next((event.courier for event in reversed(trace) if event.courier), None)


def _pickup(event: TraceEvent) -> PickupPlace | None:
    kind = _AWAITING.get(event.stage)
    name = event_text.held_by(event.text) or event.site
    if kind is None or name is None:
        return None
    return PickupPlace(kind=kind, place_id=name, name=name, placed_at=event.at)
