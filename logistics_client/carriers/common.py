"""What every carrier client does alike: check the question, put the answer together, name the refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NoReturn

from logistics_client.carriers import event_text
from logistics_client.errors import (
    BadNumberError,
    BadReplyError,
    CarrierRefusedError,
    LogisticsError,
    MisconfiguredError,
    NeedsPhoneTailError,
    NoDataYetError,
    RateLimitedError,
    UnavailableError,
)
from logistics_client.provinces import province_of
from logistics_client.states import CodeTable
from logistics_client.transport import CarrierHttp, Request, at_text, parse_object
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
    """Put a parcel together from its events, in whatever order they came."""
    bare = Parcel(
        waybill=waybill,
        carrier=carrier,
        stage=Stage.UNKNOWN,
        dest_city=dest_city,
        expected_by=expected_by,
        fetched_at=fetched_at,
    )
    return with_events(bare, events)


def with_events(parcel: Parcel, events: Iterable[TraceEvent]) -> Parcel:
    """Return the parcel with these events added, and with what follows from them.

    The stage is that of the newest event whose meaning is known: a new code nobody knows hides nothing.
    """
    trace = merged([*parcel.events, *events])
    telling = next((event for event in reversed(trace) if event.stage is not Stage.UNKNOWN), None)
    stage = telling.stage if telling else parcel.stage
    last = trace[-1] if trace else None
    ahead = (last.city or last.site, last.next_site, parcel.dest_city) if last else (parcel.dest_city,)
    provinces = dict.fromkeys(name for name in map(province_of, ahead) if name)
    return replace(
        parcel,
        stage=stage,
        events=trace,
        provinces=() if stage.is_closed else tuple(provinces) or parcel.provinces,
        courier=(_courier(trace) or parcel.courier) if stage in _ON_THE_LAST_MILE else None,
        pickup=_pickup(telling) if telling and stage is not parcel.stage else parcel.pickup,
    )


async def exchange(
    http: CarrierHttp,
    build: Callable[[], Request],
    *,
    carrier: str,
    skewed: Callable[[Mapping[str, Any]], bool] = lambda _: False,
    safe: bool = True,
) -> Mapping[str, Any]:
    """Send a signed request and read its object.

    A refusal of the signature (``skewed``; by default the request carries no time) that comes with news about the
    carrier's clock is tried once more at the carrier's time. That is harmless even for an unsafe request: what was
    refused was not done.

    Raises:
        LogisticsError: as :meth:`CarrierHttp.send`; :class:`BadReplyError` when the reply is no JSON object.
    """
    reply = await http.send(build, safe=safe)
    data = parse_object(reply.body, carrier=carrier)
    if reply.clock_moved and skewed(data):
        data = parse_object((await http.send(build, safe=safe)).body, carrier=carrier)
    return data


def refuse(errors: ErrorTable, code: str, carrier: str) -> NoReturn:
    """Raise the error that a carrier's code stands for; a code that nobody knows is a refusal."""
    kind = errors.get(code, CarrierRefusedError)
    raise kind(_ADVICE[kind], carrier=carrier, raw_code=code)


def refuse_by_words(message: str | None, code: str | None, carrier: str) -> NoReturn:
    """Raise the error that a refusal's Chinese text stands for, where no list of codes is public."""
    for words, kind in _WORDS:
        if words.search(message or ""):
            raise kind(_ADVICE[kind], carrier=carrier, raw_code=code or message)
    raise CarrierRefusedError(_ADVICE[CarrierRefusedError], carrier=carrier, raw_code=code or message)


def same_waybill(given: str | None, asked: str, carrier: str) -> None:
    """Refuse an answer about somebody else's parcel.

    Raises:
        BadReplyError: the reply names another waybill.
    """
    if given is not None and given.upper() != asked:
        raise BadReplyError("the carrier answered for another waybill; nothing of it is used", carrier=carrier)


_ADVICE: Mapping[type[LogisticsError], str] = {
    NoDataYetError: "the carrier has no event yet; check the number or follow it up",
    NeedsPhoneTailError: "ask for the last four digits of the order's phone",
    BadNumberError: "the carrier does not know such a number; ask for it again",
    RateLimitedError: "the carrier wants fewer requests; ask again later",
    MisconfiguredError: "the carrier refused our key, digest, permission or balance; check the account",
    UnavailableError: "the carrier has trouble; ask again later",
    CarrierRefusedError: "the carrier refused the request; open a work order of our own",
}
_WORDS: tuple[tuple[re.Pattern[str], type[LogisticsError]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"频繁|频率|限流|超限|次数|并发|too many|rate", RateLimitedError),
        (r"手机|电话|后四位|尾号|CustomerName", NeedsPhoneTailError),
        (r"签名|验签|digest|sign|密钥|权限|未授权|未开通|余额|欠费|appkey|账号|商户|时间戳|过期", MisconfiguredError),
        (r"暂无|无轨迹|没有(?:查到)?(?:物流)?轨迹|查无|无结果|未查询到|not found|no data", NoDataYetError),
        (r"系统|繁忙|超时|异常|稍后|error|busy", UnavailableError),
        (r"单号|运单|快递公司|编码|格式|参数", BadNumberError),
    )
)


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
