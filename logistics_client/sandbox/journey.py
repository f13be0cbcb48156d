"""A parcel's way through the network, laid backwards from one known scan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from logistics_client.sandbox import scans
from logistics_client.sandbox.network import City, District, hubs_between, legs_between
from logistics_client.vocabulary import RouteLeg, TraceEvent

_PICKUP_TO_FIRST_HUB = timedelta(hours=5)
_OUTLET_TO_FIRST_HUB = timedelta(hours=2)
_TRUNK = timedelta(hours=9)
_HUB_HANDLING = timedelta(hours=2)
_LAST_HUB_TO_OUTLET = timedelta(hours=4)
_LAST_HUB_RIDE = timedelta(minutes=90)


@dataclass(frozen=True, slots=True)
class Way:
    """From one outlet's area to another's."""

    origin: City
    origin_district: District
    dest: City
    dest_district: District

    @property
    def hubs(self) -> tuple[City, ...]:
        """Cities whose hubs are passed."""
        return hubs_between(self.origin, self.dest)

    @property
    def legs(self) -> tuple[RouteLeg, ...]:
        """Planned legs from hub to hub."""
        return legs_between(self.origin, self.dest)

    def to_hub(self, index: int, arrive_at: datetime) -> list[TraceEvent]:
        """Return all scans up to the arrival at the hub ``index`` of the way at ``arrive_at``."""
        hubs = self.hubs
        first_at = arrive_at - (_TRUNK + _HUB_HANDLING) * index
        outlet = self.origin_district.outlet.name
        events = [
            scans.picked_up(first_at - _PICKUP_TO_FIRST_HUB, self.origin, self.origin_district),
            scans.departed(first_at - _OUTLET_TO_FIRST_HUB, self.origin, outlet, self.origin.hub),
            scans.arrived_hub(first_at, self.origin, last=len(hubs) == 1),
        ]
        at = first_at
        for number, (here, there) in enumerate(pairwise(hubs[: index + 1]), start=1):
            events.append(scans.departed(at + _HUB_HANDLING, here, here.hub, there.hub))
            at += _HUB_HANDLING + _TRUNK
            events.append(scans.arrived_hub(at, there, last=number == len(hubs) - 1))
        return events

    def on_road(self, index: int, departed_at: datetime) -> list[TraceEvent]:
        """Return all scans up to the departure from the hub ``index`` at ``departed_at``."""
        events = self.to_hub(index, departed_at - _HUB_HANDLING)
        hubs = self.hubs
        here, there = hubs[index], hubs[min(index + 1, len(hubs) - 1)]
        return [*events, scans.departed(departed_at, here, here.hub, there.hub)]

    def to_outlet(self, arrive_at: datetime) -> list[TraceEvent]:
        """Return all scans up to the arrival at the receiver's outlet at ``arrive_at``."""
        outlet = self.dest_district.outlet.name
        events = self.to_hub(len(self.hubs) - 1, arrive_at - _LAST_HUB_TO_OUTLET)
        return [
            *events,
            scans.departed(arrive_at - _LAST_HUB_RIDE, self.dest, self.dest.hub, outlet),
            scans.arrived_outlet(arrive_at, self.dest, self.dest_district),
        ]
