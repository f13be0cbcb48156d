"""快递鸟 on real sockets that check every signature over the bytes that arrived."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from logistics_client import signing
from logistics_client.carriers.kdniao import KdniaoAccount, KdniaoClient
from logistics_client.errors import (
    BadNumberError,
    CarrierRefusedError,
    LogisticsError,
    MisconfiguredError,
    NeedsPhoneTailError,
    NoDataYetError,
    RateLimitedError,
    UnavailableError,
)
from logistics_client.transport import CarrierHttp
from logistics_client.vocabulary import Courier, Stage
from tests.logistics_client.carrier_server import Answer, Asked, CarrierServer, carrier_server, json_reply
from tests.logistics_client.carriers.aggregators import NOW, QUICK, YTO, ZTO

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
