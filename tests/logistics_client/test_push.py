"""Pushes over real HTTP: only the aggregator's own, stored before they are acknowledged."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import fakeredis
import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

from logistics_client import signing
from logistics_client.assembly import Plan, open_room
from logistics_client.cache import Entry, TraceCache
from logistics_client.carriers.kdniao import KdniaoAccount
from logistics_client.clock import CHINA, system_clock
from logistics_client.push import MAX_BODY, PushReceiver, push_router
from logistics_client.sandbox import dialect_routes
from logistics_client.sandbox.server import embedded_carrier
from logistics_client.vocabulary import Parcel, Stage

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)
WAYBILL = "YT9693083639795"
ROWS = [
    {"ftime": "2026-11-22 09:00:00", "context": "【武汉市】业务员张三正在派件", "statusCode": "5"},
    {"ftime": "2026-11-21 20:00:00", "context": "【上海市】快件离开【青浦华新】", "statusCode": "0"},
]


def body_of(*rows: dict[str, str], **more: Any) -> dict[str, Any]:
    last = {
        "message": "ok",
        "nu": WAYBILL,
        "com": "yuantong",
        "status": "200",
        "state": "0",
        "data": list(rows),
        **more,
    }
    return {"status": "polling", "message": "", "lastResult": last}


def signed(body: dict[str, Any], salt: str = "SALT") -> dict[str, str]:
    param = json.dumps(body, ensure_ascii=False)
    return {"param": param, "sign": signing.kuaidi100_push(param, salt)}


class Store:
    def __init__(self) -> None:
        self.server = fakeredis.FakeServer()
        self.redis: Redis = fakeredis.FakeAsyncRedis(server=self.server)
        self.cache = TraceCache(self.redis, clock=lambda: NOW)

    async def parcel(self, source: str, waybill: str = WAYBILL) -> Parcel | None:
        """What a caller who asked before the push sees after it."""
        bare = Parcel(waybill, "yto", Stage.UNKNOWN)
        await self.cache.put(source, waybill, None, Entry(NOW, bare))
        known = await self.cache.get(source, waybill, None)
        return known.parcel if known else None


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    made = Store()
    yield made
    await made.redis.aclose()


@pytest.fixture
async def web(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    account = KdniaoAccount("ID1", "APPKEY")
    app.include_router(push_router(PushReceiver(store.cache, salt="SALT", kdniao_account=account, clock=lambda: NOW)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hotline") as client:
        yield client


async def test_kuaidi100_push_is_stored_and_acknowledged(store: Store, web: httpx.AsyncClient) -> None:
    reply = await web.post("/push/kuaidi100", data=signed(body_of(*ROWS)))
    assert (reply.status_code, reply.json()) == (200, {"result": True, "returnCode": "200", "message": "成功"})
    parcel = await store.parcel("kuaidi100")
    assert parcel is not None
    assert (parcel.stage, len(parcel.events)) == (Stage.OUT_FOR_DELIVERY, 2)


async def test_a_wrong_digest_is_refused_and_changes_nothing(store: Store, web: httpx.AsyncClient) -> None:
    good = signed(body_of(*ROWS))
    for form in (signed(body_of(*ROWS), "OTHER"), {**good, "param": good["param"] + " "}, {"param": good["param"]}, {}):
        reply = await web.post("/push/kuaidi100", data=form)
        assert (reply.status_code, reply.json()["result"]) == (403, False)
    assert await store.redis.keys("*") == []


async def test_duplicates_and_disorder_end_in_the_same_trace(store: Store, web: httpx.AsyncClient) -> None:
    for rows in (ROWS, ROWS[1:], ROWS, ROWS[:1]):
        assert (await web.post("/push/kuaidi100", data=signed(body_of(*rows)))).status_code == 200
    parcel = await store.parcel("kuaidi100")
    assert parcel is not None
    assert [event.raw_code for event in parcel.events] == ["0", "5"]


async def test_an_unknown_code_in_a_push_is_kept_raw(store: Store, web: httpx.AsyncClient) -> None:
    row = {"ftime": "2026-11-22 09:00:00", "context": "新状态", "statusCode": "2999"}
    await web.post("/push/kuaidi100", data=signed(body_of(row)))
    parcel = await store.parcel("kuaidi100")
    assert parcel is not None
    assert (parcel.events[0].raw_code, parcel.events[0].stage) == ("2999", Stage.UNKNOWN)


async def test_an_aborted_subscription_is_acknowledged(store: Store, web: httpx.AsyncClient) -> None:
    body = {**body_of(), "status": "abort", "message": "3天查询无记录"}
    assert (await web.post("/push/kuaidi100", data=signed(body))).status_code == 200
    assert await store.redis.keys("*") == []


@pytest.mark.parametrize(
    "body",
    [
        {"status": "polling"},
        {"status": "polling", "lastResult": {"nu": "'; DROP", "data": []}},
        body_of({"ftime": "soon", "context": "x", "statusCode": "0"}),
        {"lastResult": {"nu": WAYBILL, "data": "text"}},
    ],
)
async def test_signed_nonsense_is_named_unreadable(store: Store, web: httpx.AsyncClient, body: dict[str, Any]) -> None:
    reply = await web.post("/push/kuaidi100", data=signed(body))
    assert (reply.status_code, reply.json()["result"]) == (400, False)
    assert await store.redis.keys("*") == []


async def test_a_truncated_push_is_unreadable(web: httpx.AsyncClient) -> None:
    param = '{"status":"polling","lastResult":{"nu":'
    form = {"param": param, "sign": signing.kuaidi100_push(param, "SALT")}
    assert (await web.post("/push/kuaidi100", data=form)).status_code == 400


@pytest.mark.parametrize(
    "content",
    [b"x" * (MAX_BODY + 1), b"\xff\xfe=1", b"&".join(b"a%d=1" % n for n in range(100))],
    ids=["too-large", "no-utf8", "many-fields"],
)
async def test_what_is_no_small_form_is_refused(web: httpx.AsyncClient, content: bytes) -> None:
    assert (await web.post("/push/kuaidi100", content=content)).status_code == 403


async def test_what_cannot_be_stored_is_not_acknowledged(store: Store, web: httpx.AsyncClient) -> None:
    store.server.connected = False
    reply = await web.post("/push/kuaidi100", data=signed(body_of(*ROWS)))
    assert (reply.status_code, reply.json()["result"]) == (503, False)
    store.server.connected = True
    assert (await web.post("/push/kuaidi100", data=signed(body_of(*ROWS)))).status_code == 200


async def test_pushes_are_refused_while_nothing_is_configured(store: Store) -> None:
    receiver = PushReceiver(store.cache)
    assert (await receiver.kuaidi100(signed(body_of(*ROWS), "")))[0] == 403
    assert (await receiver.kdniao({}))[0] == 403


# --- 快递鸟 -------------------------------------------------------------------------------------------------------


def entry(number: str, *lines: str) -> dict[str, Any]:
    traces = [
        {"AcceptTime": f"2026-11-22 0{hour}:00:00", "AcceptStation": text, "Action": "2"}
        for hour, text in enumerate(lines)
    ]
    return {"ShipperCode": "YTO", "LogisticCode": number, "Success": bool(lines), "State": "2", "Traces": traces}


def bird(*entries: dict[str, Any], key: str = "APPKEY", customer: str = "ID1") -> dict[str, str]:
    data = json.dumps({"EBusinessID": customer, "Count": str(len(entries)), "Data": list(entries)}, ensure_ascii=False)
    return {"RequestData": data, "DataSign": signing.kdniao(data, key), "RequestType": "101"}


async def test_kdniao_stores_what_has_a_trace_and_acknowledges_all(store: Store, web: httpx.AsyncClient) -> None:
    other = "YT9693083639796"
    form = bird(
        entry(WAYBILL, "【上海市】已揽收", "【上海市】已发出"),
        entry("bad number"),
        entry(other, "【武汉市】已揽收"),
        entry(WAYBILL),
    )
    reply = await web.post("/push/kdniao", data=form)
    assert reply.status_code == 200
    assert reply.json() == {"EBusinessID": "ID1", "UpdateTime": "2026-11-22 12:00:00", "Success": True, "Reason": ""}
    first, second = await store.parcel("kdniao"), await store.parcel("kdniao", other)
    assert first is not None and second is not None
    assert (len(first.events), len(second.events)) == (2, 1)


async def test_kdniao_encoded_twice_is_understood(store: Store, web: httpx.AsyncClient) -> None:
    form = {name: quote(value, safe="") for name, value in bird(entry(WAYBILL, "已揽收")).items()}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    reply = await web.post("/push/kdniao", content=urlencode(form), headers=headers)
    assert reply.json()["Success"] is True


@pytest.mark.parametrize(
    "form", [bird(entry(WAYBILL, "已揽收"), key="OTHER"), bird(entry(WAYBILL, "x"), customer="ID2"), {}]
)
async def test_kdniao_of_somebody_else_is_refused(store: Store, web: httpx.AsyncClient, form: dict[str, str]) -> None:
    reply = await web.post("/push/kdniao", data=form)
    assert (reply.status_code, reply.json()["Success"]) == (403, False)
    assert await store.redis.keys("*") == []


# --- the whole way -----------------------------------------------------------------------------------------------


async def test_a_push_changes_what_the_next_call_hears_without_asking_again(tmp_path: Path) -> None:
    async with embedded_carrier(tmp_path / "carrier.sqlite3") as url:
        env = {
            "KUAIDI100_CUSTOMER": dialect_routes.KUAIDI100_CUSTOMER,
            "KUAIDI100_KEY": dialect_routes.KUAIDI100_KEY,
            "KUAIDI100_URL": url,
            "KUAIDI100_AUTO_URL": f"{url}/autonumber/auto",
            "KUAIDI100_SALT": "SALT",
        }
        promises = Path(__file__).parents[2] / "config" / "promises.yaml"
        async with open_room(Plan(carrier="kuaidi100", data_dir=tmp_path, promises=promises, env=env)) as room:
            (before,) = await room.logistics.find(waybill="YQ8850024166386")
            now = system_clock().replace(microsecond=0)
            row = {"ftime": f"{now:%Y-%m-%d %H:%M:%S}", "context": "【武汉市】业务员张三正在派件", "statusCode": "5"}
            last = {"nu": before.waybill, "com": "yunque", "state": "5", "data": [row]}
            status, _ = await room.pushes.kuaidi100(signed({"status": "polling", "lastResult": last}))
            (after,) = await room.logistics.find(waybill="YQ8850024166386")
    assert status == 200
    assert (len(after.events), after.stage) == (len(before.events) + 1, Stage.OUT_FOR_DELIVERY)
    assert after.fetched_at == before.fetched_at
