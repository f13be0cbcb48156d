from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from logistics_client.bulletin_match import applies, bulletin_for
from logistics_client.vocabulary import Bulletin, Outlet, Parcel, RouteLeg, Stage
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
