"""Which bulletin (公告) explains why a parcel waits: pure matching of a notice to a parcel's route."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from logistics_client.vocabulary import Bulletin, Parcel, Stage


def in_force(bulletin: Bulletin, now: datetime) -> bool:
    """Whether the notice counts at ``now``."""
    return bulletin.starts_at <= now and (bulletin.ends_at is None or now < bulletin.ends_at)


def applies(bulletin: Bulletin, parcel: Parcel, now: datetime) -> bool:
    """Whether the notice is in force and every place it names lies on what is left of the parcel's way."""
    if not in_force(bulletin, now):
        return False
    if bulletin.brand is not None and bulletin.brand != parcel.carrier:
        return False
    sites, lines = _way_ahead(parcel)
    if bulletin.hub is not None and bulletin.hub not in sites:
        return False
    if bulletin.line is not None and bulletin.line not in lines:
        return False
    if bulletin.outlet is not None and bulletin.outlet not in sites:
        return False
    if bulletin.province is not None and bulletin.province not in parcel.provinces:
        return False
    # A notice without any place would explain every parcel of the country, which explains none.
    return any((bulletin.hub, bulletin.line, bulletin.outlet, bulletin.province, bulletin.brand))


def bulletin_for(parcel: Parcel, bulletins: Iterable[Bulletin], now: datetime) -> Bulletin | None:
    """Return the notice that says most about this parcel: the narrowest place, then the newest."""
    fitting = [bulletin for bulletin in bulletins if applies(bulletin, parcel, now)]
    return max(fitting, key=lambda b: (_narrowness(b), b.starts_at), default=None)


def _narrowness(bulletin: Bulletin) -> int:
    if bulletin.outlet is not None:
        return 4
    if bulletin.hub is not None:
        return 3
    if bulletin.line is not None:
        return 2
    return 1 if bulletin.province is not None else 0


def _way_ahead(parcel: Parcel) -> tuple[set[str], set[str]]:
    """Return sites and lines from where the parcel stands to its door; what it has left behind explains nothing."""
    last = parcel.last_event
    visited = {event.site for event in parcel.events}
    arrived = [index for index, leg in enumerate(parcel.route) if leg.destination in visited]
    legs = parcel.route[arrived[-1] + 1 :] if arrived else parcel.route
    lines = {leg.line for leg in legs if leg.line}
    sites = {leg.destination for leg in legs}
    if last is not None:
        has_left = last.stage is Stage.IN_TRANSIT
        sites.update(site for site in (None if has_left else last.site, last.next_site) if site)
    elif legs:
        sites.add(legs[0].origin)
    if parcel.outlet is not None:
        sites.update((parcel.outlet.outlet_id, parcel.outlet.name))
    return sites, lines
