"""快递100 and 快递鸟 on real sockets that check every signature over the bytes that arrived."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from logistics_client import signing
from logistics_client.carriers.kdniao import KdniaoAccount, KdniaoClient
from logistics_client.carriers.kuaidi100 import Kuaidi100Account, Kuaidi100Client
from logistics_client.carriers.kuaidi100_orders import (
    Intercept,
    Kuaidi100OrderAccount,
    Kuaidi100Orders,
    Recipient,
)
from logistics_client.clock import CHINA
from logistics_client.errors import (
    BadNumberError,
    BadReplyError,
    CarrierRefusedError,
    LogisticsError,
    MisconfiguredError,
    NeedsPhoneTailError,
    NoDataYetError,
    RateLimitedError,
    UnavailableError,
)
from logistics_client.transport import CarrierHttp, Policy
from logistics_client.vocabulary import Courier, Stage
from tests.logistics_client.carrier_server import Answer, Asked, CarrierServer, always, carrier_server, http, json_reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)
ZTO = "73100196611386"
YTO = "YT9693083639795"
QUICK = Policy(attempts=1, rate_per_s=1000, burst=1000)
TRACE = {
    "message": "ok",
    "nu": ZTO,
    "ischeck": "0",
    "com": "zhongtong",
    "status": "200",
    "state": "5",
    "arrivalTime": "2026-11-22 18",
    "data": [
        {
            "time": "2026-11-22 08:10:00",
            "ftime": "2026-11-22 08:10:00",
            "context": "【武汉市】【武汉藏龙岛】(027-59767205)的业务员(139****4407)正在派件",
            "statusCode": "5",
            "areaName": "湖北,武汉市,江夏区",
        },
        {
            "time": "2026-11-20 19:10:00",
            "ftime": "2026-11-20 19:10:00",
            "context": "【上海市】快件离开【青浦华新】发往武汉转运中心",
            "statusCode": "1002",
            "areaName": "上海,上海市,青浦区",
        },
    ],
    "courierInfo": {"deliveryManName": "李四", "deliveryManPhone": "13900004407"},
}


def kuaidi100(server: CarrierServer) -> Kuaidi100Client:
    account = Kuaidi100Account(
        "CUST456",
        "KEY123",
        query_url=f"{server.url}/poll/query.do",
        subscribe_url=f"{server.url}/poll",
        auto_url=f"{server.url}/autonumber/auto",
    )
    return Kuaidi100Client(account, CarrierHttp("kuaidi100", QUICK, clock=lambda: NOW), clock=lambda: NOW)


def checked(reply: Callable[[Asked], Any]) -> Answer:
    """Answer as 快递100 does, refusing what is signed wrongly."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        form = asked.form
        if form["sign"] == signing.kuaidi100_query(form["param"], "KEY123", "CUST456"):
            writer.write(json_reply(reply(asked)))
        else:
            writer.write(json_reply({"result": False, "returnCode": "503", "message": "验证签名失败"}))

    return answer


async def test_kuaidi100_reads_a_trace_oldest_first() -> None:
    async with carrier_server(checked(lambda _: TRACE)) as server:
        client = kuaidi100(server)
        parcel = await client.trace(ZTO, phone_tail="5514")
        await client.close()
    assert json.loads(server.asked[0].form["param"]) == {
        "com": "zhongtong", "num": ZTO, "resultv2": "4", "phone": "5514"
    }  # fmt: skip
    assert (parcel.carrier, parcel.stage, parcel.fetched_at) == ("zto", Stage.OUT_FOR_DELIVERY, NOW)
    assert [event.raw_code for event in parcel.events] == ["1002", "5"]
    assert parcel.courier == Courier("李四", "13900004407")
    assert parcel.expected_by == datetime(2026, 11, 22, 18, 0, tzinfo=CHINA)
    assert (parcel.events[1].site, parcel.events[1].city) == ("武汉藏龙岛", "武汉市")
    assert parcel.provinces == ("湖北",)


async def test_kuaidi100_refuses_our_wrong_digest_by_name() -> None:
    async with carrier_server(checked(lambda _: TRACE)) as server:
        account = Kuaidi100Account("CUST456", "WRONG", query_url=server.url)
        client = Kuaidi100Client(account, CarrierHttp("kuaidi100", QUICK))
        with pytest.raises(MisconfiguredError) as caught:
            await client.trace(ZTO, phone_tail="5514")
        await client.close()
    assert caught.value.raw_code == "503"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("400", BadNumberError),
        ("408", NeedsPhoneTailError),
        ("500", NoDataYetError),
        ("502", UnavailableError),
        ("504", RateLimitedError),
        ("601", MisconfiguredError),
        ("998", CarrierRefusedError),
    ],
)
async def test_kuaidi100_codes_are_named_errors(code: str, error: type[LogisticsError]) -> None:
    refusal = {"result": False, "returnCode": code, "message": "x"}
    async with carrier_server(always(json_reply(refusal))) as server:
        client = kuaidi100(server)
        with pytest.raises(error) as caught:
            await client.trace(ZTO, phone_tail="5514")
        await client.close()
    assert (caught.value.carrier, caught.value.raw_code) == ("kuaidi100", code)


