"""Who may ask a softphone's routes from another origin, and what the browser is told about it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from desk.errors import Conflict
from desk.http.cross_origin import Pages, check_origin, cross_origin_router, preflight
from desk.static import Pages as StaticPages
from voice.config import ConfigError, load_settings
from voice.desk_room import media_address, media_origins

OTHER = "https://two.example.com:8443"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    router = cross_origin_router(Pages("https://desk.example.com/", (OTHER,)))

    async def media(refuse: bool = False) -> dict[str, bool]:
        if refuse:
            raise Conflict("振铃已结束。")
        return {"taken": True}

    router.add_api_route("/media", media, methods=["POST"])
    router.add_api_route("/media", preflight, methods=["OPTIONS"])
    app = FastAPI()
    app.include_router(router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://one.example.com") as client:
        yield client


@pytest.mark.parametrize("origin", ["https://desk.example.com", OTHER, "https://one.example.com"])
async def test_our_own_pages_are_answered_wherever_they_come_from(http: httpx.AsyncClient, origin: str) -> None:
    asked = await http.options("/media", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert asked.status_code == 204 and asked.headers["access-control-allow-headers"] == "Content-Type"
    answer = await http.post("/media", headers={"Origin": origin})
    assert answer.json() == {"taken": True} and answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["vary"] == "Origin" and "access-control-allow-credentials" not in answer.headers
    refused = await http.post("/media?refuse=1", headers={"Origin": origin})
    assert refused.status_code == 409 and refused.headers["access-control-allow-origin"] == origin


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example.com", "null", "http://desk.example.com", "https://desk.example.com.evil.org", f"{OTHER}1"],
)
async def test_foreign_pages_are_refused_before_anything_is_looked_at(http: httpx.AsyncClient, origin: str) -> None:
    for answer in (
        await http.options("/media", headers={"Origin": origin}),
        await http.post("/media", headers={"Origin": origin}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
        assert "access-control-allow-origin" not in answer.headers


async def test_what_is_no_page_needs_no_origin(http: httpx.AsyncClient) -> None:
    answer = await http.post("/media")
    assert answer.status_code == 200 and "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "text", ["", "*", "https://*.example.com", "javascript:1", "https://a/b", "https://u@a", "https://a; x"]
)
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write for example"):
        check_origin(text)


def test_the_other_processes_come_from_the_configuration() -> None:
    assert media_origins(load_settings(media_url="", media_origins="")) == ()
    settings = load_settings(media_url="https://One.example.com", media_origins=f"{OTHER}/, https://one.example.com")
    assert media_origins(settings) == ("https://one.example.com", OTHER)
    with pytest.raises(ConfigError, match="MEDIA_ORIGINS"):
        media_origins(load_settings(media_origins="two.example.com"))


def test_without_other_processes_sound_goes_where_the_page_came_from() -> None:
    own = "http://127.0.0.1:8080"
    plain = {"media_url": "", "media_origins": "", "public_url": "https://desk.example.com"}
    assert media_address(load_settings(**plain, redis_url=""), own) == ""
    assert media_address(load_settings(**plain, redis_url="redis://r"), own) == ""
    assert media_address(load_settings(media_url=OTHER + "/", redis_url="redis://r"), own) == OTHER
    assert media_address(load_settings(media_url="", media_origins=OTHER, redis_url="redis://r"), own) == own
    assert media_address(load_settings(media_url=OTHER, redis_url=""), own) == ""


async def test_the_desk_may_send_its_sound_to_the_other_processes_only(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>")
    app = FastAPI()
    app.include_router(StaticPages(media_origins=(OTHER,), dist=tmp_path).router())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://one.example.com") as client:
        for path in ("/desk/", "/embed/desk"):
            policy = (await client.get(path)).headers["content-security-policy"]
            assert f"connect-src 'self' {OTHER};" in policy and "default-src 'none'" in policy
