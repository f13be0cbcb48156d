"""What codes and lines mean, and that a new code never turns into a wrong sentence."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics_client import states
from logistics_client.carriers import event_text
from logistics_client.carriers.common import event_of, merged, parcel_of
from logistics_client.clock import CHINA
from logistics_client.provinces import province_name, province_of
from logistics_client.vocabulary import Courier, Stage, TraceEvent

AT = "2026-11-22 08:00:00"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("table", "code", "stage"),
    [
        (states.KUAIDI100, "204", Stage.DELIVERY_FAILED),
        (states.KUAIDI100, "13", Stage.CUSTOMS_HELD),
        (states.KUAIDI100, "304", Stage.PICKED_FROM_LOCKER),
        (states.KDNIAO, "311", Stage.PICKED_FROM_LOCKER),
        (states.KDNIAO, "404", Stage.REFUSED),
        (states.SF, "70", Stage.DELIVERY_FAILED),
        (states.SF, "80", Stage.SIGNED_SELF),
        (states.SF, "44", Stage.OUT_FOR_DELIVERY),
        (states.ZTO, "转单73100196611386", Stage.FORWARDING),
        (states.YTO, "TMS_RETURN", Stage.RETURNING),
        (states.YUNDA, "SIGNFAIL", Stage.DELIVERY_FAILED),
        (states.JT, "A9", Stage.UNREACHABLE),
    ],
)
def test_known_codes(table: states.CodeTable, code: str, stage: Stage) -> None:
    assert table.stage_of(code) is stage


@pytest.mark.parametrize(
    ("table", "code", "stage"),
    [
        (states.KUAIDI100, "1099", Stage.IN_TRANSIT),
        (states.KUAIDI100, "299", Stage.STRANDED),
        (states.KUAIDI100, "599", Stage.OUT_FOR_DELIVERY),
        (states.KDNIAO, "299", Stage.IN_TRANSIT),
        (states.JT, "A77", Stage.STRANDED),
        (states.YTO, "AIRLAND", Stage.IN_TRANSIT),
        (states.KUAIDI100, "99999", Stage.UNKNOWN),
        (states.SF, "4444", Stage.UNKNOWN),
        (states.ZTO, "", Stage.UNKNOWN),
    ],
)
def test_an_unknown_code_gets_its_parent(table: states.CodeTable, code: str, stage: Stage) -> None:
    assert table.stage_of(code) is stage


def test_an_unknown_sf_code_follows_the_first_status_of_its_row() -> None:
    assert states.SF.stage_of("9999", states.SF_FIRST_STATUS["派送中"]) is Stage.OUT_FOR_DELIVERY


@given(st.text(max_size=30))
def test_any_code_has_a_stage(code: str) -> None:
    tables = (states.KUAIDI100, states.KDNIAO, states.SF, states.ZTO, states.YTO, states.STO, states.YUNDA, states.JT)
    assert all(isinstance(table.stage_of(code), Stage) for table in tables)


def test_the_raw_code_stays_on_the_event() -> None:
    event = event_of(AT, "【上海市】新的状态", "77777", states.KUAIDI100)
    assert event is not None
    assert (event.raw_code, event.stage, event.city) == ("77777", Stage.UNKNOWN, "上海市")


def test_an_unknown_newest_event_does_not_hide_what_is_known() -> None:
    known = event_of(AT, "【上海市】快件离开【青浦华新】发往郑州高新区", "0", states.KUAIDI100)
    new = event_of("2026-11-22 09:00:00", "量子传送中", "77777", states.KUAIDI100)
    assert known and new
    parcel = parcel_of("73100196611386", "zto", [new, known], fetched_at=NOW)
    assert parcel.stage is Stage.IN_TRANSIT
    assert parcel.last_event is new
    assert parcel.provinces == ()  # the newest line names no place


# --- texts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "places"),
    [
        ("【上海市】快件离开【青浦华新】发往郑州高新区", event_text.Places("上海市", "青浦华新", "郑州高新区")),
        ("【郑州市】快件已到达【郑州高新区】", event_text.Places("郑州市", "郑州高新区")),
        ("【四川省成都市高新区中和一部公司】 已收入", event_text.Places("成都市", "四川省成都市高新区中和一部公司")),
        ("【成都转运中心公司】 已打包", event_text.Places(None, "成都转运中心公司")),
        (
            "【武汉市】【武汉藏龙岛】(027-59767205)的业务员(139****4407)正在派件【95720为中通快递员外呼专属号码,请放心接听】",
            event_text.Places("武汉市", "武汉藏龙岛"),
        ),
        (
            "快件在【深圳南山营业点】已装车,准备发往【深圳集散中心】",
            event_text.Places(None, "深圳南山营业点", "深圳集散中心"),
        ),
        ("没有括号的一行", event_text.Places()),
    ],
)
def test_places_are_read_from_a_line(line: str, places: event_text.Places) -> None:
    assert event_text.places(line) == places


@pytest.mark.parametrize(
    ("line", "courier"),
    [
        ("【上海市】【青浦华新】(021-60556935)的业务员张三(157****5741)已揽收", Courier("张三", "157****5741")),
        ("【武汉市】【武汉藏龙岛】(027-59767205)的业务员(139****4407)正在派件", Courier("快递员", "139****4407")),
        ("派件中 派件人: 李四 电话 13900001111", Courier("李四", "13900001111")),
        ("正在派送途中(派件人:王五,电话:13900002222)", Courier("王五", "13900002222")),
        ("快件离开【青浦华新】", None),
    ],
)
def test_the_courier_is_read_from_a_line(line: str, courier: Courier | None) -> None:
    assert event_text.courier(line) == courier


@pytest.mark.parametrize(
    ("stage", "line", "refined"),
    [
        (Stage.IN_TRANSIT, "【郑州市】快件已到达【郑州中转场】", Stage.AT_HUB),
        (Stage.AT_HUB, "【郑州市】快件已到达【高新科学大道网点】", Stage.AT_OUTLET),
        (Stage.IN_TRANSIT, "快件离开【郑州中转场】发往【武汉转运中心】", Stage.IN_TRANSIT),
        (Stage.SIGNED_SELF, "已签收,签收人凭取货码签收", Stage.PICKED_FROM_LOCKER),
        (Stage.SIGNED_SELF, "快件已由【门卫】签收", Stage.SIGNED_AGENT),
        (Stage.SIGNED_SELF, "快件已由【本人】签收", Stage.SIGNED_SELF),
        (Stage.AWAITING_PICKUP_STATION, "快件已投递至【丰巢快递柜】", Stage.AWAITING_PICKUP_LOCKER),
        (Stage.AWAITING_PICKUP_STATION, "已由红树湾店菜鸟驿站代收", Stage.AWAITING_PICKUP_STATION),
    ],
)
def test_a_coarse_stage_is_split_by_its_line(stage: Stage, line: str, refined: Stage) -> None:
    assert event_text.refined(stage, line) is refined


@pytest.mark.parametrize(
    ("line", "stage"),
    [
        ("由于电话无人接听原因,派件不成功", Stage.DELIVERY_FAILED),
        ("快件已由【王五】签收,签收网点:【郑州高新区】", Stage.SIGNED_SELF),
        ("快件已被【红树湾店】代收,如有问题请电联(13900001111)", Stage.AWAITING_PICKUP_STATION),
        ("【武汉市】业务员正在派件", Stage.OUT_FOR_DELIVERY),
        ("陕西镇坪县公司-已发往-陕西安康公司", Stage.IN_TRANSIT),
        ("您好", Stage.UNKNOWN),
    ],
)
def test_a_line_without_code_is_read_by_its_words(line: str, stage: Stage) -> None:
    assert event_text.stage_of(line) is stage


@given(st.text(max_size=200))
def test_no_line_breaks_the_reader(line: str) -> None:
    event_text.places(line)
    event_text.courier(line)
    event_text.held_by(line)
    assert event_text.refined(Stage.UNKNOWN, line) is Stage.UNKNOWN


def test_the_station_that_holds_the_parcel_is_named() -> None:
    event = event_of(AT, "快件已由成都双流区红树湾二期店菜鸟驿站代收,请及时取件", "INBOUND", states.YTO)
    assert event is not None
    parcel = parcel_of("YT9693083639795", "yto", [event], fetched_at=NOW)
    assert parcel.pickup is not None
    assert (parcel.pickup.kind, parcel.pickup.name) == ("station", "成都双流区红树湾二期店菜鸟驿站")
    assert parcel.pickup.code is None  # no source, no code


# --- merging -----------------------------------------------------------------------------------------------------

_EVENTS = [
    TraceEvent(NOW.replace(hour=hour), stage, text, code)
    for hour, text in ((1, "a"), (1, "b"), (2, "c"))
    for stage, code in ((Stage.UNKNOWN, None), (Stage.IN_TRANSIT, "0"))
]


@given(st.permutations(_EVENTS), st.lists(st.sampled_from(_EVENTS)))
def test_any_order_and_any_doubles_merge_alike(events: list[TraceEvent], again: list[TraceEvent]) -> None:
    trace = merged([*events, *again])
    assert [event.text for event in trace] == ["a", "b", "c"]
    assert all(event.stage is Stage.IN_TRANSIT for event in trace)


@given(st.permutations(_EVENTS))
def test_merging_in_two_steps_is_merging_at_once(events: list[TraceEvent]) -> None:
    assert merged([*merged(events[:3]), *merged(events[3:])]) == merged(events)


# --- provinces ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "province"),
    [
        ("东莞市", "广东"),
        ("武汉中转场", "湖北"),
        ("广东省东莞市虎门镇公司", "广东"),
        ("吉林市", "吉林"),
        ("延边朝鲜族自治州", "吉林"),
        ("朝阳", "辽宁"),
        ("北京市", "北京"),
        ("海南省三亚市", "海南"),
        ("陕西安康公司", "陕西"),
        ("朝阳望京网点", None),
        ("上海路网点", None),
        ("上海青浦转运中心", "上海"),
        ("某处", None),
        ("", None),
        (None, None),
    ],
)
def test_a_place_lies_in_its_province(place: str | None, province: str | None) -> None:
    assert province_of(place) == province


@pytest.mark.parametrize(
    ("name", "short"),
    [("广东省", "广东"), ("广西壮族自治区", "广西"), ("内蒙古自治区", "内蒙古"), ("新疆维吾尔自治区", "新疆"),
     ("上海市", "上海"), ("香港特别行政区", "香港"), ("宁夏", "宁夏"), ("东莞市", None)],
)  # fmt: skip
def test_a_province_in_any_form(name: str, short: str | None) -> None:
    assert province_name(name) == short