@pytest.mark.parametrize("tail", [None, "", "12", "abcd", "12345", "١٢٣٤"])
async def test_no_request_goes_out_without_the_tail_that_is_needed(tail: str | None) -> None:
    async with carrier_server(always(b"")) as server:
        client = kuaidi100(server)
        with pytest.raises(NeedsPhoneTailError):
            await client.trace(ZTO, phone_tail=tail)
        await client.close()
    assert server.asked == []


@pytest.mark.parametrize("number", ["", "123", "x" * 40, "SF 12'; DROP", "七三一零"])
async def test_no_request_goes_out_for_what_is_no_number(number: str) -> None:
    async with carrier_server(always(b"")) as server:
        client = kuaidi100(server)
        with pytest.raises(BadNumberError):
            await client.trace(number, phone_tail="5514")
        await client.close()
    assert server.asked == []


@pytest.mark.parametrize(
    "body",
    [b"", b'{"message":"ok","status":"200","data":[{"ftime', b"[]", b'"ok"', b'{"a":' * 50_000, b"\xff\xff"],
    ids=["empty", "truncated", "list", "text", "deep", "no-utf8"],
)
async def test_hostile_bodies_are_bad_replies(body: bytes) -> None:
    async with carrier_server(always(http(body))) as server:
        client = kuaidi100(server)
        with pytest.raises(BadReplyError):
            await client.trace(ZTO, phone_tail="5514")
        await client.close()


@pytest.mark.parametrize(
    "change",
    [
        {"nu": "73100196611387"},
        {"data": {"0": "x"}},
        {"data": [{"ftime": "soon", "context": "x"}]},
        {"data": [{"context": {"nested": "object"}, "ftime": "2026-11-22 08:10:00"}]},
        {"data": [{}] * 1001},
    ],
    ids=["other-waybill", "no-list", "no-time", "no-text", "endless"],
)
async def test_a_reply_that_lies_is_not_spoken(change: dict[str, Any]) -> None:
    async with carrier_server(always(json_reply({**TRACE, **change}))) as server:
        client = kuaidi100(server)
        with pytest.raises(BadReplyError):
            await client.trace(ZTO, phone_tail="5514")
        await client.close()


async def test_an_unknown_status_code_is_kept_raw_and_mapped_to_its_parent() -> None:
    row = {"ftime": "2026-11-22 09:00:00", "context": "快件处理中", "statusCode": "588"}
    async with carrier_server(always(json_reply({**TRACE, "data": [row]}))) as server:
        client = kuaidi100(server)
        parcel = await client.trace(ZTO, phone_tail="5514")
        await client.close()
    assert parcel.events[0].raw_code == "588"
    assert parcel.stage is Stage.OUT_FOR_DELIVERY


async def test_one_unreadable_row_does_not_lose_the_others() -> None:
    rows = [{"ftime": "???", "context": "x", "statusCode": "0"}, *TRACE["data"]]
    async with carrier_server(always(json_reply({**TRACE, "data": rows}))) as server:
        client = kuaidi100(server)
        parcel = await client.trace(ZTO, phone_tail="5514")
        await client.close()
    assert len(parcel.events) == 2


async def test_an_ambiguous_number_is_recognised_once_and_then_remembered() -> None:
    number = "123456789012"
    trace = {**TRACE, "nu": number, "com": "shunfeng"}

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.method == "GET":
            writer.write(
                json_reply([{"lengthPre": 12, "comCode": "shunfeng", "name": "顺丰"}, {"comCode": "zhongtong"}])
            )
        else:
            writer.write(json_reply(trace))

    async with carrier_server(answer) as server:
        client = kuaidi100(server)
        for _ in range(2):
            parcel = await client.trace(number, phone_tail="1234")
        await client.close()
    assert parcel.carrier == "sf"
    assert [asked.method for asked in server.asked] == ["GET", "POST", "POST"]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ([], BadNumberError),
        ("text", BadNumberError),
        ([{"comCode": {}}], BadNumberError),
        ({"returnCode": "201", "message": "单号无效"}, BadNumberError),
        ({"returnCode": "601", "message": "过期"}, MisconfiguredError),
    ],
)
async def test_a_number_that_nobody_prints(reply: object, error: type[LogisticsError]) -> None:
    async with carrier_server(always(json_reply(reply))) as server:
        client = kuaidi100(server)
        with pytest.raises(error):
            await client.recognise("123456789012")
        await client.close()


