from __future__ import annotations

import json

from logistics_client.sandbox.callers import STORIES
from logistics_client.tracking import parcel_data
from tests.logistics_client.moving_clock import NOON


def test_a_parcel_is_plain_data_with_its_facts() -> None:
    story = STORIES["13800138000"](NOON)
    data = json.loads(json.dumps(parcel_data(story.consignments[0].parcel, NOON, story.bulletins), ensure_ascii=False))
    assert data["waybill"] == "YQ8850024166386"
    assert (data["held_at"], data["held_hours"]) == ("武汉中转场", 74.0)
    assert data["why"] == {"text": "武汉暴雨", "source": "bulletin:B-WUHAN-RAIN"}
    assert data["next_move_at"] == "2026-11-22T20:00:00+08:00"
    assert data["abnormal"] == "hub_stranded"


def test_what_is_unknown_is_null_and_no_phone_or_code_is_in_it() -> None:
    story = STORIES["13800138007"](NOON)
    parcel = story.consignments[0].parcel
    data = parcel_data(parcel, NOON, (), story.orders)
    assert data["why"] is None and data["next_move_at"] is None
    assert parcel.pickup is not None and parcel.pickup.code is not None
    text = json.dumps(data, ensure_ascii=False)
    assert parcel.pickup.code not in text
    assert "13800138007" not in text
