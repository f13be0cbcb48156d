"""顺丰 on real sockets that check every signature over the bytes that arrived."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from logistics_client import signing
from logistics_client.carriers.sf import SfAccount, SfClient, SfService
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
from logistics_client.vocabulary import Courier, Stage
from tests.logistics_client.carrier_server import Answer, Asked, CarrierServer, always, carrier_server, json_reply
from tests.logistics_client.carriers.numbers import NOW, SF, line


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
