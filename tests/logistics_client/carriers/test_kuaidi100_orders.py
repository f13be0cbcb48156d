"""快递100's order family on real sockets."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from logistics_client import signing
from logistics_client.carriers.kuaidi100_orders import (
    Intercept,
    Kuaidi100OrderAccount,
    Kuaidi100Orders,
    Recipient,
)
from logistics_client.errors import (
    BadReplyError,
    CarrierRefusedError,
    NoDataYetError,
    UnavailableError,
)
from logistics_client.transport import CarrierHttp
from tests.logistics_client.carrier_server import Answer, Asked, CarrierServer, always, carrier_server, http, json_reply
from tests.logistics_client.carriers.aggregators import NOW, QUICK, YTO


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
