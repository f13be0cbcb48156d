"""The agent's WebSocket and the verbs over REST, against a real server."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from desk.auth.roles import Role
from tests.desk.conftest import Browser, RunningDesk


def offer(call_id: str = "c-1", offer_id: str = "f-1") -> dict[str, object]:
    caller = {"masked": "138****8000", "number": "13800138000", "place": "郑州", "class": "receiver", "role": "收件人"}
    return {"type": "offer", "offer_id": offer_id, "call_id": call_id, "ring_s": 20, "caller": caller, "card": {}}


async def ringing(hotline: RunningDesk, agent: Browser, call_id: str = "c-1") -> None:
    await hotline.call(call_id)
    await hotline.event("agent.offered", call_id, {"agent": agent.account_id, "offer_id": "f-1"})


async def talking(hotline: RunningDesk, agent: Browser, call_id: str = "c-1") -> None:
    await ringing(hotline, agent, call_id)
    await hotline.event("agent.accepted", call_id, {"agent": agent.account_id})


async def test_hello_then_offer_before_the_floor_goes_on(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua", skills=("理赔",))
    async with agent.desk() as page:
        hello = await page.next("hello")
        assert hello["agent"] == {
            "id": agent.account_id,
            "name": "lihua的名字",
            "role": "agent",
            "skills": ["理赔"],
        }
        hotline.floor.show(agent.account_id, offer())
        shown = await page.next("offer")
        assert shown["caller"]["number"] == "138****8000"
        await page.ask(type="ping")
        assert hotline.floor.shown == ["f-1"]
    await asyncio.wait_for(hotline.floor.left.wait(), 5)
    assert hotline.floor.states[agent.account_id] == "offline"


async def test_events_of_ones_own_calls_only_each_once(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua")
    async with agent.desk() as page:
        await page.next("hello")
        hotline.floor.show(agent.account_id, offer())
        await page.next("offer")
        await hotline.call("c-2", "13900139000")
        await hotline.call("c-1")
        await hotline.event("dialogue.state", "c-1", {"state": "secret"})
        turn = await hotline.event("turn.caller", "c-1", {"text": "<script>alert(1)</script>", "turn": 1})
        hotline.floor.show(agent.account_id, {"type": "event", "event": {"id": turn, "type": "turn.caller"}})
        await hotline.event("call.ended", "c-1", {"cause": "done"})
        await page.until(lambda message: message["type"] == "event" and message["event"]["type"] == "call.ended")
    events = [message["event"] for message in page.messages if message["type"] == "event"]
    assert [event["type"] for event in events] == ["call.started", "turn.caller", "call.ended"]
    assert events[0]["data"]["caller"] == "138****8000"
    assert events[1]["data"]["text"] == "<script>alert(1)</script>"


async def test_what_the_page_asks_reaches_the_floor_and_is_answered(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua")
    async with agent.desk() as page:
        await page.next("hello")
        assert (await page.ask(type="state", state="rest", reason="就餐"))["type"] == "done"
        assert (await page.ask(type="keys", call_id="c-1", digits="12#"))["type"] == "done"
        gone = await page.ask(type="hold", call_id="c-gone")
        assert gone["type"] == "error" and gone["error"].startswith("这通电话已经结束")
    assert hotline.floor.asked[0] == (agent.account_id, {"type": "state", "state": "rest", "reason": "就餐"})


async def test_hanging_up_does_not_wait_behind_a_slow_transfer(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua")
    hotline.floor.slow = asyncio.Event()
    async with agent.desk() as page:
        await page.next("hello")
        await page.socket.send(json.dumps({"type": "transfer", "call_id": "c-1", "target": "理赔", "request": 1}))
        assert (await page.ask(type="hangup", call_id="c-1"))["type"] == "done"
        hotline.floor.slow.set()
        assert (await page.until(lambda message: message.get("request") == 1))["type"] == "done"


BAD_FRAMES: tuple[str | bytes, ...] = (
    "not json",
    "[]",
    '"text"',
    "{}",
    '{"type": 7}',
    '{"type": "explode"}',
    '{"type": "hold"}',
    '{"type": "hold", "call_id": {"a": 1}}',
    '{"type": "hold", "call_id": "c-1; drop table events"}',
    '{"type": "keys", "call_id": "c-1", "digits": "rm -rf"}',
    '{"type": "state", "state": "offline"}',
    '{"type": "dial", "number": "sip:evil@example.com"}',
    '{"type": "transfer", "call_id": "c-1", "target": "' + "x" * 300 + '"}',
    "[" * 5000,
    '{"type":"ping","x":"' + "a" * 70_000 + '"}',
    "{" + "好" * 30_000 + "}",
    b"\x00\xff\xfe",
    "x" * 1_000_000,
)


async def test_a_bad_frame_is_answered_and_the_page_stays(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua")
    async with agent.desk() as page:
        await page.next("hello")
        for raw in BAD_FRAMES:
            await page.socket.send(raw)
            assert (await page.next("error"))["error"].endswith("。"), raw[:60]
            assert (await page.ask(type="ping"))["type"] == "done", raw[:60]
    assert hotline.floor.asked == []


async def test_who_may_not_connect(hotline: RunningDesk) -> None:
    agent, clerk = await hotline.person("lihua"), await hotline.person("clerk", Role.OPERATIONS)
    address = hotline.url.replace("http", "ws", 1) + "/api/v1/desk"
    for headers, status in [
        ({}, 401),
        ({"Cookie": "hotline-session=forged"}, 401),
        ({"Cookie": agent.cookie, "Origin": "https://evil.example"}, 403),
        ({"Cookie": agent.cookie}, 403),
        ({"Cookie": clerk.cookie, "Origin": hotline.url}, 403),
    ]:
        with pytest.raises(InvalidStatus) as refused:
            async with connect(address, additional_headers=headers):
                pass
        assert refused.value.response.status_code == status, headers
        assert "error" in json.loads(refused.value.response.body or b"{}")


async def test_the_desk_closes_when_the_session_is_revoked(hotline: RunningDesk) -> None:
    agent, admin = await hotline.person("lihua"), await hotline.person("boss", Role.ADMIN)
    async with agent.desk() as page:
        await page.next("hello")
        await admin.post(f"/api/v1/accounts/{agent.account_id}/sign-out")
        with pytest.raises(ConnectionClosed) as closed:
            await page.next("nothing")
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


async def test_only_supervisors_supervise(hotline: RunningDesk) -> None:
    for name, role, answer in (("lihua", Role.AGENT, "error"), ("chief", Role.SUPERVISOR, "done")):
        browser = await hotline.person(name, role)
        async with browser.desk() as page:
            await page.next("hello")
            assert (await page.ask(type="supervise", call_id="c-1", stance="listen"))["type"] == answer


async def test_dialling_looks_the_number_up_and_never_shows_it(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua")
    await hotline.call("c-1", "13800138000")
    await hotline.call("c-2", None)
    async with agent.desk() as page:
        await page.next("hello")
        assert (await page.ask(type="dial", call_id="c-1"))["type"] == "done"
        assert (await page.ask(type="dial", waybill="YQ8850024166386", to="courier"))["type"] == "done"
        hidden = await page.ask(type="dial", call_id="c-2")
        assert hidden["type"] == "error" and "没有来电号码" in hidden["error"]
        assert (await page.ask(type="dial"))["type"] == "error"
    assert [message["number"] for _, message in hotline.floor.asked] == ["13800138000", "13700137000"]
    assert "13800138000" not in json.dumps(page.messages)


async def test_verbs_become_commands_with_the_agents_name(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua")
    await talking(hotline, agent)
    await hotline.own("c-1")
    for verb in ("hold", "resume", "hangup"):
        assert (await agent.post(f"/api/v1/calls/c-1/{verb}")).status_code == 200, verb
    assert (await agent.post("/api/v1/calls/c-1/transfer", {"target": "理赔"})).status_code == 200
    assert [(command.verb, command.by) for command in hotline.commands] == [
        ("hold", agent.account_id),
        ("resume", agent.account_id),
        ("hangup", agent.account_id),
        ("transfer", agent.account_id),
    ]
    assert hotline.commands[3].arguments == {"target": "理赔"}
    hotline.refuse.append("transfer")
    refused = await agent.post("/api/v1/calls/c-1/transfer", {"target": "理赔"})
    assert (refused.status_code, refused.json()["error"]) == (409, "现在不能转接。")


async def test_one_acts_on_ones_own_calls_only(hotline: RunningDesk) -> None:
    agent, other = await hotline.person("lihua"), await hotline.person("wang")
    chief, clerk = await hotline.person("chief", Role.SUPERVISOR), await hotline.person("clerk", Role.OPERATIONS)
    await ringing(hotline, agent)
    await hotline.own("c-1")

    async def status(browser: Browser, verb: str, call_id: str = "c-1") -> int:
        return (await browser.post(f"/api/v1/calls/{call_id}/{verb}")).status_code

    assert await status(other, "answer") == 403 and await status(agent, "hold") == 403
    assert await status(agent, "answer") == 200
    assert hotline.floor.asked == [(agent.account_id, {"type": "answer", "call_id": "c-1"})]
    await hotline.event("agent.accepted", "c-1", {"agent": agent.account_id})
    assert await status(other, "hangup") == 403 and await status(clerk, "hangup") == 403
    assert await status(chief, "hold") == 200 and await status(chief, "decline") == 403
    assert await status(agent, "hold", "c-unknown") == 404
    await hotline.event("call.ended", "c-1", {"cause": "done"})
    over = await agent.post("/api/v1/calls/c-1/hold")
    assert (over.status_code, over.json()["error"]) == (409, "这通电话已经结束。")


async def test_a_call_whose_process_is_gone_is_a_conflict_and_not_a_hang(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua")
    await talking(hotline, agent)
    answer = await agent.post("/api/v1/calls/c-1/hold")
    assert answer.status_code == 409 and "已经结束" in answer.json()["error"]


async def test_states_over_rest(hotline: RunningDesk) -> None:
    agent, chief = await hotline.person("lihua"), await hotline.person("chief", Role.SUPERVISOR)
    assert (await agent.post("/api/v1/agents/me/state", {"state": "idle"})).status_code == 409
    async with agent.desk() as page:
        await page.next("hello")
        assert (await agent.post("/api/v1/agents/me/state", {"state": "rest", "reason": "就餐"})).status_code == 200
        assert (await agent.post("/api/v1/agents/me/state", {"state": "talking"})).status_code == 400
        assert (await agent.post(f"/api/v1/agents/{agent.account_id}/state", {"state": "busy"})).status_code == 403
        assert (await chief.post(f"/api/v1/agents/{agent.account_id}/state", {"state": "busy"})).status_code == 200
        assert (await agent.json("/api/v1/agents"))["agents"] == [{"id": agent.account_id, "state": "busy"}]
        assert (await agent.json("/api/v1/queue"))["queue"][0]["caller"]["number"] == "138****8000"


async def test_the_page_is_reminded_once_of_a_promise(hotline: RunningDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.live.socket.REMIND_S", 0.01)
    agent = await hotline.person("lihua")
    await talking(hotline, agent)
    due = (hotline.clock() + timedelta(hours=1)).isoformat()
    await hotline.event("promise.made", "c-1", {"id": "p-1", "agent": agent.account_id, "what": "回电", "due_at": due})
    async with agent.desk() as page:
        assert [promise["state"] for promise in (await page.next("hello"))["promises"]] == ["made"]
        hotline.clock.go(minutes=55)
        assert (await page.next("promise"))["state"] == "due_soon"
        hotline.clock.go(minutes=10)
        await hotline.desk.promises.note_missed()
        assert (await page.next("promise"))["state"] == "missed"
        await page.ask(type="ping")
    assert [message["state"] for message in page.messages if message["type"] == "promise"] == ["due_soon", "missed"]


async def test_promises_are_offered_made_due_and_missed(hotline: RunningDesk) -> None:
    agent, other = await hotline.person("lihua"), await hotline.person("wang")
    await talking(hotline, agent)
    async with agent.desk() as page:
        await page.next("hello")
        due = (hotline.clock() + timedelta(hours=1)).isoformat()
        data = {"id": "p-1", "agent": agent.account_id, "what": "一小时内回电", "due_at": due}
        await hotline.event("promise.offered", "c-1", data)
        assert (await page.next("promise"))["state"] == "offered"
        made = await page.ask(type="promise", id="p-1", decision="made")
        assert made["promise"]["state"] == "made"
        assert (await page.ask(type="promise", id="p-1", decision="dropped"))["type"] == "error"
        assert (await page.ask(type="promise", id="p-none", decision="made"))["type"] == "error"
    assert (await other.post("/api/v1/promises/p-1", {"decision": "kept"})).status_code == 403
    hotline.clock.go(minutes=55)
    (promise,) = (await agent.json("/api/v1/promises"))["promises"]
    assert promise["state"] == "due_soon"
    hotline.clock.go(minutes=10)
    assert await hotline.desk.promises.note_missed() == 1
    assert await hotline.desk.promises.note_missed() == 0
    assert (await agent.json("/api/v1/promises"))["promises"][0]["state"] == "missed"
    assert (await agent.post("/api/v1/promises/p-1", {"decision": "kept"})).json()["promise"]["state"] == "kept"
