"""The carriers' own interfaces on real sockets that check every signature over the bytes that arrived."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from logistics_client import signing
from logistics_client.carriers.factory import carrier_client
from logistics_client.carriers.jt import JtAccount, JtClient
from logistics_client.carriers.sf import SfAccount, SfClient, SfService
from logistics_client.carriers.sto import StoAccount, StoClient
from logistics_client.carriers.yto import YtoAccount, YtoClient
from logistics_client.carriers.yunda import YundaAccount, YundaClient
from logistics_client.carriers.zto import ZtoAccount, ZtoClient
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
from logistics_client.ports import CarrierClient
from logistics_client.transport import CarrierHttp, Policy
from logistics_client.vocabulary import Courier, Stage
from tests.logistics_client.carrier_server import Answer, Asked, CarrierServer, always, carrier_server, http, json_reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)
QUICK = Policy(attempts=1, rate_per_s=1000, burst=1000, max_wait_s=0.0)
SF = "SF1234567890123"
ZTO = "73100196611386"
YTO = "YT9693083639795"
STO = "773012345678901"
YUNDA = "4312345678901"
JT = "JT4000096429493"


def line(name: str) -> CarrierHttp:
    return CarrierHttp(name, QUICK, clock=lambda: NOW)


# --- 顺丰 --------------------------------------------------------------------------------------------------------


def sf(server: CarrierServer, **account: Any) -> SfClient:
    return SfClient(SfAccount("PARTNER", "CHECKWORD", base_url=server.url, **account), line("sf"), clock=lambda: NOW)


def doubled(inner: object) -> dict[str, Any]:
    return {"apiResultCode": "A1000", "apiErrorMsg": "", "apiResponseID": "1", "apiResultData": json.dumps(inner)}


def routes(*listed: dict[str, str], number: str = SF) -> dict[str, Any]:
    found = {"routeResps": [{"mailNo": number, "routes": list(listed)}]}
    return doubled({"success": True, "errorCode": "S0000", "msgData": found})


def step(at: str, remark: str, code: str, status: str = "运送中") -> dict[str, str]:
    return {"acceptTime": at, "acceptAddress": "深圳市", "remark": remark, "opCode": code, "firstStatusName": status}


def bridge(reply: dict[str, Any], *, head: str = "", believes: Callable[[str], bool] = lambda _: True) -> Answer:
    """Answer as 丰桥 does: right digest and a believable time, else A1006."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        form = asked.form
        digest = signing.sf(form["msgData"], form["timestamp"], "CHECKWORD")
        good = form.get("msgDigest") == digest and believes(form["timestamp"])
        writer.write(json_reply(reply if good else {"apiResultCode": "A1006"}, head=head))

    return answer


async def test_sf_reads_the_json_inside_the_json_and_sorts_by_time() -> None:
    reply = routes(
        step("2026-11-22 09:00:00", "快件派送不成功(由于电话无人接听)", "70", "派送中"),
        step("2026-11-21 20:00:00", "快件在【深圳南山营业点】已装车,准备发往【深圳集散中心】", "30"),
        step("2026-11-22 08:00:00", "正在派送途中(派件人:王五,电话:13900002222)", "44", "派送中"),
    )
    async with carrier_server(bridge(reply)) as server:
        client = sf(server)
        parcel = await client.trace(f" {SF.lower()} ", phone_tail="1234")
        await client.close()
    form = server.asked[0].form
    assert json.loads(form["msgData"])["checkPhoneNo"] == "1234"
    assert form["timestamp"] == str(int(NOW.timestamp() * 1000))
    assert [event.raw_code for event in parcel.events] == ["30", "44", "70"]
    assert parcel.stage is Stage.DELIVERY_FAILED
    assert parcel.courier == Courier("王五", "13900002222")
    assert parcel.events[0].next_site == "深圳集散中心"


