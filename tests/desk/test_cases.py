"""The parcel's case, the agent's actions, and the 回电 queue over HTTP."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from desk.auth.roles import Role
from logistics_client.vocabulary import OrderKind
from tests.desk.conftest import Browser, RunningDesk
from tests.desk.parcels import PARCEL, WAYBILL


async def on_call(hotline: RunningDesk, name: str = "lihua") -> Browser:
    agent = await hotline.person(name)
    await hotline.call("c-1")
    await hotline.event("agent.offered", "c-1", {"agent": agent.account_id})
    await hotline.event("agent.accepted", "c-1", {"agent": agent.account_id})
    return agent


async def events(hotline: RunningDesk, *types: str) -> list[dict[str, object]]:
    return [dict(e.event.data) for e in await hotline.ledger.read("c-1") if e.event.type in types]


async def test_an_order_is_opened_once_however_often_it_is_pressed(hotline: RunningDesk) -> None:
    agent = await on_call(hotline)
    body = {"kind": "urge_delivery", "waybill": WAYBILL.lower(), "details": {"time_window": "今晚"}}
    answers = await asyncio.gather(*(agent.post("/api/v1/calls/c-1/orders", body) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["new"] for answer in answers) == [False] * 4 + [True]
    (opened,) = await events(hotline, "work_order.opened")
    assert (opened["by"], opened["kind"], opened["waybill"]) == (agent.account_id, "urge_delivery", WAYBILL)
    (made,) = await events(hotline, "promise.made")
    assert made["what"] == "网点联系您"


async def test_an_order_whose_event_was_lost_is_written_on_the_next_press(hotline: RunningDesk) -> None:
    agent = await on_call(hotline)
    await hotline.logistics.open_order(OrderKind.INTERCEPT, PARCEL, call_id="c-1")  # then the process died
    answer = await agent.post("/api/v1/calls/c-1/orders", {"kind": "intercept", "waybill": WAYBILL})
    assert answer.json()["new"] is False
    assert [data["kind"] for data in await events(hotline, "work_order.opened")] == ["intercept"]


async def test_what_is_refused_promises_nothing(hotline: RunningDesk) -> None:
    agent = await on_call(hotline)
    other = await hotline.person("wang")
    path = "/api/v1/calls/c-1/orders"
    assert (await other.post(path, {"kind": "claim", "waybill": WAYBILL})).status_code == 403
    assert (await agent.post(path, {"kind": "claim"})).status_code == 400
    assert (await agent.post(path, {"kind": "teleport", "waybill": WAYBILL})).status_code == 422
    assert (await agent.post(path, {"kind": "claim", "waybill": "YQ000000000"})).status_code == 404
    assert (await agent.post(path, {"kind": "claim", "waybill": "../../etc"})).status_code == 400
    long = {"kind": "claim", "waybill": WAYBILL, "details": {"text": "长" * 501}}
    assert (await agent.post(path, long)).status_code == 400
    hotline.logistics.away = True
    away = await agent.post(path, {"kind": "complaint"})
    assert away.status_code == 503 and "先不要向客户承诺" in away.json()["error"]
    assert await events(hotline, "work_order.opened", "promise.made") == []


async def test_a_link_is_sent_once_a_minute_and_a_refusal_is_told(hotline: RunningDesk) -> None:
    agent = await on_call(hotline)
    path, body = "/api/v1/calls/c-1/links", {"purpose": "address", "waybill": WAYBILL}
    assert (await agent.post(path, body)).json() == {"sent": True}
    assert (await agent.post(path, body)).status_code == 409
    hotline.clock.go(seconds=61)
    hotline.logistics.gateway = False
    assert (await agent.post(path, body)).status_code == 503
    assert (await agent.post(path, body | {"purpose": "malware"})).status_code == 400
    assert hotline.logistics.sent == [("address", "13800138000")] * 2


async def test_the_whole_case_of_a_parcel(hotline: RunningDesk) -> None:
    agent, chief = await on_call(hotline), await hotline.person("chief", Role.SUPERVISOR)
    await agent.post("/api/v1/calls/c-1/orders", {"kind": "outlet_check", "waybill": WAYBILL})
    case = await agent.json(f"/api/v1/parcels/{WAYBILL}?call_id=c-1")
    assert [call["call_id"] for call in case["calls"]] == ["c-1"]
    assert (case["orders"][0]["label"], case["orders"][0]["promise"]) == ("网点核实", "made")
    parcel = case["parcel"]
    assert parcel["courier"]["phone"] == "137****7000" and parcel["outlet"]["phone"] == "0371-67584463"
    assert "88123456" not in str(case) and case["promises"][0]["waybill"] == WAYBILL
    assert (await chief.json(f"/api/v1/parcels/{WAYBILL}"))["parcel"]["courier"]["phone"] == "13700137000"
    hotline.logistics.away = True
    degraded = await agent.json(f"/api/v1/parcels/{WAYBILL}")
    assert degraded["parcel"] is None and degraded["trouble"] and degraded["calls"]
    assert (await agent.get("/api/v1/parcels/x")).status_code == 400


async def test_the_screen_pop_has_the_callers_parcels_and_last_calls(hotline: RunningDesk) -> None:
    for number in range(8):
        await hotline.call(f"c-old-{number}")
        hotline.clock.go(minutes=5)
    agent = await on_call(hotline)
    case = await agent.json("/api/v1/calls/c-1/case")
    assert case["parcels"][0]["waybill"] == WAYBILL
    assert [call["call_id"] for call in case["last_calls"]] == [f"c-old-{number}" for number in (7, 6, 5, 4, 3)]


async def test_call_backs_count_down_and_go_when_they_are_done(hotline: RunningDesk) -> None:
    agent = await on_call(hotline)
    for order_id, kind, minutes in (("o-1", "message", 60), ("o-2", "call_back", 10)):
        data = {"order_id": order_id, "kind": kind, "waybill": WAYBILL}
        await hotline.event("work_order.opened", "c-1", data)
        due = (hotline.clock() + timedelta(minutes=minutes)).isoformat()
        await hotline.event("promise.made", "c-1", data | {"what": "回电", "due_at": due})
    await hotline.event("recording.ready", "c-1", {"seconds": 30.0})
    hotline.clock.go(minutes=15)
    queue = (await agent.json("/api/v1/callbacks"))["callbacks"]
    assert [(entry["order_id"], entry["left_s"]) for entry in queue] == [("o-2", -300), ("o-1", 2700)]
    assert queue[0]["voicemail"] is None and queue[1]["voicemail"]["seconds"] == 30.0
    assert queue[0]["caller"]["masked"] == "138****8000"
    other = await hotline.person("wang")
    hotline.recordings.add("c-1")
    assert (await other.get(queue[1]["voicemail"]["url"])).status_code == 200
    assert (await other.post("/api/v1/calls/c-1/notes", {"text": "已回电"})).status_code == 201
    await hotline.event("work_order.closed", "c-1", {"order_id": "o-2", "outcome": "已回电"})
    assert [entry["order_id"] for entry in (await agent.json("/api/v1/callbacks"))["callbacks"]] == ["o-1"]
