"""中通, 圆通, 申通, 韵达 and 极兔 on real sockets that check every signature."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from logistics_client import signing
from logistics_client.carriers.jt import JtAccount, JtClient
from logistics_client.carriers.sto import StoAccount, StoClient
from logistics_client.carriers.yto import YtoAccount, YtoClient
from logistics_client.carriers.yunda import YundaAccount, YundaClient
from logistics_client.carriers.zto import ZtoAccount, ZtoClient
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
from logistics_client.ports import CarrierClient
from logistics_client.vocabulary import Courier, Stage
from tests.logistics_client.carrier_server import Answer, Asked, CarrierServer, always, carrier_server, http, json_reply
from tests.logistics_client.carriers.numbers import JT, NOW, STO, YTO, YUNDA, ZTO, line


def zto(server: CarrierServer) -> CarrierClient:
    return ZtoClient(ZtoAccount("APP", "SECRET", base_url=server.url), line("zto"), clock=lambda: NOW)


def yto(server: CarrierServer) -> CarrierClient:
    return YtoClient(YtoAccount("USER", "APP", "SECRET", base_url=server.url), line("yto"), clock=lambda: NOW)


def sto(server: CarrierServer) -> CarrierClient:
    return StoClient(StoAccount("APP", "CODE", "SECRET", url=server.url), line("sto"), clock=lambda: NOW)


def yunda(server: CarrierServer) -> CarrierClient:
    return YundaClient(YundaAccount("APP", "SECRET", base_url=server.url), line("yunda"), clock=lambda: NOW)


def jt(server: CarrierServer) -> CarrierClient:
    return JtClient(JtAccount("ACCOUNT", "SECRET", base_url=server.url), line("jt"), clock=lambda: NOW)


def signed_zto(asked: Asked) -> bool:
    right = signing.zto(asked.body.decode(), "SECRET")
    return asked.headers["x-datadigest"] == right and asked.headers["x-appkey"] == "APP"


def signed_yto(asked: Asked) -> bool:
    right = signing.yto(asked.json["param"], "track_query_adapter", "v1", "SECRET")
    return bool(asked.json["sign"] == right) and asked.path == "/open/track_query_adapter/v1/USER/APP"


def signed_sto(asked: Asked) -> bool:
    return asked.form["data_digest"] == signing.sto(asked.form["content"], "SECRET")


def signed_yunda(asked: Asked) -> bool:
    return asked.headers["sign"] == signing.yunda(asked.body.decode(), "SECRET")


def signed_jt(asked: Asked) -> bool:
    return asked.headers["digest"] == signing.jt(asked.form["bizContent"], "SECRET")


ZTO_ROWS = [
    {
        "billCode": ZTO,
        "scanType": "发件",
        "scanDate": 1795307400000,
        "desc": "【上海市】快件离开【青浦华新】发往郑州高新区",
        "scanSite": {"name": "青浦华新", "city": "上海市", "prov": "上海"},
        "preOrNextSite": {"name": "郑州高新区"},
    },
    {
        "billCode": ZTO,
        "scanType": "派件",
        "scanDate": 1795311000000,
        "desc": "【郑州市】正在派件",
        "operateUser": "张三",
        "operateUserPhone": "13900001111",
    },
]
YTO_ROWS = [
    {
        "waybill_No": YTO,
        "upload_Time": "2026-11-21 20:00:00",
        "infoContent": "DEPARTURE",
        "processInfo": "【成都转运中心公司】 已发出",
        "city": "成都市",
    },
    {
        "waybill_No": YTO,
        "upload_Time": "2026-11-22 09:00:00",
        "infoContent": "SENT_SCAN",
        "processInfo": "派件中 派件人: 张三 电话 13900001111",
    },
]
STO_ROWS = [
    {
        "waybillNo": STO,
        "opTime": "2026-11-22 09:00:00",
        "scanType": "派件",
        "memo": "正在派件",
        "opOrgName": "郑州高新公司",
        "opOrgCityName": "郑州市",
        "bizEmpName": "张三",
        "bizEmpPhone": "13900001111",
    },
    {
        "waybillNo": STO,
        "opTime": "2026-11-21 20:00:00",
        "scanType": "发件",
        "memo": "陕西镇坪县公司-已发往-陕西安康公司",
        "opOrgName": "陕西镇坪县公司",
        "nextOrgName": "陕西安康公司",
    },
]
YUNDA_STEPS = [
    {"time": "2026-11-21 20:00:00", "action": "DEPARTURE", "description": "已离开", "station_name": "湖北武汉分拨中心"},
    {"time": "2026-11-22 09:00:00", "action": "SENT", "description": "派件员: 张三 电话: 13900001111 正在派件"},
]
JT_DETAILS = [
    {"scanTime": "2026-11-22 09:00:00", "scanType": "5", "desc": "正在派件", "scanNetworkName": "郑州高新网点",
     "staffName": "张三", "staffContact": "13900001111"},
    {"scanTime": "2026-11-21 20:00:00", "scanType": "3", "desc": "快件离开【武汉转运中心】"},
]  # fmt: skip

Make = Callable[[CarrierServer], CarrierClient]
CARRIERS = [
    pytest.param(zto, signed_zto, ZTO, {"status": True, "result": ZTO_ROWS}, id="zto"),
    pytest.param(yto, signed_yto, YTO, YTO_ROWS, id="yto"),
    pytest.param(sto, signed_sto, STO, {"success": "true", "data": {STO: STO_ROWS}}, id="sto"),
    pytest.param(
        yunda, signed_yunda, YUNDA, {"result": True, "data": {"mailno": YUNDA, "steps": YUNDA_STEPS}}, id="yunda"
    ),
    pytest.param(jt, signed_jt, JT, {"code": "1", "data": [{"billCode": JT, "details": JT_DETAILS}]}, id="jt"),
]
REFUSALS: dict[str, Callable[[str], dict[str, Any]]] = {
    "zto": lambda words: {"status": False, "statusCode": "E1", "message": words},
    "yto": lambda words: {"success": "false", "code": "E1", "message": words},
    "sto": lambda words: {"success": "false", "errorCode": "E1", "errorMsg": words},
    "yunda": lambda words: {"result": False, "code": "E1", "message": words},
    "jt": lambda words: {"code": "E1", "msg": words},
}


def checking(good: Callable[[Asked], bool], reply: object, refusal: dict[str, Any]) -> Answer:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(json_reply(reply if good(asked) else refusal))

    return answer


@pytest.mark.parametrize(("make", "good", "number", "reply"), CARRIERS)
async def test_a_trace_is_signed_and_read_oldest_first(
    make: Make, good: Callable[[Asked], bool], number: str, reply: object
) -> None:
    async with carrier_server(checking(good, reply, {})) as server:
        client = make(server)
        parcel = await client.trace(number, phone_tail="5514")
        await client.close()
    assert (parcel.carrier, parcel.waybill, parcel.fetched_at) == (client.name, number, NOW)
    assert [event.stage for event in parcel.events] == [Stage.IN_TRANSIT, Stage.OUT_FOR_DELIVERY]
    assert parcel.stage is Stage.OUT_FOR_DELIVERY
    assert parcel.courier == Courier("张三", "13900001111")
    assert all(event.raw_code and event.at.tzinfo for event in parcel.events)


@pytest.mark.parametrize(("make", "good", "number", "reply"), CARRIERS)
@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("签名校验失败", MisconfiguredError),
        ("请求过于频繁", RateLimitedError),
        ("暂无物流轨迹", NoDataYetError),
        ("手机号后四位不匹配", NeedsPhoneTailError),
        ("系统异常", UnavailableError),
        ("运单号格式不正确", BadNumberError),
        ("不允许", CarrierRefusedError),
        ("", CarrierRefusedError),
    ],
)
async def test_refusals_are_named_by_their_words(
    make: Make, good: Callable[[Asked], bool], number: str, reply: object, words: str, error: type[LogisticsError]
) -> None:
    async with carrier_server(always(b"")) as server:
        client = make(server)
        server.answer = always(json_reply(REFUSALS[client.name](words)))
        with pytest.raises(error) as caught:
            await client.trace(number, phone_tail="5514")
        await client.close()
    assert (caught.value.carrier, caught.value.raw_code) == (client.name, "E1")


@pytest.mark.parametrize(("make", "good", "number", "reply"), CARRIERS)
@pytest.mark.parametrize(
    "body", [b"", b'{"a', b'"x"', b"<html>", b"[" * 50_000], ids=["empty", "cut", "text", "html", "deep"]
)
async def test_hostile_bodies_are_bad_replies(
    make: Make, good: Callable[[Asked], bool], number: str, reply: object, body: bytes
) -> None:
    async with carrier_server(always(http(body))) as server:
        client = make(server)
        with pytest.raises(BadReplyError):
            await client.trace(number, phone_tail="5514")
        await client.close()


@pytest.mark.parametrize(("make", "good", "number", "reply"), CARRIERS)
async def test_an_answer_about_another_waybill_is_refused(
    make: Make, good: Callable[[Asked], bool], number: str, reply: object
) -> None:
    other = json.dumps(reply, ensure_ascii=False).replace(number, number[:-1] + "X").encode()
    async with carrier_server(always(http(other))) as server:
        client = make(server)
        with pytest.raises((BadReplyError, NoDataYetError)):
            await client.trace(number, phone_tail="5514")
        await client.close()


@pytest.mark.parametrize(("make", "good", "number", "reply"), CARRIERS)
async def test_no_rows_are_no_data_yet(make: Make, good: Callable[[Asked], bool], number: str, reply: object) -> None:
    empty: dict[str, object] = {
        "zto": {"status": True, "result": None},
        "yto": [],
        "sto": {"success": True, "data": {}},
        "yunda": {"result": True, "data": {"mailno": number, "steps": []}},
        "jt": {"code": "1", "data": []},
    }
    async with carrier_server(always(b"")) as server:
        client = make(server)
        server.answer = always(json_reply(empty[client.name]))
        with pytest.raises(NoDataYetError):
            await client.trace(number, phone_tail="5514")
        await client.close()


async def test_yunda_subscribes_a_waybill_that_it_was_not_told_of() -> None:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        ok = asked.path.endswith("/subscribe")
        writer.write(json_reply({"result": ok, "code": "0", "message": "" if ok else "请先订阅该运单"}))

    async with carrier_server(answer) as server:
        client = yunda(server)
        with pytest.raises(NoDataYetError, match="subscribed"):
            await client.trace(YUNDA)
        await client.close()
    assert server.asked[1].json == {"orders": [{"orderid": YUNDA, "mailno": YUNDA}]}
