from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import cache

from logistics_client.sandbox import world
from logistics_client.vocabulary import Parcel, Stage
from tests.logistics_client.moving_clock import NOON


@cache
def everything() -> list[Parcel]:
    found = [c for i in range(world.CUSTOMERS) for c in world.by_phone(world.customer_phone(i), NOON)]
    return [consignment.parcel for consignment in found]


def test_thousands_of_parcels_in_every_kind_of_trouble() -> None:
    parcels = everything()
    stages = Counter(parcel.stage for parcel in parcels)
    assert len(parcels) > 3000
    for stage in (
        Stage.STRANDED, Stage.AT_OUTLET, Stage.DELIVERY_FAILED, Stage.SIGNED_AGENT, Stage.AWAITING_PICKUP_LOCKER,
        Stage.AWAITING_PICKUP_STATION, Stage.CUSTOMS_HELD, Stage.DAMAGED, Stage.RETURNING, Stage.IN_TRANSIT,
        Stage.OUT_FOR_DELIVERY, Stage.SIGNED_SELF, Stage.WAITING_PICKUP,
    ):  # fmt: skip
        assert stages[stage] > 0, stage


def test_no_event_lies_ahead_and_all_are_in_order() -> None:
    for parcel in everything():
        times = [event.at for event in parcel.events]
        assert times == sorted(times)
        assert all(at <= NOON for at in times)


def test_a_life_only_grows() -> None:
    waybill = next(p.waybill for p in everything() if p.stage is Stage.OUT_FOR_DELIVERY)
    before = world.by_waybill(waybill, NOON)
    after = world.by_waybill(waybill, NOON + timedelta(hours=20))
    assert before is not None and after is not None
    assert len(after.parcel.events) > len(before.parcel.events)
    assert after.parcel.events[: len(before.parcel.events)] == before.parcel.events


def test_waybill_tail_and_phone_lead_to_the_same_parcel() -> None:
    parcel = everything()[100]
    by_waybill = world.by_waybill(parcel.waybill, NOON)
    assert by_waybill is not None
    assert by_waybill.parcel.waybill in {c.parcel.waybill for c in world.by_waybill_tail(parcel.tail, NOON)}
    assert by_waybill.parcel.waybill in {c.parcel.waybill for c in world.by_phone(by_waybill.receiver_phone, NOON)}


def test_a_misheard_digit_finds_nothing() -> None:
    waybill = everything()[7].waybill
    wrong = waybill[:-1] + str((int(waybill[-1]) + 1) % 10)
    assert world.by_waybill(wrong, NOON) is None
    assert world.by_waybill("YQ9" + "0" * 12, NOON) is None
    assert world.by_waybill("SF1445678901234", NOON) is None