async def test_sf_unknown_operation_follows_the_first_status() -> None:
    async with carrier_server(bridge(routes(step("2026-11-22 08:00:00", "新操作", "9009", "派送中")))) as server:
        client = sf(server)
        parcel = await client.trace(SF, phone_tail="1234")
        await client.close()
    assert (parcel.events[0].raw_code, parcel.stage) == ("9009", Stage.OUT_FOR_DELIVERY)


async def test_sf_empty_routes_are_no_data_yet() -> None:
    async with carrier_server(bridge(routes())) as server:
        client = sf(server)
        with pytest.raises(NoDataYetError):
            await client.trace(SF, phone_tail="1234")
        await client.close()


async def test_sf_wants_the_tail_but_for_our_own_waybills() -> None:
    async with carrier_server(bridge(routes(step("2026-11-22 08:00:00", "已收件", "50")))) as server:
        client, own = sf(server), sf(server, own_waybills=True)
        with pytest.raises(NeedsPhoneTailError):
            await client.trace(SF)
        assert server.asked == []
        assert (await own.trace(SF)).stage is Stage.PICKED_UP
        await client.close()
        await own.close()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ({"apiResultCode": "A1004"}, MisconfiguredError),
        ({"apiResultCode": "A1005"}, RateLimitedError),
        ({"apiResultCode": "A1099"}, UnavailableError),
        ({"apiResultCode": "A9999"}, CarrierRefusedError),
        ({}, CarrierRefusedError),
        ({"apiResultCode": "A1000"}, BadReplyError),
        ({"apiResultCode": "A1000", "apiResultData": '{"success":'}, BadReplyError),
        ({"apiResultCode": "A1000", "apiResultData": "[" * 50_000}, BadReplyError),
        (doubled({"success": False, "errorCode": "8247"}), BadNumberError),
        (doubled({"success": True, "errorCode": "S0000", "msgData": {"routeResps": 7}}), BadReplyError),
        (routes(number="SF0000000000000"), BadReplyError),
    ],
)
async def test_sf_refusals_and_nonsense_are_named(reply: dict[str, Any], error: type[LogisticsError]) -> None:
    async with carrier_server(always(json_reply(reply))) as server:
        client = sf(server)
        with pytest.raises(error):
            await client.trace(SF, phone_tail="1234")
        await client.close()


async def test_sf_too_many_requests_empty_our_own_bucket() -> None:
    async with carrier_server(always(json_reply({"apiResultCode": "A1005"}))) as server:
        client = sf(server)
        for _ in range(2):
            with pytest.raises(RateLimitedError):
                await client.trace(SF, phone_tail="1234")
        await client.close()
    assert len(server.asked) == 1


async def test_sf_signs_again_at_the_carriers_time_when_our_clock_is_wrong() -> None:
    theirs = NOW + timedelta(minutes=20)
    head = f"date: {format_datetime(theirs.astimezone(UTC), usegmt=True)}\r\n"

    def believes(stamp: str) -> bool:
        return abs(int(stamp) / 1000 - theirs.timestamp()) < 60

    async with carrier_server(
        bridge(routes(step("2026-11-22 08:00:00", "已收件", "50")), head=head, believes=believes)
    ) as server:
        client = sf(server)
        for _ in range(2):
            assert (await client.trace(SF, phone_tail="1234")).stage is Stage.PICKED_UP
        await client.close()
    assert len(server.asked) == 3  # refused, signed again, and right at once from then on
    assert len({asked.form["requestID"] for asked in server.asked}) == 3


async def test_sf_a_wrong_checkword_is_not_tried_for_ever() -> None:
    async with carrier_server(bridge({})) as server:
        client = SfClient(SfAccount("PARTNER", "WRONG", base_url=server.url), line("sf"))
        with pytest.raises(MisconfiguredError) as caught:
            await client.trace(SF, phone_tail="1234")
        await client.close()
    assert (caught.value.raw_code, len(server.asked)) == ("A1006", 1)


