"""Which parcel a caller most likely rings about: the most urgent first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from logistics_client.facts import Abnormal, derive
from logistics_client.vocabulary import Bulletin, Parcel, Stage

_TROUBLE = {
    Abnormal.PERISHABLE_LATE: 0,
    Abnormal.LOST: 5,
    Abnormal.DAMAGED: 10,
    Abnormal.CUSTOMS_HELD: 12,
    Abnormal.LOCKER_UNNOTIFIED: 14,
    Abnormal.DELIVERY_FAILED: 16,
    Abnormal.UNREACHABLE: 16,
    Abnormal.OUT_OF_AREA: 18,
    Abnormal.OUTLET_STUCK: 20,
    Abnormal.HUB_STRANDED: 22,
    Abnormal.SILENT: 24,
    Abnormal.REFUSED: 26,
    Abnormal.RETURNING: 28,
}
_STAGE = {
    Stage.OUT_FOR_DELIVERY: 8,  # it moves this hour, so the call is most likely about it
    Stage.AWAITING_PICKUP_LOCKER: 30,
    Stage.AWAITING_PICKUP_STATION: 31,
    Stage.AT_OUTLET: 32,
    Stage.AT_DEST_CITY: 34,
}
_MOVING = 40
_LATE = 33
_SIGNED_TODAY = 50
_CLOSED = 60
_FRESH = timedelta(hours=48)


def rank(parcel: Parcel, now: datetime, bulletins: Iterable[Bulletin] = ()) -> int:
    """Return the rank of one parcel; 0 is the most urgent."""
    facts = derive(parcel, now, bulletins)
    if parcel.stage.is_closed and parcel.stage is not Stage.LOST:
        last = facts.last_event
        return _SIGNED_TODAY if last is not None and now - last.at < _FRESH else _CLOSED
    if facts.abnormal in _TROUBLE:
        return _TROUBLE[facts.abnormal]
    by_stage = _STAGE.get(parcel.stage, _MOVING)
    return min(by_stage, _LATE) if facts.abnormal is Abnormal.LATE else by_stage


def most_urgent_first(
    parcels: Iterable[Parcel], now: datetime, bulletins: Iterable[Bulletin] = ()
) -> tuple[Parcel, ...]:
    """Return the parcels by rank; among equals the one that moved last comes first."""
    notices = tuple(bulletins)

    def key(parcel: Parcel) -> tuple[int, float]:
        last = parcel.last_event
        return rank(parcel, now, notices), -(last.at.timestamp() if last else 0.0)

    return tuple(sorted(parcels, key=key))
