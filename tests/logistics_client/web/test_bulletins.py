"""Bulletins over HTTP: two people, and gone within a minute from every process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.bulletin_board import REFRESH_S, BulletinBoard
from logistics_client.bulletins import BulletinStore
from logistics_client.web import bulletin_router
from tests.logistics_client.moving_clock import NOON, MovingClock
from tests.logistics_client.web_server import require, served

AUTHOR, LEAD = {"x-test-person": "wang operations"}, {"x-test-person": "li supervisor"}
RAIN = {"cause": "武汉暴雨", "hub": "武汉中转场", "starts_at": (NOON - timedelta(hours=1)).isoformat()}
PATH = "/api/v1/bulletins"


@pytest.fixture
async def store(engine: AsyncEngine, clock: MovingClock) -> BulletinStore:
    store = BulletinStore(engine, clock=clock)
    await store.start()
    return store


@pytest.fixture
async def web(store: BulletinStore) -> AsyncIterator[httpx.AsyncClient]:
    async with served(bulletin_router(store, require)) as client:
        yield client


async def test_written_approved_heard_withdrawn(
    web: httpx.AsyncClient, store: BulletinStore, clock: MovingClock
) -> None:
    seconds = [0.0]
    board = BulletinBoard(store.live, clock=clock, monotonic=lambda: seconds[0])

    async def heard() -> list[str]:
        seconds[0] += REFRESH_S
        await board.current()
        await board.refreshed()
        return [bulletin.cause for bulletin in await board.current()]

    written = (await web.post(PATH, json=RAIN, headers=AUTHOR)).json()
    assert (written["state"], written["live"], written["author"]) == ("written", False, "wang")
    assert await heard() == []
    own = await web.post(f"{PATH}/{written['bulletin_id']}/approve", headers=AUTHOR)
    assert (own.status_code, own.json()["code"]) == (400, "own")
    approved = (await web.post(f"{PATH}/{written['bulletin_id']}/approve", headers=LEAD)).json()
    assert (approved["live"], approved["approver"]) == (True, "li")
    assert await heard() == ["武汉暴雨"]
    withdrawn = (await web.post(f"{PATH}/{written['bulletin_id']}/withdraw", headers=AUTHOR)).json()
    assert (withdrawn["state"], withdrawn["withdrawn_by"], withdrawn["live"]) == ("withdrawn", "wang", False)
    assert await heard() == []
    assert REFRESH_S * 2 < 60
    assert [row["state"] for row in (await web.get(PATH, headers=LEAD)).json()["bulletins"]] == ["withdrawn"]
    assert (await web.get(f"{PATH}?live=true", headers=LEAD)).json()["bulletins"] == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"cause": ""}, 400, "cause"),
        ({"hub": None}, 400, "no_place"),
        ({"province": "大西洋"}, 400, "province"),
        ({"ends_at": (NOON - timedelta(days=1)).isoformat()}, 400, "times"),
        ({"starts_at": "2026-11-22T12:00:00"}, 422, "invalid"),
        ({"approver": "li"}, 422, "invalid"),
    ],
)
async def test_what_misleads_is_refused_with_a_sentence(
    web: httpx.AsyncClient, change: dict[str, Any], status: int, code: str
) -> None:
    reply = await web.post(PATH, json={**RAIN, **change}, headers=AUTHOR)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert (await web.get(PATH, headers=LEAD)).json()["bulletins"] == []


async def test_agents_read_and_programs_write_but_people_approve(web: httpx.AsyncClient) -> None:
    agent, program = {"x-test-person": "zhang agent"}, {"x-test-person": "dispatch program"}
    assert (await web.post(PATH, json=RAIN, headers=agent)).status_code == 401
    written = (await web.post(PATH, json=RAIN, headers=program)).json()
    assert (await web.get(PATH, headers=agent)).status_code == 200
    refused = await web.post(f"{PATH}/{written['bulletin_id']}/approve", headers=program)
    assert (refused.status_code, refused.json()["code"]) == (403, "program")
    assert (await web.post(f"{PATH}/unknown/approve", headers=LEAD)).status_code == 404
