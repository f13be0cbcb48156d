from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from logistics_client.bulletin_match import applies, bulletin_for
from logistics_client.sandbox.callers import STORIES, storm_bulletin
from logistics_client.vocabulary import Bulletin, Outlet, Parcel, RouteLeg, Stage, TraceEvent
from tests.logistics_client.moving_clock import NOON

PARCEL = Parcel(
    "YQ8850024166386",
    "yunque",
    Stage.AT_HUB,
    route=(RouteLeg("武汉中转场", "郑州中转场", "武汉—郑州干线"),),
    provinces=("湖北", "河南"),
    outlet=Outlet("YQ037101", "高新科学大道网点"),
)
NOTICE = Bulletin("B", "暴雨", NOON - timedelta(hours=1))


def test_every_place_named_has_to_fit() -> None:
    assert applies(replace(NOTICE, hub="郑州中转场", province="河南"), PARCEL, NOON)
    assert not applies(replace(NOTICE, hub="郑州中转场", province="四川"), PARCEL, NOON)
    assert applies(replace(NOTICE, outlet="YQ037101"), PARCEL, NOON)
    assert not applies(replace(NOTICE, outlet="金水文化路网点"), PARCEL, NOON)


def test_a_notice_of_another_brand_or_without_any_place_explains_nothing() -> None:
    assert not applies(replace(NOTICE, brand="sf", hub="郑州中转场"), PARCEL, NOON)
    assert not applies(NOTICE, PARCEL, NOON)


def test_before_its_start_it_is_not_in_force() -> None:
    assert not applies(replace(NOTICE, hub="郑州中转场", starts_at=NOON + timedelta(minutes=1)), PARCEL, NOON)


def test_the_narrowest_notice_wins() -> None:
    notices = [
        replace(NOTICE, bulletin_id="brand", brand="yunque"),
        replace(NOTICE, bulletin_id="hub", hub="武汉中转场"),
        replace(NOTICE, bulletin_id="province", province="湖北"),
    ]
    found = bulletin_for(PARCEL, notices, NOON)
    assert found is not None and found.bulletin_id == "hub"


def test_what_lies_behind_explains_nothing() -> None:
    at_outlet = STORIES["13800138006"](NOON).consignments[0].parcel
    assert any(leg.destination == "武汉中转场" for leg in at_outlet.route)
    assert not applies(storm_bulletin(NOON), at_outlet, NOON)


def test_a_hub_that_the_parcel_has_just_left_holds_it_no_more_but_the_line_may() -> None:
    left = TraceEvent(NOON, Stage.IN_TRANSIT, "离开", site="武汉中转场", next_site="郑州中转场")
    riding = replace(PARCEL, stage=Stage.IN_TRANSIT, events=(left,))
    assert not applies(replace(NOTICE, hub="武汉中转场"), riding, NOON)
    assert applies(replace(NOTICE, hub="郑州中转场"), riding, NOON)
    assert applies(replace(NOTICE, line="武汉—郑州干线"), riding, NOON)
