"""What may be said about a parcel now: facts derived from its trace, each with the source it was read from.

Pure: a parcel, the bulletins in force and the time go in, facts come out. What has no source is None, so that
nothing is ever spoken as a guess.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from logistics_client.bulletin_match import bulletin_for
from logistics_client.vocabulary import Bulletin, Parcel, Stage, TraceEvent


class Abnormal(StrEnum):
    """Kinds of trouble, the most pressing name first when several fit."""

    LOST = "lost"
    PERISHABLE_LATE = "perishable_late"
    DAMAGED = "damaged"
    CUSTOMS_HELD = "customs_held"
    REFUSED = "refused"
    RETURNING = "returning"
    UNREACHABLE = "unreachable"
    OUT_OF_AREA = "out_of_area"
    DELIVERY_FAILED = "delivery_failed"
    LOCKER_UNNOTIFIED = "locker_unnotified"
    HUB_STRANDED = "hub_stranded"
    OUTLET_STUCK = "outlet_stuck"
    SILENT = "silent"
    LATE = "late"


class HeldAt(StrEnum):
    """Kind of place where a parcel waits."""

    HUB = "hub"
    OUTLET = "outlet"
    LOCKER = "locker"
    STATION = "station"
    CUSTOMS = "customs"
    ROAD = "road"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Hours after which waiting becomes trouble; an operator's choice, no industry law."""

    hub_hours: float = 24.0
    outlet_hours: float = 24.0
    silent_hours: float = 72.0


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a parcel waits, in words that can be spoken, and where they were read."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Due:
    """A moment in the future (or missed) and where it was read."""

    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Held:
    """Where the parcel stands still and for how long; ``where`` is None when no site was scanned."""

    kind: HeldAt
    where: str | None
    city: str | None
    since: datetime
    hours: float


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """Everything that a scene may say about one parcel at ``at``."""

    at: datetime
    last_event: TraceEvent | None
    hours_since: float | None
    held: Held | None
    why: Cause | None
    next_move: Due | None
    expected_by: Due | None
    late_hours: float | None
    abnormal: Abnormal | None
    bulletin: Bulletin | None
    urging_is_futile: bool  # a bulletin holds the parcel short of the outlet: nobody there could act


# Scanners' clocks run a few minutes ahead; more than this is a wrong date and no fact.
_SCANNER_SKEW = timedelta(minutes=10)

_STAGE_TROUBLE = {
    Stage.LOST: Abnormal.LOST,
    Stage.DAMAGED: Abnormal.DAMAGED,
    Stage.CUSTOMS_HELD: Abnormal.CUSTOMS_HELD,
    Stage.REFUSED: Abnormal.REFUSED,
    Stage.RETURNING: Abnormal.RETURNING,
    Stage.UNREACHABLE: Abnormal.UNREACHABLE,
    Stage.OUT_OF_AREA: Abnormal.OUT_OF_AREA,
    Stage.DELIVERY_FAILED: Abnormal.DELIVERY_FAILED,
}
_HELD_KIND = {
    Stage.AT_HUB: HeldAt.HUB,
    Stage.AT_DEST_CITY: HeldAt.HUB,
    Stage.STRANDED: HeldAt.HUB,
    Stage.AT_OUTLET: HeldAt.OUTLET,
    Stage.DELIVERY_FAILED: HeldAt.OUTLET,
    Stage.UNREACHABLE: HeldAt.OUTLET,
    Stage.OUT_OF_AREA: HeldAt.OUTLET,
    Stage.DAMAGED: HeldAt.OUTLET,
    Stage.AWAITING_PICKUP_LOCKER: HeldAt.LOCKER,
    Stage.AWAITING_PICKUP_STATION: HeldAt.STATION,
    Stage.CUSTOMS_PENDING: HeldAt.CUSTOMS,
    Stage.CUSTOMS_CLEARING: HeldAt.CUSTOMS,
    Stage.CUSTOMS_HELD: HeldAt.CUSTOMS,
    Stage.IN_TRANSIT: HeldAt.ROAD,
    Stage.FORWARDING: HeldAt.ROAD,
}
_SHORT_OF_OUTLET = (HeldAt.HUB, HeldAt.ROAD, HeldAt.CUSTOMS)


def valid_events(events: Iterable[TraceEvent], now: datetime) -> tuple[TraceEvent, ...]:
    """Return the events that can be true at ``now``: oldest first, no doubles, none from the future."""
    seen: dict[tuple[datetime, str, Stage], TraceEvent] = {}
    for event in events:
        if event.at <= now + _SCANNER_SKEW:
            seen.setdefault((event.at, event.text, event.stage), event)
    return tuple(sorted(seen.values(), key=lambda event: event.at))


