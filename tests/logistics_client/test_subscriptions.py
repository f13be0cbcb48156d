"""What callers ask about is followed: subscribed once, pushed, and then told without asking again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import fakeredis
import pytest

from logistics_client.assembly import Plan, Room, open_room
from logistics_client.errors import UnavailableError
from logistics_client.push import push_router
from logistics_client.subscriptions import SubscribingCarrier
from logistics_client.vocabulary import OrderKind, Parcel, Stage
from tests.logistics_client.carrier_server import Asked, CarrierServer, carrier_server, json_reply
from tests.logistics_client.moving_clock import MovingClock
from tests.logistics_client.orders_table.test_table import row
from tests.logistics_client.test_push import ROWS, WAYBILL, body_of, signed
from tests.logistics_client.web_server import served

SIGNED_ROW = {"ftime": "2026-11-22 11:30:00", "context": "【武汉市】快件已由【本人】签收", "statusCode": "301"}


class Kuaidi100:
    """The aggregator: answers queries, takes subscriptions."""

    def __init__(self) -> None:
        self.subscribed: list[dict[str, Any]] = []
        self.queries = 0

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.path == "/poll":
            self.subscribed.append(json.loads(asked.form["param"]))
            writer.write(json_reply({"result": True, "returnCode": "200", "message": "成功"}))
        else:
            self.queries += 1
            writer.write(json_reply(body_of(*ROWS)["lastResult"]))


def plan(server: CarrierServer, directory: Path, public_url: str = "https://hotline.example") -> Plan:
    env = {
        "KUAIDI100_CUSTOMER": "C",
        "KUAIDI100_KEY": "K",
        "KUAIDI100_SALT": "SALT",
        "KUAIDI100_URL": server.url,
    }
    return Plan(carrier="kuaidi100", data_dir=directory, env=env, public_url=public_url)


async def stage(room: Room) -> Stage:
    (parcel,) = await room.logistics.find(waybill=WAYBILL)
    return parcel.stage


async def test_a_push_tells_what_is_new_without_another_question(tmp_path: Path, clock: MovingClock) -> None:
    aggregator = Kuaidi100()
    async with carrier_server(aggregator) as server, open_room(plan(server, tmp_path), clock=clock) as room:
        for _ in range(3):
            assert await stage(room) is Stage.OUT_FOR_DELIVERY
        carrier = room.logistics._finder._carriers["*"]
        assert isinstance(carrier, SubscribingCarrier)
        await carrier.settled()
        (subscription,) = aggregator.subscribed
        assert subscription["number"] == WAYBILL
        assert subscription["parameters"]["callbackurl"] == "https://hotline.example/push/kuaidi100"
        assert subscription["parameters"]["salt"] == "SALT"
        async with served(push_router(room.pushes)) as web:
            newest, older = body_of(SIGNED_ROW, *ROWS), body_of(ROWS[1])
            for body in (newest, older, newest):
                assert (await web.post("/push/kuaidi100", data=signed(body))).json()["returnCode"] == "200"
                assert await stage(room) is Stage.SIGNED_SELF
            forged = signed(body_of({**SIGNED_ROW, "context": "快件已退回", "statusCode": "6"}), salt="GUESS")
            assert (await web.post("/push/kuaidi100", data=forged)).status_code == 403
        assert await stage(room) is Stage.SIGNED_SELF
        assert aggregator.queries == 1


async def test_without_an_address_for_pushes_nothing_is_subscribed(tmp_path: Path, clock: MovingClock) -> None:
    aggregator = Kuaidi100()
    async with carrier_server(aggregator) as server, open_room(plan(server, tmp_path, ""), clock=clock) as room:
        assert await stage(room) is Stage.OUT_FOR_DELIVERY
    assert aggregator.subscribed == []


async def test_the_pick_up_code_is_asked_where_the_account_allows(tmp_path: Path, clock: MovingClock) -> None:
    texts: list[tuple[str, str]] = []
    texted = asyncio.Event()

    async def text(phone: str, words: str, message_id: str) -> None:
        texts.append((phone, words))
        texted.set()

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.path == "/pickupCode/query":
            assert json.loads(asked.form["param"])["receiverPhone"] == "13800138000"
            writer.write(json_reply({"code": 200, "data": {"pickUpCode": "3-2-1058", "pickUpStation": "和平里驿站"}}))
        else:
            writer.write(json_reply(body_of(*ROWS)["lastResult"]))

    async with carrier_server(answer) as server:
        usual = plan(server, tmp_path, "")
        env = {**usual.env, "KUAIDI100_SECRET": "S", "KUAIDI100_API_URL": server.url}
        async with open_room(replace(usual, env=env), clock=clock) as room:
            room.pickup_codes.text_by(text, "云雀快递")
            await room.table.create()
            await room.table.store([row(WAYBILL)])
            (parcel,) = await room.logistics.find(waybill=WAYBILL)
            await room.logistics.open_order(OrderKind.RESEND_CODE, parcel, call_id="c1")
            async with asyncio.timeout(10):
                await texted.wait()
    assert texts == [("13800138000", "【云雀快递】您尾号9795的快件在和平里驿站，取件码3-2-1058，请及时取件。")]


class Carrier:
    """Answers at once with a parcel in a given stage."""

    name = "kuaidi100"

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def trace(self, waybill: str, *, phone_tail: str | None = None) -> Parcel:
        return Parcel(waybill, "yto", self.stage)

    async def close(self) -> None:
        return


@pytest.mark.parametrize(("reached", "times"), [(Stage.AT_HUB, 1), (Stage.SIGNED_SELF, 0), (Stage.RETURNED, 0)])
async def test_several_processes_subscribe_a_living_parcel_once(reached: Stage, times: int) -> None:
    asked: list[tuple[str, str | None]] = []

    async def subscribe(waybill: str, tail: str | None) -> None:
        asked.append((waybill, tail))

    server = fakeredis.FakeServer()
    carriers = [
        SubscribingCarrier(Carrier(reached), subscribe, fakeredis.FakeAsyncRedis(server=server)) for _ in range(3)
    ]
    await asyncio.gather(*(carrier.trace(WAYBILL, phone_tail="8000") for carrier in carriers))
    for carrier in carriers:
        await carrier.close()
    assert asked == [(WAYBILL, "8000")] * times


async def test_a_refused_subscription_is_tried_again_hours_later_and_fails_no_look_up() -> None:
    async def subscribe(waybill: str, tail: str | None) -> None:
        raise UnavailableError("away")

    redis = fakeredis.FakeAsyncRedis()
    carrier = SubscribingCarrier(Carrier(Stage.AT_HUB), subscribe, redis)
    assert (await carrier.trace(WAYBILL)).stage is Stage.AT_HUB
    await carrier.settled()
    assert 0 < await redis.ttl(f"subscribed:kuaidi100:{WAYBILL}") <= 6 * 3600
