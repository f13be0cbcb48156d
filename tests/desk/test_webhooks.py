"""Signed webhooks to a real receiver: delivery, signature, retries, the log, and where they may not go."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response

from desk.auth.roles import Role
from desk.errors import BadRequest
from desk.partners.address import checked
from desk.partners.settings import PartnerSettings
from desk.partners.signing import is_good, signature
from tests.desk.conftest import Browser, RunningDesk, running, serving
from tests.desk.parcels import NOW

PRIVATE = PartnerSettings(private_webhooks=True)


class Receiver:
    """Another company's desktop."""

    def __init__(self) -> None:
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.arrived = asyncio.Event()
        self.app = FastAPI()
        self.app.add_api_route("/hook", self.take, methods=["POST"])

    async def take(self, request: Request) -> Response:
        self.taken.append((dict(request.headers), await request.body()))
        self.arrived.set()
        return Response(status_code=self.status)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.taken) < count:
                self.arrived.clear()
                await self.arrived.wait()


@asynccontextmanager
async def subscribed(
    tmp_path: Path, **body: Any
) -> AsyncIterator[tuple[RunningDesk, Receiver, Browser, dict[str, str]]]:
    receiver = Receiver()
    async with serving(receiver.app) as url, running(tmp_path, partners=PRIVATE) as hotline:
        admin = await hotline.person("boss", Role.ADMIN)
        made = await admin.post("/api/v1/webhooks", {"url": f"{url}/hook", **body})
        assert made.status_code == 201, made.text
        yield hotline, receiver, admin, made.json()


async def log_of(admin: Browser, hook: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await admin.json(f"/api/v1/webhooks/{hook['webhook_id']}/deliveries"))["deliveries"]
    return found


async def entry_where(admin: Browser, hook: dict[str, str], **wanted: object) -> dict[str, Any]:
    """The newest log entry once it has the wanted values; they are written after the receiver answered."""
    async with asyncio.timeout(5):
        while True:
            entry = (await log_of(admin, hook))[0]
            if wanted.items() <= entry.items():
                return entry


async def test_events_arrive_signed_masked_and_once(tmp_path: Path) -> None:
    async with subscribed(tmp_path, types=["call.", "agent.accepted"]) as (hotline, receiver, admin, hook):
        await hotline.call("c-1", "13800138000")
        await hotline.event("turn.caller", "c-1", {"text": "催一下"})
        await hotline.event("agent.accepted", "c-1", {"agent": "a-1"})
        await receiver.until(2)
        bodies = [json.loads(body) for _, body in receiver.taken]
        assert [body["type"] for body in bodies] == ["call.started", "agent.accepted"]
        assert bodies[0]["data"]["caller"] == "138****8000" and bodies[0]["call_id"] == "c-1"
        for headers, body in receiver.taken:
            assert headers["x-event-id"] == str(json.loads(body)["id"])
            assert is_good(hook["secret"], body, headers["x-signature"], hotline.clock())
            assert not is_good(hook["secret"], body + b" ", headers["x-signature"], hotline.clock())
        assert "secret" not in (await admin.get("/api/v1/webhooks")).text


async def test_whole_numbers_only_when_asked_for(tmp_path: Path) -> None:
    async with subscribed(tmp_path, numbers=True) as (hotline, receiver, _, _):
        await hotline.call("c-1", "13800138000")
        await receiver.until(1)
        assert json.loads(receiver.taken[0][1])["data"]["caller"] == "13800138000"


async def test_a_receiver_that_fails_is_tried_again_and_the_log_says_so(tmp_path: Path) -> None:
    async with subscribed(tmp_path) as (hotline, receiver, admin, hook):
        receiver.status = 500
        await hotline.call()
        await receiver.until(1)
        entry = await entry_where(admin, hook, attempts=1)
        assert (entry["state"], entry["status"], entry["error"]) == ("pending", 500, "HTTP 500")
        receiver.status = 200
        hotline.clock.go(seconds=6)
        await receiver.until(2)
        entry = await entry_where(admin, hook, state="sent")
        assert entry["attempts"] == 2
        first, second = (headers["x-event-id"] for headers, _ in receiver.taken)
        assert first == second


async def test_the_test_button_tells_how_it_went(tmp_path: Path) -> None:
    async with subscribed(tmp_path) as (_, receiver, admin, hook):
        path = f"/api/v1/webhooks/{hook['webhook_id']}"
        assert (await admin.post(f"{path}/test")).json() == {"ok": True, "status": 200, "error": None}
        assert json.loads(receiver.taken[0][1])["type"] == "test"
        receiver.status = 404
        assert (await admin.post(f"{path}/test")).json()["error"] == "HTTP 404"
        assert [entry["state"] for entry in await log_of(admin, hook)] == ["dead", "sent"]
        (dead, _) = await log_of(admin, hook)
        receiver.status = 200
        assert (await admin.post(f"{path}/deliveries/{dead['id']}/retry")).status_code == 200
        await receiver.until(3)
        assert (await admin.http.delete(path)).status_code == 200
        assert (await admin.post(f"{path}/test")).status_code == 404


async def test_what_happened_while_the_hotline_was_down_is_delivered(tmp_path: Path) -> None:
    receiver = Receiver()
    async with serving(receiver.app) as url:
        async with running(tmp_path, partners=PRIVATE) as hotline:
            admin = await hotline.person("boss", Role.ADMIN)
            receiver.status = 503
            await admin.post("/api/v1/webhooks", {"url": f"{url}/hook"})
            await hotline.call("c-1")
            await receiver.until(1)
        receiver.status = 200
        async with running(tmp_path, partners=PRIVATE) as again:
            again.clock.go(minutes=1)
            await receiver.until(2)
    assert receiver.taken[1][0]["x-event-id"] == receiver.taken[0][0]["x-event-id"]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/hook",
        "https://localhost/hook",
        "https://10.1.2.3/hook",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://0.0.0.0/",
        "https://100.64.0.1/",
        "http://93.184.216.34/hook",
        "ftp://93.184.216.34/",
        "https://user:pass@93.184.216.34/",
        "file:///etc/passwd",
        "https://93.184.216.34:99999/",
        "https:///nothing",
    ],
)
async def test_our_own_network_is_no_receiver(url: str) -> None:
    with pytest.raises(BadRequest):
        await checked(url, private=False)


async def test_a_public_address_is_held_to_its_number() -> None:
    address = await checked("https://93.184.216.34/hook?x=1", private=False)
    assert (address.url, address.host) == ("https://93.184.216.34:443/hook?x=1", "93.184.216.34")


async def test_unknown_types_and_private_addresses_are_refused_at_once(hotline: RunningDesk) -> None:
    admin = await hotline.person("boss", Role.ADMIN)
    for body in ({"url": "https://127.0.0.1/"}, {"url": "https://93.184.216.34/", "types": ["dialogue.state"]}):
        assert (await admin.post("/api/v1/webhooks", body)).status_code == 400


def test_a_signature_is_good_for_five_minutes() -> None:
    header = signature("s", b"{}", NOW)
    assert header.startswith(f"t={int(NOW.timestamp())},v1=")
    assert is_good("s", b"{}", header, NOW + timedelta(minutes=4))
    assert not is_good("s", b"{}", header, NOW + timedelta(minutes=6))
    assert not is_good("other", b"{}", header, NOW)
    assert not is_good("s", b"{}", "rubbish", NOW)