def derive(
    parcel: Parcel,
    now: datetime,
    bulletins: Iterable[Bulletin] = (),
    thresholds: Thresholds | None = None,
) -> ParcelFacts:
    """Derive what may be said about ``parcel`` at ``now``.

    Args:
        parcel: the parcel as the carrier reported it.
        now: the present moment, with a zone.
        bulletins: notices that may explain waiting; those not in force or elsewhere are ignored.
        thresholds: hours after which waiting becomes trouble.
    """
    limits = thresholds or Thresholds()
    events = valid_events(parcel.events, now)
    last = events[-1] if events else None
    hours = _hours(last.at, now) if last else None
    held = _held(parcel, events, now)
    bulletin = None if parcel.stage.is_closed else bulletin_for(parcel, bulletins, now)
    late = _late_hours(parcel, now)
    return ParcelFacts(
        at=now,
        last_event=last,
        hours_since=hours,
        held=held,
        why=_why(parcel, last, bulletin),
        next_move=_next_move(parcel, bulletin, now),
        expected_by=Due(parcel.expected_by, "parcel.expected_by") if parcel.expected_by else None,
        late_hours=late,
        abnormal=_abnormal(parcel, held, hours, late, limits),
        bulletin=bulletin,
        urging_is_futile=bulletin is not None and held is not None and held.kind in _SHORT_OF_OUTLET,
    )


def _hours(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since) / timedelta(hours=1))


def _held(parcel: Parcel, events: tuple[TraceEvent, ...], now: datetime) -> Held | None:
    """Find the place and the first scan there: later notes at the same site do not restart the waiting."""
    kind = _HELD_KIND.get(parcel.stage)
    if kind is None or not events:
        return None
    last = events[-1]
    since, where = last.at, last.site
    if kind in (HeldAt.LOCKER, HeldAt.STATION):
        where = parcel.pickup.name if parcel.pickup else None
    elif kind is not HeldAt.ROAD:
        for event in reversed(events):
            if event.site is None or event.site != last.site:
                break
            since = event.at
    return Held(kind=kind, where=where, city=last.city, since=since, hours=_hours(since, now))


def _why(parcel: Parcel, last: TraceEvent | None, bulletin: Bulletin | None) -> Cause | None:
    if bulletin is not None:
        return Cause(bulletin.cause, f"bulletin:{bulletin.bulletin_id}")
    if parcel.hold_cause:
        return Cause(parcel.hold_cause, parcel.hold_cause_source or "parcel.hold_cause")
    if parcel.customs_missing and parcel.stage.is_customs:
        return Cause(f"缺少{parcel.customs_missing}", "parcel.customs_missing")
    if last is not None and last.stage in _STAGE_TROUBLE:
        reason = failure_reason(last.text)
        if reason:
            return Cause(reason, "trace.text")
    return None


def failure_reason(text: str) -> str | None:
    """Read the reason out of a failure text such as 「由于电话无人接听原因,派件不成功」."""
    for opening in ("由于", "因"):
        start = text.find(opening)
        if start < 0:
            continue
        rest = text[start + len(opening) :]
        end = rest.find("原因")
        if 0 < end <= 30:
            return rest[:end]
    return None


def _next_move(parcel: Parcel, bulletin: Bulletin | None, now: datetime) -> Due | None:
    """A planned departure beats a bulletin's recovery time; a moment that has passed is no plan any more."""
    if parcel.stage.is_closed:
        return None
    if parcel.next_move_at is not None and parcel.next_move_at > now:
        return Due(parcel.next_move_at, "parcel.next_move_at")
    if bulletin is not None and bulletin.recovers_at is not None and bulletin.recovers_at > now:
        return Due(bulletin.recovers_at, f"bulletin:{bulletin.bulletin_id}")
    return None


def _late_hours(parcel: Parcel, now: datetime) -> float | None:
    if parcel.expected_by is None or parcel.stage.is_closed or parcel.expected_by >= now:
        return None
    return _hours(parcel.expected_by, now)


def _abnormal(
    parcel: Parcel, held: Held | None, hours: float | None, late: float | None, limits: Thresholds
) -> Abnormal | None:
    if parcel.stage is Stage.LOST:
        return Abnormal.LOST
    if parcel.stage.is_closed:
        return None
    if parcel.perishable and late is not None:
        return Abnormal.PERISHABLE_LATE
    if parcel.stage in _STAGE_TROUBLE:
        return _STAGE_TROUBLE[parcel.stage]
    if parcel.stage is Stage.AWAITING_PICKUP_LOCKER and parcel.pickup and parcel.pickup.notified is False:
        return Abnormal.LOCKER_UNNOTIFIED
    if held is not None and held.kind is HeldAt.HUB and held.hours >= limits.hub_hours:
        return Abnormal.HUB_STRANDED
    if held is not None and held.kind is HeldAt.OUTLET and held.hours >= limits.outlet_hours:
        return Abnormal.OUTLET_STUCK
    waits_for_receiver = held is not None and held.kind in (HeldAt.LOCKER, HeldAt.STATION)
    if hours is not None and hours >= limits.silent_hours and not waits_for_receiver:
        return Abnormal.SILENT
    return Abnormal.LATE if late is not None else None
