"""What every answer carries, and what is refused before anybody looks at it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from desk.auth.roles import Role
from desk.static import Pages
from tests.desk.conftest import RunningDesk, serving

MISSING = {"/desk/", "/desk/calls/c-1", "/embed/desk"}


async def test_security_headers_are_on_every_answer(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua")
    for path in ("/desk/", "/api/v1/calls", "/api/v1/calls/none", "/api/v1/session/options", "/embed/desk"):
        headers = (await agent.get(path)).headers
        assert "script-src 'self'" in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
        assert "unsafe-eval" not in headers["content-security-policy"]
    assert (await agent.get("/api/v1/calls")).headers["cache-control"] == "no-store"


async def test_large_and_hostile_bodies_are_refused_in_one_sentence(hotline: RunningDesk) -> None:
    agent = await hotline.person("lihua")
    await hotline.call()

    async def send(content: bytes) -> httpx.Response:
        headers = {"Content-Type": "application/json"}
        return await agent.http.post("/api/v1/calls/c-1/notes", content=content, headers=headers)

    async def chunks() -> object:
        for _ in range(40):
            yield b"x" * 20_000

    assert (await send(b'{"text":"' + b"a" * 1_000_000 + b'"}')).status_code == 413
    streamed = await agent.http.post("/api/v1/calls/c-1/notes", content=chunks())  # type: ignore[arg-type]
    assert streamed.status_code == 413
    for content in (
        b"",
        b"null",
        b"[" * 50_000,
        b'{"text": 7}',
        b'{"text": ""}',
        b"\xff\xfe",
        b'{"text":"' + b"a" * 9000,
    ):
        answer = await send(content)
        assert answer.status_code in (400, 422), content[:20]
        assert answer.json()["error"].endswith("。") and "aaaa" not in answer.text
    hostile = {"text": "x", "<script>": "y"}
    assert "<script>" not in (await agent.post("/api/v1/calls/c-1/summary", hostile)).text


async def test_a_hostile_name_stays_text(hotline: RunningDesk) -> None:
    admin = await hotline.person("boss", Role.ADMIN)
    body = {"name": "mallory", "display": "<script>alert(1)</script>"}
    made = await admin.post("/api/v1/accounts", body)
    assert made.json()["account"]["display"] == body["display"]
    assert made.headers["content-type"] == "application/json"
    assert (await admin.post("/api/v1/accounts", {**body, "name": "<b>"})).status_code == 400


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><div id=app></div>", encoding="utf-8")
    (tmp_path / "assets" / "app-1a2b.js").write_text("export {}", encoding="utf-8")
    (tmp_path.parent / "secret.txt").write_text("secret", encoding="utf-8")
    return tmp_path


async def test_the_built_desk_is_served_and_nothing_beside_it(dist: Path) -> None:
    app = FastAPI()
    app.include_router(Pages(("https://crm.example.com",), dist=dist).router())
    async with serving(app) as url, httpx.AsyncClient(verify=False, base_url=url) as client:
        for path in MISSING:
            assert "id=app" in (await client.get(path)).text, path
        script = await client.get("/desk/assets/app-1a2b.js")
        assert "immutable" in script.headers["cache-control"] and "javascript" in script.headers["content-type"]
        assert (await client.get("/desk/assets/none.js")).status_code == 404
        for path in ("/desk/%2e%2e/secret.txt", "/desk/..%2fsecret.txt", "/desk//etc/passwd", "/desk/%00"):
            assert "secret" not in (await client.get(path)).text and "root:" not in (await client.get(path)).text
        assert (await client.get("/desk?x=1")).headers["location"] == "/desk/?x=1"
        embedded = await client.get("/embed/desk")
        assert "frame-ancestors 'self' https://crm.example.com" in embedded.headers["content-security-policy"]
        assert "x-frame-options" not in embedded.headers
        assert (await client.get("/desk/")).headers["x-frame-options"] == "DENY"


async def test_a_desk_that_is_not_built_says_so(tmp_path: Path) -> None:
    app = FastAPI()
    app.include_router(Pages(dist=tmp_path).router())
    async with serving(app) as url, httpx.AsyncClient(verify=False, base_url=url) as client:
        answer = await client.get("/desk/")
    assert answer.status_code == 503 and "正在构建" in answer.text and "Node" in answer.text


async def test_openapi_describes_the_desk(hotline: RunningDesk) -> None:
    app = FastAPI(openapi_url="/api/v1/openapi.json")
    for router in hotline.desk.routers:
        app.include_router(router)
    paths = json.loads(json.dumps(app.openapi()))["paths"]
    assert {"/api/v1/calls", "/api/v1/calls/{call_id}", "/api/v1/events", "/api/v1/agents/me/state"} <= set(paths)
