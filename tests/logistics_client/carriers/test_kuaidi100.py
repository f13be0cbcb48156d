"""快递100 on real sockets that check every signature over the bytes that arrived."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from logistics_client import signing
from logistics_client.carriers.kuaidi100 import Kuaidi100Account, Kuaidi100Client
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
from logistics_client.transport import CarrierHttp
from logistics_client.vocabulary import Courier, Stage
from tests.logistics_client.carrier_server import Answer, Asked, CarrierServer, always, carrier_server, http, json_reply
from tests.logistics_client.carriers.aggregators import NOW, QUICK, TRACE, YTO, ZTO


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