@pytest.mark.parametrize(
    ("code", "error"), [("200", None), ("501", None), ("702", BadNumberError), ("601", MisconfiguredError)]
)
async def test_subscribing(code: str, error: type[LogisticsError] | None) -> None:
    async with carrier_server(always(json_reply({"result": True, "returnCode": code}))) as server:
        client = kuaidi100(server)
        if error is None:
            await client.subscribe(YTO, callback="https://hotline.example/push", salt="SALT")
        else:
            with pytest.raises(error):
                await client.subscribe(YTO, callback="https://hotline.example/push", salt="SALT")
        await client.close()
    param = json.loads(server.asked[0].form["param"])
    assert (param["company"], param["parameters"]["salt"]) == ("yuantong", "SALT")


# --- 快递100: order family ----------------------------------------------------------------------------------------


def orders(server: CarrierServer) -> Kuaidi100Orders:
    account = Kuaidi100OrderAccount("KEY123", "SEC789", partner_id="P", base_url=server.url)
    return Kuaidi100Orders(account, CarrierHttp("kuaidi100", QUICK, clock=lambda: NOW))


def granted(data: dict[str, Any]) -> Answer:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        form = asked.form
        good = form["sign"] == signing.kuaidi100_order(form["param"], form["t"], "KEY123", "SEC789")
        writer.write(json_reply({"code": 200 if good else 503, "data": data}))

    return answer


async def test_a_work_order_at_the_carrier() -> None:
    async with carrier_server(granted({"id": 77, "status": "处理中"})) as server:
        order = await orders(server).open_work_order(YTO, "催派", "三天没动", callback="https://hotline.example/o")
        assert (order, await orders(server).work_order_status(order)) == ("77", "处理中")
    assert server.asked[0].path == "/workorder/api/create"


async def test_a_work_order_is_not_opened_twice_when_its_answer_is_lost() -> None:
    async with carrier_server(always(http(b"", "502 Bad Gateway"))) as server:
        with pytest.raises(UnavailableError):
            await orders(server).open_work_order(YTO, "催派", "三天没动", callback="")
    assert len(server.asked) == 1


async def test_an_intercept_names_the_new_address() -> None:
    async with carrier_server(granted({})) as server:
        to = Recipient("张三", "13900001111", "武汉市江夏区藏龙岛一号")
        await orders(server).intercept(
            YTO, "yto", Intercept.CHANGE_ADDRESS, reason="地址有误", callback="https://hotline.example/i", to=to
        )
    form = server.asked[0].form
    assert form["method"] == "interceptOrder"
    assert json.loads(form["param"])["recManInfo"]["printAddr"] == "武汉市江夏区藏龙岛一号"


async def test_the_delivery_photo_is_fetched_from_a_checked_address() -> None:
    async with carrier_server(granted({"imgUrl": "http://169.254.169.254/latest"})) as server:
        client = orders(server)
        url = await client.photo_url("SF1234567890123", "sf", phone_tail="1234")
        with pytest.raises(BadReplyError, match="private"):
            await client.photo(url)


async def test_a_photo_that_is_no_image_is_refused() -> None:
    async with carrier_server(always(http(b"<html>", head="content-type: text/html\r\n"))) as server:
        trusting = CarrierHttp("kuaidi100", QUICK, trusted=(server.url,))
        with pytest.raises(BadReplyError, match="no image"):
            await Kuaidi100Orders(Kuaidi100OrderAccount("K", "S"), trusting).photo(server.url)


async def test_no_photo_and_no_pick_up_place_yet() -> None:
    async with carrier_server(granted({})) as server:
        with pytest.raises(NoDataYetError):
            await orders(server).photo_url(YTO, "yto")
        with pytest.raises(NoDataYetError):
            await orders(server).pickup_place(YTO, "yto", "13900001111")


async def test_the_pick_up_place_has_its_code() -> None:
    data = {"pickUpCode": "3-2-1058", "pickUpAddress": "翠湖花园1栋", "pickUpStation": "丰巢智能柜"}
    async with carrier_server(granted(data)) as server:
        place = await orders(server).pickup_place(YTO, "yto", "13900001111")
    assert (place.kind, place.code, place.name, place.address) == ("locker", "3-2-1058", "丰巢智能柜", "翠湖花园1栋")


async def test_a_refused_work_order_is_the_carriers_no() -> None:
    async with carrier_server(always(json_reply({"returnCode": "30005", "result": False}))) as server:
        with pytest.raises(CarrierRefusedError):
            await orders(server).work_order_status("1")


# --- 快递鸟 -------------------------------------------------------------------------------------------------------

