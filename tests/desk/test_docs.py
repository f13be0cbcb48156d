"""The examples of ``docs/desk_api.md`` run as they stand there."""

from __future__ import annotations

import asyncio
import json
import re
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from desk.auth.roles import Role
from desk.partners.settings import PartnerSettings
from logistics_client.clock import CHINA
from tests.desk.conftest import RunningDesk, running, serving

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "desk_api.md").read_text(encoding="utf-8")


def example(name: str) -> str:
    """The fenced block whose first line names it."""
    found: list[str] = [block for block in re.findall(r"```\w+\n(.*?)```", DOCS, re.S) if f"example: {name}" in block]
    assert len(found) == 1, name
    return found[0]


async def test_the_webhook_receiver_takes_what_the_hotline_sends_and_nothing_else(tmp_path: Path) -> None:
    taken: list[dict[str, Any]] = []
    names: dict[str, Any] = {"SECRET": "", "handle": taken.append, "__name__": "receiver"}
    exec(compile(example("webhook receiver"), "docs/desk_api.md", "exec"), names)
    settings = PartnerSettings(private_webhooks=True)
    async with serving(names["app"]) as url, running(tmp_path, partners=settings) as hotline:
        hotline.clock.now = datetime.fromtimestamp(time.time(), CHINA)  # the receiver looks at its own clock
        admin = await hotline.person("boss", Role.ADMIN)
        made = (await admin.post("/api/v1/webhooks", {"url": f"{url}/hook"})).json()
        names["SECRET"] = made["secret"]
        tested = await admin.post(f"/api/v1/webhooks/{made['webhook_id']}/test")
        assert tested.json()["ok"] is True and [event["type"] for event in taken] == ["test"]
        async with httpx.AsyncClient(verify=False) as forger:
            headers = {"X-Signature": f"t={int(time.time())},v1={'0' * 64}", "X-Event-Id": "1"}
            assert (await forger.post(f"{url}/hook", content=b"{}", headers=headers)).status_code == 401
    assert len(taken) == 1


async def test_the_stream_reader_reads(hotline: RunningDesk) -> None:
    names: dict[str, Any] = {"__name__": "reader"}
    exec(compile(example("event stream"), "docs/desk_api.md", "exec"), names)
    _, key = await hotline.desk.keys.create("wallboard", Role.OPERATIONS)
    await hotline.call("c-1")
    await hotline.event("call.ended", "c-1", {"cause": "done"})

    def read() -> list[dict[str, Any]]:
        events = names["follow"](hotline.url, key, after="0")
        return [next(events), next(events)]

    events = await asyncio.to_thread(read)
    assert [event["type"] for event in events] == ["call.started", "call.ended"]


def test_the_pop_up_example_is_accepted() -> None:
    template = yaml.safe_load(example("pop-up address"))["pop_url"]
    assert PartnerSettings(pop_urls={"main": template}, pop_hosts=("crm.example.com",)).pop_urls["main"] == template


def test_every_route_of_the_text_exists(tmp_path: Path) -> None:
    """Addresses in the text are those of the application."""

    async def paths() -> set[str]:
        async with running(tmp_path) as hotline:
            return {getattr(route, "path", "") for router in hotline.desk.routers for route in router.routes}

    known = {re.sub(r"\{\w+\}", "{}", path) for path in asyncio.run(paths())}
    named = {re.sub(r"\{[^}]*\}", "{}", path) for path in re.findall(r"/api/v1/[a-z0-9/{}_-]+", DOCS)}
    # The application itself; only when configured; what touches a call's sound.
    elsewhere = {"/api/v1/openapi", "/api/v1/oidc/start", "/api/v1/calls/{}/media"}
    assert {path for path in named if path not in elsewhere} <= known, named - known


async def test_the_json_of_the_text_has_the_fields_that_are_answered(hotline: RunningDesk) -> None:
    refusal, calls = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", DOCS, re.S))
    agent = await hotline.person("lili")
    await hotline.call("c-1")
    await hotline.event("agent.accepted", "c-1", {"agent": agent.account_id})
    answered = await agent.json("/api/v1/calls")
    assert answered.keys() == calls.keys() and answered["calls"][0].keys() == calls["calls"][0].keys()
    assert answered["calls"][0]["agent"].keys() == calls["calls"][0]["agent"].keys()
    assert answered["calls"][0]["caller"].keys() == calls["calls"][0]["caller"].keys()
    refused = await agent.post("/api/v1/calls/c-unknown/hangup")
    assert refused.status_code == 404 and refused.json().keys() == refusal.keys()
