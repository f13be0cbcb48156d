"""Lives of seeded parcels: the usual way, and each kind of trouble (异常件), as whole traces laid in advance.

A life holds every scan that will ever happen; what the clock has not reached yet is simply not shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from logistics_client.sandbox import scans
from logistics_client.sandbox.journey import Way
from logistics_client.vocabulary import PickupPlace, Stage, TraceEvent


class Profile(StrEnum):
    """What happens to a seeded parcel."""

    NORMAL = "normal"
    STATION = "station"
    LOCKER = "locker"
    LOCKER_UNNOTIFIED = "locker_unnotified"
    HUB_STRANDED = "hub_stranded"
    OUTLET_STUCK = "outlet_stuck"
    FAILED_TWICE = "failed_twice"
    SIGNED_NOT_RECEIVED = "signed_not_received"
    CUSTOMS_HELD = "customs_held"
    DAMAGED = "damaged"
    SILENT = "silent"
    RETURNED = "returned"
    FORWARDED = "forwarded"


# Shares in percent; trouble is far more common than in life, so that every kind can be called about.
SHARES: dict[Profile, int] = {
    Profile.NORMAL: 52, Profile.STATION: 12, Profile.LOCKER: 8, Profile.LOCKER_UNNOTIFIED: 4,
    Profile.HUB_STRANDED: 4, Profile.OUTLET_STUCK: 4, Profile.FAILED_TWICE: 3, Profile.SIGNED_NOT_RECEIVED: 3,
    Profile.CUSTOMS_HELD: 2, Profile.DAMAGED: 2, Profile.SILENT: 3, Profile.RETURNED: 2, Profile.FORWARDED: 1,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Life:
    """All scans of a parcel from pick-up to its end, with what else the carrier knows."""

    events: tuple[TraceEvent, ...]
    pickup: PickupPlace | None = None
    hold_cause: str | None = None
    hold_until: datetime | None = None
    customs_missing: str | None = None
    photo: bool = False


def planned_arrival(route: Way, ordered_at: datetime, rng: Random) -> datetime:
    """Return when the parcel reaches the receiver's outlet: the early (07:10) or the noon (13:20) truck."""
    hours = rng.randint(1, 6) + 5 + 11 * (len(route.hubs) - 1) + 4
    earliest = ordered_at + timedelta(hours=hours)
    for days in (0, 1):
        for hour, minute in ((7, 10), (13, 20)):
            truck = (earliest + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
            if truck >= earliest:
                return truck
    raise AssertionError("a truck runs twice a day")


def live(profile: Profile, route: Way, arrive_at: datetime, rng: Random) -> Life:
    """Lay out the whole life of a parcel.

    Args:
        profile: what happens to it.
        route: its way.
        arrive_at: planned arrival at the receiver's outlet.
        rng: the parcel's own seeded source of chance.
    """
    return _LIVES[profile](route, arrive_at, rng)


def _dispatch(route: Way, at: datetime, rng: Random) -> TraceEvent:
    return scans.dispatched(at, route.dest, route.dest_district, rng.choice(route.dest_district.couriers))


def _to_door(route: Way, arrive_at: datetime, rng: Random) -> list[TraceEvent]:
    return [
        *route.to_outlet(arrive_at),
        _dispatch(route, arrive_at + timedelta(minutes=rng.randint(35, 90)), rng),
    ]


def _signed(route: Way, after: TraceEvent, rng: Random, by: str, stage: Stage = Stage.SIGNED_SELF) -> TraceEvent:
    at = after.at + timedelta(minutes=rng.randint(60, 280))
    return scans.signed(at, route.dest, route.dest_district, by, stage)


def _normal(route: Way, arrive_at: datetime, rng: Random) -> Life:
    events = _to_door(route, arrive_at, rng)
    return Life((*events, _signed(route, events[-1], rng, "本人")), photo=rng.random() < 0.5)


def _station(route: Way, arrive_at: datetime, rng: Random) -> Life:
    events = _to_door(route, arrive_at, rng)
    placed = events[-1].at + timedelta(minutes=rng.randint(60, 200))
    name = f"{rng.choice(route.dest_district.estates)}店驿站"
    phone = f"{route.dest.area_code}-5558{rng.randint(0, 9999):04d}"
    events.append(scans.into_station(placed, route.dest, route.dest_district, name, phone))
    events.append(
        scans.signed(
            placed + timedelta(hours=rng.randint(2, 30)),
            route.dest,
            route.dest_district,
            "凭取货码签收",
            Stage.PICKED_FROM_LOCKER,
        )
    )
    code = f"{rng.randint(1, 9)}-{rng.randint(1, 6)}-{rng.randint(1000, 9999)}"
    place = PickupPlace("station", f"ST-{rng.randint(100, 999)}", name, f"{name[:-3]}东门", code, True, placed)
    return Life(tuple(events), pickup=place)


def _locker(route: Way, arrive_at: datetime, rng: Random, *, notified: bool = True) -> Life:
    events = _to_door(route, arrive_at, rng)
    placed = events[-1].at + timedelta(minutes=rng.randint(40, 160))
    estate = rng.choice(route.dest_district.estates)
    name = f"丰巢柜({estate}{rng.randint(1, 4)}号柜)"
    events.append(scans.into_locker(placed, route.dest, route.dest_district, name))
    taken = placed + timedelta(hours=rng.randint(3, 20) if notified else 70)
    events.append(scans.signed(taken, route.dest, route.dest_district, "凭取件码取出", Stage.PICKED_FROM_LOCKER))
    place = PickupPlace(
        "locker", f"FC-{rng.randint(1000, 9999)}", name, f"{estate}南门", f"{rng.randint(10**7, 10**8 - 1)}", notified,
        placed,
    )  # fmt: skip
    return Life(tuple(events), pickup=place)


def _locker_unnotified(route: Way, arrive_at: datetime, rng: Random) -> Life:
    return _locker(route, arrive_at, rng, notified=False)


def _hub_stranded(route: Way, arrive_at: datetime, rng: Random) -> Life:
    index = len(route.hubs) - 2 if len(route.hubs) > 1 else 0
    hub = route.hubs[index]
    at_hub = arrive_at - timedelta(hours=15)
    cause = rng.choice(("暴雨", "大雾高速封闭", "场地积压", "暴雪"))
    resumes = at_hub + timedelta(days=3)
    later = _to_door(route, resumes + timedelta(hours=13), rng)
    on_time = route.to_hub(index, at_hub)
    after = [event for event in later if event.at >= resumes - timedelta(hours=3)]
    events = (*on_time, scans.stranded(at_hub + timedelta(hours=4), hub, cause), *after)
    return Life(
        (*events, _signed(route, events[-1], rng, "本人")),
        hold_cause=f"{hub.short}{cause}",
        hold_until=resumes,
    )


def _outlet_stuck(route: Way, arrive_at: datetime, rng: Random) -> Life:
    dispatch = _dispatch(route, arrive_at + timedelta(days=3, hours=1), rng)
    events = (*route.to_outlet(arrive_at), dispatch)
    return Life((*events, _signed(route, dispatch, rng, "本人")))


def _failed_twice(route: Way, arrive_at: datetime, rng: Random) -> Life:
    events = route.to_outlet(arrive_at)
    for day in range(2):
        out = _dispatch(route, arrive_at + timedelta(days=day, hours=1), rng)
        reason = rng.choice(("电话无人接听", "地址不详", "客户要求改时间", "家中无人"))
        events += [out, scans.failed(out.at + timedelta(hours=4), route.dest, route.dest_district, reason)]
    last = _dispatch(route, arrive_at + timedelta(days=3), rng)
    return Life((*events, last, _signed(route, last, rng, "本人")))


def _signed_not_received(route: Way, arrive_at: datetime, rng: Random) -> Life:
    events = _to_door(route, arrive_at, rng)
    return Life((*events, _signed(route, events[-1], rng, "他人代收", Stage.SIGNED_AGENT)), photo=True)


def _customs_held(route: Way, arrive_at: datetime, rng: Random) -> Life:
    first = route.to_outlet(arrive_at)[0].at
    missing = rng.choice(("收件人身份证件信息", "购买凭证", "物品清单"))
    steps = (
        (0, Stage.CUSTOMS_PENDING, "国际快件已到达海关监管场所,等待申报"),
        (12, Stage.CUSTOMS_CLEARING, "快件清关中"),
        (30, Stage.CUSTOMS_HELD, f"由于缺少{missing}原因,快件海关扣留,请尽快补充"),
        (150, Stage.CUSTOMS_CLEARED, "快件清关完成"),
    )
    events = tuple(
        scans.customs(first + timedelta(hours=hours), route.origin, stage, text) for hours, stage, text in steps
    )
    return Life(events, customs_missing=missing)


def _damaged(route: Way, arrive_at: datetime, rng: Random) -> Life:
    at = arrive_at + timedelta(minutes=rng.randint(20, 60))
    return Life((*route.to_outlet(arrive_at), scans.damaged(at, route.dest, route.dest_district)))


def _silent(route: Way, arrive_at: datetime, rng: Random) -> Life:
    index = rng.randrange(max(1, len(route.hubs) - 1))
    return Life(tuple(route.on_road(index, arrive_at - timedelta(hours=14))))


def _returned(route: Way, arrive_at: datetime, rng: Random) -> Life:
    events = _to_door(route, arrive_at, rng)
    refused = scans.refused(events[-1].at + timedelta(hours=3), route.dest, route.dest_district)
    back = scans.returning(refused.at + timedelta(hours=5), route.dest, route.dest_district.outlet.name, route.dest.hub)
    end = scans.returned(back.at + timedelta(days=2), route.origin, route.origin_district)
    return Life((*events, refused, back, end))


def _forwarded(route: Way, arrive_at: datetime, rng: Random) -> Life:
    events = _to_door(route, arrive_at, rng)
    other = next(d for d in route.dest.districts if d is not route.dest_district)
    sent_on = scans.forwarded(events[-1].at + timedelta(hours=3), route.dest, route.dest_district, other.outlet.name)
    moved = replace(route, dest_district=other)
    out = _dispatch(moved, sent_on.at + timedelta(hours=20), rng)
    return Life((*events, sent_on, out, _signed(moved, out, rng, "本人")))


_LIVES = {
    Profile.NORMAL: _normal,
    Profile.STATION: _station,
    Profile.LOCKER: _locker,
    Profile.LOCKER_UNNOTIFIED: _locker_unnotified,
    Profile.HUB_STRANDED: _hub_stranded,
    Profile.OUTLET_STUCK: _outlet_stuck,
    Profile.FAILED_TWICE: _failed_twice,
    Profile.SIGNED_NOT_RECEIVED: _signed_not_received,
    Profile.CUSTOMS_HELD: _customs_held,
    Profile.DAMAGED: _damaged,
    Profile.SILENT: _silent,
    Profile.RETURNED: _returned,
    Profile.FORWARDED: _forwarded,
}
