from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from logistics_client.facts import Abnormal, HeldAt, derive, failure_reason
from logistics_client.vocabulary import Bulletin, Parcel, PickupPlace, RouteLeg, Stage, TraceEvent
from tests.logistics_client.moving_clock import NOON

HUB = "武汉中转场"


def event(hours_ago: float, stage: Stage, site: str | None = HUB, text: str = "扫描") -> TraceEvent:
    return TraceEvent(NOON - timedelta(hours=hours_ago), stage, text, site=site, city="武汉市")


def parcel(*events: TraceEvent, stage: Stage | None = None) -> Parcel:
    return Parcel("YQ8850024166386", "yunque", stage or events[-1].stage, events=events)


def test_waiting_counts_from_the_first_scan_at_the_place() -> None:
    facts = derive(
        parcel(event(90, Stage.IN_TRANSIT, "广州中转场"), event(74, Stage.AT_HUB), event(50, Stage.STRANDED)), NOON
    )
    assert facts.held is not None
    assert (facts.held.kind, facts.held.where, facts.held.hours) == (HeldAt.HUB, HUB, 74.0)
    assert facts.hours_since == 50.0
    assert facts.abnormal is Abnormal.HUB_STRANDED


def test_a_parcel_on_the_road_waits_nowhere_before_it_left() -> None:
    facts = derive(parcel(event(10, Stage.AT_HUB), event(2, Stage.IN_TRANSIT)), NOON)
    assert facts.held is not None
    assert (facts.held.kind, facts.held.hours) == (HeldAt.ROAD, 2.0)
    assert facts.abnormal is None


def test_events_of_the_future_and_doubles_are_no_facts() -> None:
    last = event(1, Stage.AT_HUB)
    facts = derive(
        parcel(event(3, Stage.IN_TRANSIT), last, last, event(-5, Stage.SIGNED_SELF), stage=Stage.AT_HUB), NOON
    )
    assert facts.last_event == last


def test_unsorted_events_are_put_in_order() -> None:
    newest = event(1, Stage.AT_HUB)
    assert derive(parcel(newest, event(9, Stage.IN_TRANSIT), stage=Stage.AT_HUB), NOON).last_event == newest


def test_nothing_known_is_nothing_said() -> None:
    facts = derive(Parcel("YQ8850024166386", "yunque", Stage.UNKNOWN), NOON)
    assert (facts.last_event, facts.held, facts.why, facts.next_move, facts.expected_by, facts.abnormal) == (None,) * 6


def test_a_bulletin_explains_and_makes_urging_futile() -> None:
    notice = Bulletin("B1", "武汉暴雨", NOON - timedelta(days=3), recovers_at=NOON + timedelta(hours=8), hub=HUB)
    facts = derive(parcel(event(74, Stage.STRANDED)), NOON, [notice])
    assert facts.why is not None and facts.next_move is not None
    assert (facts.why.text, facts.why.source) == ("武汉暴雨", "bulletin:B1")
    assert (facts.next_move.at, facts.next_move.source) == (NOON + timedelta(hours=8), "bulletin:B1")
    assert facts.urging_is_futile


def test_a_bulletin_elsewhere_or_over_explains_nothing() -> None:
    elsewhere = Bulletin("B1", "大雾", NOON - timedelta(days=3), hub="西安中转场")
    over = Bulletin("B2", "暴雨", NOON - timedelta(days=3), ends_at=NOON, hub=HUB)
    facts = derive(parcel(event(74, Stage.STRANDED)), NOON, [elsewhere, over])
    assert facts.why is None
    assert not facts.urging_is_futile


def test_a_planned_departure_beats_a_bulletin_and_a_past_one_is_no_plan() -> None:
    planned = replace(parcel(event(74, Stage.STRANDED)), next_move_at=NOON + timedelta(hours=2))
    facts = derive(planned, NOON)
    assert facts.next_move is not None and facts.next_move.source == "parcel.next_move_at"
    assert derive(replace(planned, next_move_at=NOON - timedelta(hours=2)), NOON).next_move is None


def test_a_signed_parcel_is_neither_late_nor_held() -> None:
    signed = replace(parcel(event(2, Stage.SIGNED_SELF)), expected_by=NOON - timedelta(days=2), perishable=True)
    facts = derive(signed, NOON)
    assert (facts.late_hours, facts.held, facts.abnormal) == (None, None, None)


def test_late_sea_food_is_more_pressing_than_a_stuck_outlet() -> None:
    stuck = replace(parcel(event(48, Stage.AT_OUTLET, "网点")), expected_by=NOON - timedelta(hours=72))
    assert derive(stuck, NOON).abnormal is Abnormal.OUTLET_STUCK
    assert derive(replace(stuck, perishable=True), NOON).abnormal is Abnormal.PERISHABLE_LATE


def test_silence_counts_on_the_road_but_not_in_a_locker() -> None:
    assert derive(parcel(event(96, Stage.IN_TRANSIT)), NOON).abnormal is Abnormal.SILENT
    place = PickupPlace("locker", "FC-1", "丰巢柜", notified=True)
    waiting = replace(parcel(event(96, Stage.AWAITING_PICKUP_LOCKER)), pickup=place)
    assert derive(waiting, NOON).abnormal is None
    unnoticed = replace(waiting, pickup=replace(place, notified=False))
    assert derive(unnoticed, NOON).abnormal is Abnormal.LOCKER_UNNOTIFIED


def test_the_reason_of_a_failure_is_read_from_its_text() -> None:
    failed = parcel(event(3, Stage.DELIVERY_FAILED, text="由于电话无人接听原因,派件不成功"))
    facts = derive(failed, NOON)
    assert facts.why is not None and facts.why.text == "电话无人接听"
    assert failure_reason("派件不成功") is None


def test_missing_customs_papers_are_the_cause() -> None:
    held = replace(parcel(event(26, Stage.CUSTOMS_HELD)), customs_missing="身份证件信息")
    facts = derive(held, NOON)
    assert facts.why is not None and facts.why.source == "parcel.customs_missing"
    assert facts.abnormal is Abnormal.CUSTOMS_HELD


def test_a_bulletin_for_a_passed_hub_no_longer_applies() -> None:
    legs = (RouteLeg("广州中转场", HUB, "广州—武汉干线"), RouteLeg(HUB, "郑州中转场", "武汉—郑州干线"))
    here = replace(parcel(event(2, Stage.AT_HUB)), route=legs)
    since: datetime = NOON - timedelta(days=1)
    assert derive(here, NOON, [Bulletin("B", "大雾", since, line="武汉—郑州干线")]).bulletin is not None
    assert derive(here, NOON, [Bulletin("B", "大雾", since, line="广州—武汉干线")]).bulletin is None
