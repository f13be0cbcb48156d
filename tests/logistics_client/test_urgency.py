from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from logistics_client.urgency import most_urgent_first
from logistics_client.vocabulary import Parcel, Stage, TraceEvent
from tests.logistics_client.moving_clock import NOON


def parcel(name: str, stage: Stage, hours_ago: float = 2.0) -> Parcel:
    return Parcel(
        name, "yunque", stage, events=(TraceEvent(NOON - timedelta(hours=hours_ago), stage, "扫描", site="A"),)
    )


def order(*parcels: Parcel) -> list[str]:
    return [p.waybill for p in most_urgent_first(parcels, NOON)]


def test_trouble_before_delivery_before_transit_before_signed() -> None:
    late_fish = replace(parcel("fish", Stage.AT_OUTLET), perishable=True, expected_by=NOON - timedelta(days=1))
    assert order(
        parcel("old", Stage.SIGNED_SELF, 90),
        parcel("signed", Stage.SIGNED_SELF),
        parcel("road", Stage.IN_TRANSIT),
        parcel("out", Stage.OUT_FOR_DELIVERY),
        late_fish,
    ) == ["fish", "out", "road", "signed", "old"]


def test_a_lost_parcel_is_not_filed_under_done() -> None:
    assert order(parcel("road", Stage.IN_TRANSIT), parcel("lost", Stage.LOST)) == ["lost", "road"]


def test_among_equals_the_one_that_moved_last() -> None:
    assert order(parcel("a", Stage.IN_TRANSIT, 9), parcel("b", Stage.IN_TRANSIT, 1)) == ["b", "a"]