async def test_sf_buys_a_token_once_and_again_when_it_was_forgotten() -> None:
    tokens: list[str] = []

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.path == "/oauth2/accessToken":
            assert asked.form["secret"] == "CHECKWORD"
            tokens.append(f"T{len(tokens)}")
            writer.write(json_reply({"apiResultCode": "A1000", "accessToken": tokens[-1]}))
        elif asked.form["accessToken"] == "T0" and len(tokens) == 1 and len(server.asked) > 4:
            writer.write(json_reply({"apiResultCode": "A1002"}))
        else:
            writer.write(json_reply(routes(step("2026-11-22 08:00:00", "已收件", "50"))))

    async with carrier_server(answer) as server:
        client = sf(server, oauth=True)
        for _ in range(4):
            await client.trace(SF, phone_tail="1234")
        await client.close()
    assert tokens == ["T0", "T1"]
    assert "msgDigest" not in server.asked[1].form


async def test_sf_without_token_is_an_alarm() -> None:
    async with carrier_server(always(json_reply({"apiResultCode": "A1004"}))) as server:
        client = sf(server, oauth=True)
        with pytest.raises(MisconfiguredError):
            await client.trace(SF, phone_tail="1234")
        await client.close()


async def test_sf_is_asked_to_deliver_again() -> None:
    done = doubled({"success": True, "errorCode": "S0000", "msgData": None})
    async with carrier_server(bridge(done)) as server:
        client = sf(server)
        await client.want(SF, SfService.DELIVER_AGAIN, sender=False, more={"deliverDate": "2026-11-23"})
        await client.close()
    asked = json.loads(server.asked[0].form["msgData"])
    assert (asked["serviceCode"], asked["role"], asked["deliverDate"]) == ("4", "2", "2026-11-23")


# --- 中通 圆通 申通 韵达 极兔 --------------------------------------------------------------------------------------


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


# --- configuration -----------------------------------------------------------------------------------------------

ENV = {
    "KUAIDI100_CUSTOMER": "c", "KUAIDI100_KEY": "k", "KDNIAO_BUSINESS_ID": "b", "KDNIAO_API_KEY": "k",
    "SF_PARTNER_ID": "p", "SF_CHECKWORD": "w", "ZTO_APP_KEY": "a", "ZTO_SECRET": "s", "YTO_USER_ID": "u",
    "YTO_APP_KEY": "a", "YTO_SECRET": "s", "STO_APP_KEY": "a", "STO_CODE": "c", "STO_SECRET": "s",
    "YUNDA_APP_KEY": "a", "YUNDA_SECRET": "s", "JT_API_ACCOUNT": "a", "JT_PRIVATE_KEY": "k",
}  # fmt: skip


@pytest.mark.parametrize("name", ["kuaidi100", "kdniao", "sf", "zto", "yto", "sto", "yunda", "jt"])
async def test_every_carrier_is_made_from_the_environment(name: str) -> None:
    client = carrier_client(name, ENV)
    assert client.name == name
    await client.close()


async def test_the_environment_may_move_a_carrier() -> None:
    async with carrier_server(bridge(routes(step("2026-11-22 08:00:00", "已收件", "50")))) as server:
        env = {"SF_PARTNER_ID": "p", "SF_CHECKWORD": "CHECKWORD", "SF_URL": server.url + "/", "SF_OWN_WAYBILLS": "yes"}
        client = carrier_client("sf", env, policy=QUICK)
        assert (await client.trace(SF)).stage is Stage.PICKED_UP
        await client.close()


def test_what_is_missing_is_named() -> None:
    with pytest.raises(MisconfiguredError, match="set ZTO_SECRET to use CARRIER=zto"):
        carrier_client("zto", {"ZTO_APP_KEY": "a", "ZTO_SECRET": " "})
    with pytest.raises(MisconfiguredError, match="CARRIER=dhl is unknown"):
        carrier_client("dhl", {})


def test_secrets_do_not_show_when_an_account_is_printed() -> None:
    accounts = [
        SfAccount("p", "hidden"), ZtoAccount("a", "hidden"), YtoAccount("u", "a", "hidden"),
        StoAccount("a", "c", "hidden"), YundaAccount("a", "hidden"), JtAccount("a", "hidden"),
    ]  # fmt: skip
    assert all("hidden" not in repr(account) for account in accounts)
