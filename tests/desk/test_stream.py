"""``GET /api/v1/events`` over a real connection: what comes live, what a reader missed, whose it is."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from desk.auth.roles import Role
from tests.desk.conftest import Browser, RunningDesk


class Stream:
    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> dict[str, Any]:
        """The next event; comments and the retry line are passed over."""
        frame: dict[str, str] = {}
        async with asyncio.timeout(5):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if not line and "data" in frame:
                    return {**json.loads(frame["data"]), "sse": (frame["id"], frame["event"])}
                if name:
                    frame[name] = value
        raise AssertionError("the stream ended")


@asynccontextmanager
async def streaming(browser: Browser, query: str = "", **headers: str) -> AsyncIterator[Stream]:
    async with browser.http.stream("GET", f"/api/v1/events?{query}", headers=headers) as response:
        assert response.status_code == 200 and response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)


async def test_live_then_resumed_without_a_gap(hotline: RunningDesk) -> None:
    chief = await hotline.person("chief", Role.SUPERVISOR)
    async with streaming(chief) as stream:
        first = await hotline.event("call.started", "c-1", {"caller": "13800138000", "called": "95000", "hotline": "m"})
        event = await stream.next()
        assert event["sse"] == (str(first), "call.started") and event["data"]["caller"] == "13800138000"
    await hotline.event("turn.caller", "c-1", {"text": "喂"})
    await hotline.event("call.ended", "c-1", {"cause": "done"})
    async with streaming(chief, **{"Last-Event-ID": str(first)}) as stream:
        await hotline.event("recording.ready", "c-1", {"seconds": 1.0})
        types = [(await stream.next())["type"] for _ in range(3)]
    assert types == ["turn.caller", "call.ended", "recording.ready"]


async def test_a_stream_ends_when_the_hotline_stops(hotline: RunningDesk) -> None:
    chief = await hotline.person("chief", Role.SUPERVISOR)
    async with chief.http.stream("GET", "/api/v1/events") as response:
        lines = response.aiter_lines()
        assert (await anext(lines)).startswith("retry")
        hotline.desk.let_go()
        async with asyncio.timeout(2):
            assert [line async for line in lines if line] == []


async def test_types_and_one_call(hotline: RunningDesk) -> None:
    chief = await hotline.person("chief", Role.SUPERVISOR)
    async with streaming(chief, "types=call.,agent.accepted&call_id=c-2&after=0") as stream:
        for call_id in ("c-1", "c-2"):
            await hotline.call(call_id)
            await hotline.event("turn.caller", call_id, {"text": "喂"})
            await hotline.event("agent.offered", call_id, {"agent": "a-1"})
            await hotline.event("agent.accepted", call_id, {"agent": "a-1"})
        events = [await stream.next() for _ in range(2)]
    assert [(event["call_id"], event["type"]) for event in events] == [
        ("c-2", "call.started"),
        ("c-2", "agent.accepted"),
    ]


async def test_an_agent_reads_its_own_calls_masked(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua")
    async with streaming(agent, "agent_id=somebody-else") as stream:
        await hotline.call("c-1")
        await hotline.event("agent.offered", "c-1", {"agent": "a-other", "phone": "13800138000"})
        await hotline.event("agent.offered", "c-1", {"agent": agent.account_id, "phone": "13800138000"})
        event = await stream.next()
    assert event["data"] == {"agent": agent.account_id, "phone": "138****8000"}


async def test_programs_read_with_a_key_and_bad_ids_are_refused(hotline: RunningDesk) -> None:
    _, key = await hotline.desk.keys.create("crm", Role.OPERATIONS)
    program = Browser(hotline.url)
    program.http.headers = httpx.Headers({"Authorization": f"Bearer {key}"})
    async with streaming(program, "after=0") as stream:
        await hotline.call("c-1")
        assert (await stream.next())["data"]["caller"] == "138****8000"
    for bad in ("x", "-1", "9" * 40, "1;drop"):
        assert (await program.get("/api/v1/events", **{"Last-Event-ID": bad})).status_code == 400
    assert (await Browser(hotline.url).get("/api/v1/events")).status_code == 401