BIRD = {
    "EBusinessID": "ID1",
    "ShipperCode": "ZTO",
    "LogisticCode": ZTO,
    "Success": True,
    "State": "2",
    "StateEx": "202",
    "Traces": [
        {
            "AcceptTime": "2026-11-20 19:10:00",
            "AcceptStation": "【上海市】快件离开【青浦华新】发往武汉转运中心",
            "Location": "上海市",
            "Action": "2",
        },
        {"AcceptTime": "2026-11-22 08:10:00", "AcceptStation": "【武汉市】业务员张三(139****4407)正在派件"},
    ],
}


def kdniao(server: CarrierServer, query: str = "8001") -> KdniaoClient:
    account = KdniaoAccount("ID1", "APPKEY", query=query, query_url=server.url, subscribe_url=f"{server.url}/api/dist")
    return KdniaoClient(account, CarrierHttp("kdniao", QUICK), clock=lambda: NOW)


def bird(*replies: dict[str, Any]) -> Answer:
    left = list(replies)

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        form = asked.form
        good = form["DataSign"] == signing.kdniao(form["RequestData"], "APPKEY") and form["DataType"] == "2"
        writer.write(json_reply(left.pop(0) if good else {"Success": False, "Reason": "数据签名验证失败"}))

    return answer


async def test_kdniao_reads_a_trace() -> None:
    async with carrier_server(bird(BIRD)) as server:
        client = kdniao(server)
        parcel = await client.trace(ZTO, phone_tail="5514")
        await client.close()
    assert json.loads(server.asked[0].form["RequestData"])["CustomerName"] == "5514"
    assert (parcel.carrier, parcel.stage) == ("zto", Stage.OUT_FOR_DELIVERY)
    assert [event.raw_code for event in parcel.events] == ["2", "202"]
    assert parcel.courier == Courier("张三", "139****4407")


async def test_kdniao_8002_needs_no_company_and_another_query_asks_for_it() -> None:
    number = "123456789012"
    trace = {**BIRD, "LogisticCode": number, "ShipperCode": "YD"}
    async with carrier_server(bird(trace)) as server:
        client = kdniao(server, "8002")
        assert (await client.trace(number)).carrier == "yunda"
        await client.close()
    assert "ShipperCode" not in json.loads(server.asked[0].form["RequestData"])
    recognised = {"Success": True, "Shippers": [{"ShipperCode": "YD", "ShipperName": "韵达"}]}
    async with carrier_server(bird(recognised, trace)) as server:
        client = kdniao(server)
        assert (await client.trace(number)).carrier == "yunda"
        await client.close()
    assert [asked.form["RequestType"] for asked in server.asked] == ["2002", "8001"]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ({"Success": True, "Shippers": []}, BadNumberError),
        ({"Success": False, "Reason": "查询次数超限", "Shippers": []}, RateLimitedError),
        ({"Success": False, "Reason": "数据签名验证失败", "Shippers": [{"ShipperCode": "YD"}]}, MisconfiguredError),
    ],
)
async def test_kdniao_recognises_nothing(reply: dict[str, Any], error: type[LogisticsError]) -> None:
    async with carrier_server(bird(reply)) as server:
        client = kdniao(server)
        with pytest.raises(error):
            await client.trace("123456789012")
        await client.close()


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("暂无轨迹信息", NoDataYetError),
        ("请输入正确的手机号后四位", NeedsPhoneTailError),
        ("查询次数超限", RateLimitedError),
        ("用户未开通该接口权限", MisconfiguredError),
        ("系统繁忙", UnavailableError),
        ("快递公司编码错误", BadNumberError),
        ("不支持", CarrierRefusedError),
    ],
)
async def test_kdniao_reasons_are_named_errors(reason: str, error: type[LogisticsError]) -> None:
    async with carrier_server(bird({"Success": False, "Reason": reason})) as server:
        client = kdniao(server)
        with pytest.raises(error):
            await client.trace(ZTO, phone_tail="5514")
        await client.close()


async def test_kdniao_empty_trace_is_no_data_and_a_wrong_key_an_alarm() -> None:
    async with carrier_server(bird({**BIRD, "Traces": [], "State": "0"})) as server:
        client = kdniao(server)
        with pytest.raises(NoDataYetError):
            await client.trace(ZTO, phone_tail="5514")
        wrong = KdniaoClient(KdniaoAccount("ID1", "WRONG", query_url=server.url), CarrierHttp("kdniao", QUICK))
        with pytest.raises(MisconfiguredError):
            await wrong.trace(ZTO, phone_tail="5514")
        await client.close()
        await wrong.close()


async def test_kdniao_subscribes_once() -> None:
    again = {"Success": False, "Reason": "重复订阅"}
    async with carrier_server(bird({"Success": True}, again, {"Success": False, "Reason": "余额不足"})) as server:
        client = kdniao(server)
        for _ in range(2):
            await client.subscribe(YTO)
        with pytest.raises(MisconfiguredError):
            await client.subscribe(YTO)
        await client.close()
    assert server.asked[0].form["RequestType"] == "8008"
