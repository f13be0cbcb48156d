"""Sign-in through a real OpenID provider on localhost: discovery, keys, code flow with PKCE, and a bad one."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import RSAKey

from desk.auth.oidc import OidcSettings
from desk.auth.roles import Role
from tests.desk.conftest import RunningDesk, running, serving
from tests.desk.parcels import NOW

KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}, private=True)


class Provider:
    """Signs in whoever asks as ``person``; checks client, code and verifier as a provider does."""

    def __init__(self) -> None:
        self.url = ""
        self.key = KEY
        self.person: dict[str, Any] = {"sub": "u-1", "preferred_username": "lihua", "name": "李华", "roles": ["staff"]}
        self.changed: dict[str, Any] = {}  # claims that this provider gets wrong
        self.signs_with: RSAKey | None = None
        self.codes: dict[str, dict[str, str]] = {}
        self.app = FastAPI()
        self.app.add_api_route("/.well-known/openid-configuration", self.discovery)
        self.app.add_api_route("/keys", self.keys)
        self.app.add_api_route("/authorize", self.authorize, response_model=None)
        self.app.add_api_route("/token", self.token, methods=["POST"])

    async def discovery(self) -> dict[str, str]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }

    async def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}", 302)

    async def token(self, request: Request, code: str = Form(), code_verifier: str = Form()) -> dict[str, Any]:
        asked = self.codes.pop(code, None)
        basic = base64.b64encode(b"hotline:client-secret").decode()
        digest = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != digest or request.headers["authorization"] != f"Basic {basic}":
            raise HTTPException(400, "invalid_grant")
        now = int(NOW.timestamp())
        claims = {"iss": self.url, "aud": "hotline", "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        header = {"alg": "RS256", "kid": "k1"}
        id_token = jwt.encode(header, claims | self.person | self.changed, self.signs_with or self.key)
        return {"access_token": "at", "token_type": "Bearer", "id_token": id_token}


@asynccontextmanager
async def with_provider(tmp_path: Path, **settings: Any) -> AsyncIterator[tuple[RunningDesk, Provider]]:
    provider = Provider()
    async with serving(provider.app) as url:
        provider.url = url
        roles = {"staff": "agent", "leads": "supervisor"}
        oidc = OidcSettings(url, "hotline", "client-secret", "公司账号", roles=roles, **settings)
        async with running(tmp_path, oidc=oidc) as hotline:
            yield hotline, provider


def visiting(hotline: RunningDesk) -> httpx.AsyncClient:
    return httpx.AsyncClient(verify=False, base_url=hotline.url)


async def sign_in(hotline: RunningDesk, client: httpx.AsyncClient, following: str = "/desk/calls") -> httpx.Response:
    """Go to the provider and back, as a browser does; returns the desk's answer to the call back."""
    start = await client.get("/api/v1/oidc/start", params={"next": following})
    assert start.status_code == 302
    there = await client.get(start.headers["location"])
    return await client.get(there.headers["location"])


def sentence(answer: httpx.Response) -> str:
    return unquote(parse_qs(urlsplit(answer.headers["location"]).query)["error"][0])


async def test_there_and_back_opens_a_session_with_the_providers_role(tmp_path: Path) -> None:
    async with (
        with_provider(tmp_path) as (hotline, provider),
        httpx.AsyncClient(verify=False, base_url=hotline.url) as client,
    ):
        options = (await client.get("/api/v1/session/options")).json()
        assert options["oidc"] == {"name": "公司账号", "url": "/api/v1/oidc/start"}
        back = await sign_in(hotline, client)
        assert (back.status_code, back.headers["location"]) == (303, "/desk/calls")
        account = (await client.get("/api/v1/session")).json()["account"]
        assert (account["name"], account["display"], account["role"]) == ("lihua", "李华", "agent")
        provider.person["roles"] = ["staff", "leads"]
        await sign_in(hotline, client)
        again = (await client.get("/api/v1/session")).json()["account"]
        assert (again["id"], again["role"]) == (account["id"], "supervisor")
        # There is no password behind it, and none can be guessed.
        own = {"Origin": hotline.url}
        body = {"name": "lihua", "password": ""}
        assert (await client.post("/api/v1/session", json=body, headers=own)).status_code == 401


