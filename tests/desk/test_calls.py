"""Lists and single calls over HTTP, from ledger events alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from desk.auth.roles import Role
from tests.desk.conftest import Browser, RunningDesk
from tests.desk.parcels import WAYBILL

CARD: dict[str, object] = {
    "request": "催派",
    "processes": [{"label": "已触发", "text": "网点催派流程(15分钟前)", "turn": 2, "confidence": 1.0}],
    "notes": ["地址是老小区,无电梯"],
    "trace": [],
    "promises": [],
    "emotion": "着急",
    "unconfirmed": [],
    "next_steps": ["告知催派进度"],
    "identity": "可告知",
    "intent": "urge_delivery",
    "waybill": WAYBILL,
    "whisper": "尾号6386,催派",
}


async def transferred(hotline: RunningDesk, agent: str, call_id: str = "c-1") -> str:
    """A whole call that ended with a person."""
    await hotline.call(call_id)
    await hotline.event("turn.bot", call_id, {"text": "您好", "start_ms": 0, "end_ms": 900})
    await hotline.event("turn.caller", call_id, {"text": "催一下", "turn": 1, "start_ms": 1500, "end_ms": 2100})
    await hotline.event("intent", call_id, {"intents": ["affirm", "urge_delivery"], "emotion": "anxious"})
    order = {"order_id": "o-1", "kind": "urge_delivery", "waybill": WAYBILL}
    await hotline.event("work_order.opened", call_id, order)
    due = (hotline.clock() + timedelta(minutes=30)).isoformat()
    await hotline.event("promise.made", call_id, order | {"what": "网点联系您", "due_at": due})
    await hotline.event("transfer.requested", call_id, {"reason": "asked", "skill": "general", "card": CARD})
    await hotline.event("agent.offered", call_id, {"agent": "a-other", "offer_id": "f-1"})
    hotline.clock.go(seconds=20)
    await hotline.event("agent.no_answer", call_id, {"agent": "a-other", "name": "小王", "outcome": "no_answer"})
    await hotline.event("agent.offered", call_id, {"agent": agent, "offer_id": "f-2"})
    hotline.clock.go(seconds=4)
    await hotline.event("agent.accepted", call_id, {"agent": agent})
    await hotline.event("transfer.bridged", call_id, {"agent": agent})
    await hotline.event("turn.agent", call_id, {"text": "您好我来处理", "start_ms": 30000, "end_ms": 32000})
    await hotline.event("call.ended", call_id, {"cause": "remote_hangup", "who": "caller", "seconds": 61.5})
    await hotline.event("recording.ready", call_id, {"seconds": 61.5})
    return call_id


async def test_a_transferred_call_is_told_whole(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua")
    call = await agent.json(f"/api/v1/calls/{await transferred(hotline, agent.account_id)}")
    assert call["outcome"] == "transferred" and call["agent"]["name"] == "lihua的名字"
    assert call["caller"] == {"masked": "138****8000", "place": "", "class": "receiver"}
    assert [turn["who"] for turn in call["turns"]] == ["bot", "caller", "agent"]
    assert [(attempt["outcome"], attempt["seconds"]) for attempt in call["transfers"]] == [
        ("no_answer", 20.0),
        ("accepted", 4.0),
    ]
    assert call["transfers"][1]["waited_s"] == 24.0 and call["transfers"][0]["agent"]["name"] == "小王"
    (order,) = call["work_orders"]
    assert (order["label"], order["promise"], order["by"]) == ("催派", "made", "bot")
    assert call["card"]["notes"][0]["text"] == "地址是老小区,无电梯"
    assert call["card"]["line"] == "用户诉求:催派;已触发:网点催派流程(15分钟前);补充信息:地址是老小区,无电梯"
    assert call["summary"]["draft"] and call["summary"]["category"] == ["催促", "派送", "催派"]
    assert call["recording"]["url"] == "/api/v1/calls/c-1/recording"
    assert "13800138000" not in str(call)


OUTCOMES: tuple[tuple[list[tuple[str, dict[str, object]]], str], ...] = (
    ([], "live"),
    ([("call.ended", {"cause": "done", "who": "hotline"})], "contained"),
    ([("survey", {"solved": False}), ("call.ended", {"cause": "done", "who": "hotline"})], "failed"),
    ([("call.ended", {"cause": "error", "who": "hotline"})], "failed"),
    ([("transfer.requested", {}), ("call.ended", {"cause": "remote_hangup", "who": "caller"})], "abandoned"),
    (
        [
            ("transfer.requested", {}),
            ("work_order.opened", {"order_id": "o-9", "kind": "call_back"}),
            ("call.ended", {"cause": "remote_hangup", "who": "caller"}),
        ],
        "contained",
    ),
    ([("transfer.requested", {}), ("transfer.bridged", {"agent": "a-1"})], "live"),
)


async def test_outcomes(hotline: RunningDesk) -> None:
    leader = await hotline.person("chief", Role.SUPERVISOR)
    for number, (events, _) in enumerate(OUTCOMES):
        hotline.clock.go(seconds=1)
        await hotline.call(f"c-{number}")
        for type_, data in events:
            await hotline.event(type_, f"c-{number}", data)
    rows = (await leader.json("/api/v1/calls"))["calls"]
    assert [row["outcome"] for row in reversed(rows)] == [outcome for _, outcome in OUTCOMES]


async def test_lists_filter_and_page(hotline: RunningDesk) -> None:
    leader = await hotline.person("chief", Role.SUPERVISOR)
    for number in range(7):
        hotline.clock.go(minutes=1)
        await hotline.call(f"c-{number}", f"1380013800{number}")
        await hotline.event("intent", f"c-{number}", {"intents": ["lost" if number % 2 else "track"]})
    seen, before = [], ""
    while True:
        page = await leader.json(f"/api/v1/calls?limit=3&before={before}")
        seen += [row["call_id"] for row in page["calls"]]
        if not (before := page["next"]):
            break
    assert seen == [f"c-{number}" for number in range(6, -1, -1)]

    async def ids(query: str) -> list[str]:
        return [row["call_id"] for row in (await leader.json(f"/api/v1/calls?{query}"))["calls"]]

    assert await ids("intent=lost") == ["c-5", "c-3", "c-1"]
    assert await ids("number=8004") == ["c-4"]
    assert await ids("number=%2B8613800138004") == ["c-4"]
    assert await ids("outcome=contained") == []
    since = (hotline.clock() - timedelta(seconds=90)).isoformat().replace("+", "%2B")
    assert await ids(f"since={since}") == ["c-6", "c-5"]
    for bad in ("before=xx", "number=12", "outcome=perfect", "since=2026-11-22T00:00:00", "since=yesterday"):
        answer = await leader.get(f"/api/v1/calls?{bad}")
        assert answer.status_code in (400, 422) and answer.json()["error"], bad


async def test_agents_list_their_own_calls_and_any_call_of_one_customer(hotline: RunningDesk) -> None:
    agent, other = await hotline.person("lihua"), await hotline.person("wang")
    await transferred(hotline, agent.account_id)

    async def ids(browser: Browser, query: str = "") -> list[str]:
        return [row["call_id"] for row in (await browser.json(f"/api/v1/calls?{query}"))["calls"]]

    assert await ids(agent) == ["c-1"] and await ids(other) == []
    assert await ids(other, "number=13800138000") == ["c-1"]
    assert await ids(other, f"waybill={WAYBILL}") == ["c-1"]
    assert (await other.get(f"/api/v1/calls?agent={agent.account_id}")).status_code == 400


async def test_whole_numbers_are_for_those_who_lead(hotline: RunningDesk) -> None:
    people = {role: await hotline.person(f"{role.value}1", role) for role in Role}
    await transferred(hotline, people[Role.AGENT].account_id)
    shown = {role: "13800138000" in (await who.get("/api/v1/calls/c-1")).text for role, who in people.items()}
    assert shown == {Role.AGENT: False, Role.OPERATIONS: False, Role.SUPERVISOR: True, Role.ADMIN: True}


async def test_anonymous_callers_are_named_so(hotline: RunningDesk) -> None:
    leader = await hotline.person("chief", Role.SUPERVISOR)
    await hotline.call("c-1", None)
    assert (await leader.json("/api/v1/calls/c-1"))["caller"]["masked"] == "未知号码"


async def test_forged_ids_are_not_found(hotline: RunningDesk) -> None:
    leader = await hotline.person("chief", Role.SUPERVISOR)
    for call_id in ("c-unknown", "..%2F..%2Fetc", "a" * 300, "%00", "<script>", "agent:a-1"):
        for path in ("", "/recording", "/peaks", "/case"):
            assert (await leader.get(f"/api/v1/calls/{call_id}{path}")).status_code == 404, (call_id, path)


async def test_a_correction_is_kept_marked_and_not_lost_to_a_colleague(hotline: RunningDesk) -> None:
    agent, other = await hotline.person("lihua"), await hotline.person("wang")
    await transferred(hotline, agent.account_id)
    path = "/api/v1/calls/c-1/card"
    assert (await other.post(path, {"field": "request", "after": "x"})).status_code == 403
    done = await agent.post(path, {"field": "request", "before": "催派", "after": "改址"})
    assert done.json()["card"]["request"] == "改址"
    stale = await agent.post(path, {"field": "request", "before": "催派", "after": "拦截"})
    assert (stale.status_code, stale.json()["code"]) == (409, "changed_meanwhile")
    assert (await agent.post(path, {"field": "notes.0", "after": "有电梯"})).status_code == 200
    assert (await agent.post(path, {"field": "notes.7", "after": "x"})).status_code == 404
    assert (await agent.post(path, {"field": "promises.0", "after": "x"})).status_code == 400
    call = await agent.json("/api/v1/calls/c-1")
    mark = call["card"]["corrected"]["request"]
    assert (mark["before"], mark["after"], mark["by"]) == ("催派", "改址", agent.account_id)
    assert call["card"]["notes"][0]["text"] == "有电梯"
    assert [(entry["field"], entry["by"]["name"]) for entry in call["corrections"]] == [
        ("request", "lihua的名字"),
        ("notes.0", "lihua的名字"),
    ]


async def test_notes_and_summary(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua")
    await transferred(hotline, agent.account_id)
    hostile = "<img src=x onerror=alert(1)>"
    assert (await agent.post("/api/v1/calls/c-1/notes", {"text": hostile})).status_code == 201
    summary = {"category": ["催促", "派送", "催派"], "result": "已催网点", "solved": True}
    assert (await agent.post("/api/v1/calls/c-1/summary", summary)).status_code == 200
    wrong = await agent.post("/api/v1/calls/c-1/summary", summary | {"category": ["催促", "派送", "没有"]})
    assert wrong.status_code == 400
    answer = await agent.get("/api/v1/calls/c-1")
    assert answer.headers["content-type"] == "application/json"
    call = answer.json()
    assert call["notes"][0]["text"] == hostile and call["summary"]["result"] == "已催网点"
    assert call["summarised"] is True and "draft" not in call["summary"]


async def test_every_listen_is_written_once(hotline: RunningDesk) -> None:
    agent, other = await hotline.person("lihua"), await hotline.person("wang")
    await transferred(hotline, agent.account_id)
    path = "/api/v1/calls/c-1/recording"
    assert (await agent.get(path)).status_code == 404
    hotline.recordings.add("c-1")
    whole = await agent.get(path)
    assert whole.status_code == 200 and whole.headers["content-type"] == "audio/wav"
    part = await agent.get(path, Range="bytes=1000-1999")
    assert (part.status_code, len(part.content)) == (206, 1000) and part.content == whole.content[1000:2000]
    assert (await agent.get(path, Range="bytes=99999999-")).status_code == 416
    assert (await other.get(path)).status_code == 403
    peaks = await agent.json("/api/v1/calls/c-1/peaks?buckets=100")
    assert len(peaks["caller"]) == 100

    async def listens() -> list[Any]:
        return [e.event.data for e in await hotline.ledger.read("c-1") if e.event.type == "recording.listened"]

    assert [listen["by"] for listen in await listens()] == [agent.account_id]
    hotline.clock.go(minutes=11)
    await agent.get(path, Range="bytes=500-")
    assert len(await listens()) == 2


async def test_lists_can_be_built_again(hotline: RunningDesk) -> None:
    admin = await hotline.person("boss", Role.ADMIN)
    await transferred(hotline, "a-1")
    before = await admin.json("/api/v1/calls")
    assert (await admin.post("/api/v1/calls/rebuild")).status_code == 202
    assert await admin.json("/api/v1/calls") == before