async def test_a_name_that_exists_here_is_not_taken_over(tmp_path: Path) -> None:
    async with (
        with_provider(tmp_path) as (hotline, provider),
        httpx.AsyncClient(verify=False, base_url=hotline.url) as client,
    ):
        provider.person["preferred_username"] = "admin"
        await sign_in(hotline, client)
        account = (await client.get("/api/v1/session")).json()["account"]
        assert account["name"].startswith("admin-") and account["role"] == Role.AGENT


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "somebody-else"},
        {"iss": "https://evil.example"},
        {"nonce": "replayed"},
        {"exp": int(NOW.timestamp()) - 3600},
    ],
)
async def test_a_token_that_is_not_for_us_now_is_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    async with (
        with_provider(tmp_path) as (hotline, provider),
        httpx.AsyncClient(verify=False, base_url=hotline.url) as client,
    ):
        provider.changed = wrong
        assert sentence(await sign_in(hotline, client)) == "统一登录的凭证无效,请联系管理员。"
        assert (await client.get("/api/v1/session")).status_code == 401


async def test_a_token_signed_by_somebody_else_is_refused(tmp_path: Path) -> None:
    async with (
        with_provider(tmp_path) as (hotline, provider),
        httpx.AsyncClient(verify=False, base_url=hotline.url) as client,
    ):
        provider.signs_with = RSAKey.generate_key(2048, {"kid": "k1"}, private=True)
        assert "凭证无效" in sentence(await sign_in(hotline, client))


async def test_states_are_for_one_browser_and_one_use(tmp_path: Path) -> None:
    async with with_provider(tmp_path) as (hotline, _), visiting(hotline) as client:
        start = await client.get("/api/v1/oidc/start")
        there = await client.get(start.headers["location"])
        back = there.headers["location"]
        async with httpx.AsyncClient(verify=False) as victim:
            assert "没有完成" in sentence(await victim.get(back))
        cookies = dict(client.cookies)
        assert (await client.get(back)).headers["location"] == "/desk/"
        async with httpx.AsyncClient(verify=False, cookies=cookies) as replay:
            assert "已过期" in sentence(await replay.get(back))


async def test_who_has_no_role_or_is_disabled_stays_out(tmp_path: Path) -> None:
    async with (
        with_provider(tmp_path) as (hotline, provider),
        httpx.AsyncClient(verify=False, base_url=hotline.url) as client,
    ):
        provider.person["roles"] = ["visitors"]
        assert "没有本系统的角色" in sentence(await sign_in(hotline, client))
        provider.person["roles"] = ["staff"]
        await sign_in(hotline, client)
        account = (await client.get("/api/v1/session")).json()["account"]
        await hotline.desk.accounts.change(account["id"], {"disabled": True})
        assert "已停用" in sentence(await sign_in(hotline, client))


@pytest.mark.parametrize("following", ["https://evil.example", "//evil.example", "/desk//evil", "/desk\\evil", "/o/x"])
async def test_the_way_back_stays_on_our_pages(tmp_path: Path, following: str) -> None:
    async with with_provider(tmp_path) as (hotline, _), visiting(hotline) as client:
        assert (await sign_in(hotline, client, following)).headers["location"] == "/desk/"


async def test_a_provider_that_is_away_leaves_the_password(tmp_path: Path) -> None:
    oidc = OidcSettings("http://127.0.0.1:9", "hotline")
    async with running(tmp_path, oidc=oidc) as hotline, visiting(hotline) as client:
        answer = await client.get("/api/v1/oidc/start")
        assert answer.status_code == 503 and "密码登录" in answer.json()["error"]
