"""Sign-in over real HTTP: the first administrator, sessions, attempts, origins, roles, keys."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from desk.auth.roles import Role
from tests.desk.conftest import PASSWORD, POSTGRESQL, Browser, RunningDesk, running


def on_disk(folder: Path) -> bytes:
    if POSTGRESQL:
        pytest.skip("looks into the file of SQLite")
    return b"".join(path.read_bytes() for path in folder.glob("hotline.db*"))


async def test_the_first_administrator_is_printed_once_and_must_choose_a_password(
    hotline: RunningDesk, tmp_path: Path
) -> None:
    (line,) = hotline.printed
    password = re.search(r"one-time password (\S+)", line)
    assert password is not None
    browser = Browser(hotline.url)
    answer = await browser.sign_in("admin", password[1])
    assert answer.status_code == 200 and answer.json()["account"]["must_change"] is True
    refused = await browser.get("/api/v1/accounts")
    assert (refused.status_code, refused.json()["code"]) == (403, "must_change_password")
    assert (await browser.post("/api/v1/session/password", {"old": password[1], "new": "short"})).status_code == 400
    changed = await browser.post("/api/v1/session/password", {"old": password[1], "new": PASSWORD})
    assert changed.json()["account"]["must_change"] is False
    assert (await browser.get("/api/v1/accounts")).status_code == 200
    assert (await Browser(hotline.url).sign_in("admin", password[1])).status_code == 401


async def test_a_page_learns_who_is_signed_in_without_being_refused(hotline: RunningDesk) -> None:
    agent = await hotline.person("lili")
    assert (await agent.json("/api/v1/session/options"))["account"]["name"] == "lili"
    assert (await Browser(hotline.url).json("/api/v1/session/options"))["account"] is None


async def test_a_second_start_prints_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        assert len(first.printed) == 1
    async with running(tmp_path) as second:
        assert second.printed == []


async def test_no_password_is_stored_and_the_cookie_is_a_bare_key(hotline: RunningDesk, tmp_path: Path) -> None:
    browser = await hotline.person("lihua")
    cookie = next(iter(browser.http.cookies.jar))
    assert cookie.name == "hotline-session" and cookie.has_nonstandard_attr("HttpOnly")
    stored = on_disk(tmp_path)
    assert PASSWORD.encode() not in stored and str(cookie.value).encode() not in stored
    assert b"$argon2id$" in stored


async def test_https_gets_the_host_cookie(tmp_path: Path) -> None:
    async with running(tmp_path, public_url="https://hotline.example.com") as hotline:
        _, password = await hotline.desk.accounts.create("lihua", display="李华", role=Role.AGENT)
        headers = {"Host": "hotline.example.com", "Origin": "https://hotline.example.com"}
        async with httpx.AsyncClient(verify=False, base_url=hotline.url, headers=headers) as client:
            answer = await client.post("/api/v1/session", json={"name": "lihua", "password": password})
            framed = await client.post("/api/v1/session", json={"name": "lihua", "password": password, "framed": True})
    assert answer.status_code == 200
    assert re.match(r"__Host-hotline=\S+; Path=/; .*HttpOnly; Secure; SameSite=Lax", answer.headers["set-cookie"])
    assert "SameSite=None; Partitioned" in framed.headers["set-cookie"]


async def test_guessing_is_stopped_and_forgotten_after_the_window(hotline: RunningDesk) -> None:
    await hotline.person("lihua")
    browser = Browser(hotline.url)
    answers = await asyncio.gather(*(browser.sign_in("lihua", f"guess-{n}") for n in range(8)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 3
    right = await browser.sign_in("lihua", PASSWORD)
    assert right.status_code == 429 and int(right.headers["retry-after"]) > 0
    hotline.clock.go(minutes=6)
    assert (await browser.sign_in("lihua", PASSWORD)).status_code == 200


async def test_an_unknown_name_and_a_wrong_password_are_answered_alike(hotline: RunningDesk) -> None:
    await hotline.person("lihua")
    browser = Browser(hotline.url)
    unknown, wrong = await browser.sign_in("nobody", "guess"), await browser.sign_in("lihua", "guess")
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json() == wrong.json()


async def test_another_sites_page_cannot_act(hotline: RunningDesk) -> None:
    browser = await hotline.person("lihua")
    elsewhere: tuple[dict[str, str], ...] = (
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": ""},
        {},
    )
    async with httpx.AsyncClient(verify=False, base_url=hotline.url) as foreign:
        for headers in elsewhere:
            sent = {"Cookie": browser.cookie, **headers}
            answer = await foreign.post("/api/v1/agents/me/state", json={"state": "busy"}, headers=sent)
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), headers
            body = {"name": "lihua", "password": PASSWORD}
            assert (await foreign.post("/api/v1/session", json=body, headers=sent)).status_code == 403, headers


async def test_signing_out_ends_the_row_not_only_the_cookie(hotline: RunningDesk) -> None:
    browser = await hotline.person("lihua")
    cookie = browser.cookie
    assert (await browser.http.delete("/api/v1/session")).status_code == 200
    async with httpx.AsyncClient(verify=False, base_url=hotline.url, headers={"Cookie": cookie}) as thief:
        assert (await thief.get("/api/v1/session")).status_code == 401


async def test_a_session_ends_with_the_shift_and_with_idleness(hotline: RunningDesk) -> None:
    idle, busy = await hotline.person("lihua"), await hotline.person("wang")
    for _ in range(11):
        hotline.clock.go(minutes=65)
        assert (await busy.get("/api/v1/session")).status_code == 200
    assert (await idle.get("/api/v1/session")).status_code == 401
    hotline.clock.go(minutes=65)
    assert (await busy.get("/api/v1/session")).status_code == 401


async def test_administrators_create_change_disable_and_sign_out(hotline: RunningDesk) -> None:
    admin = await hotline.person("boss", Role.ADMIN)
    body = {"name": "xiaomei", "display": "小美", "skills": ["理赔"], "device": "sip:1001@10.0.0.5"}
    made = await admin.post("/api/v1/accounts", body)
    assert made.status_code == 201, made.text
    account, password = made.json()["account"], made.json()["one_time_password"]
    assert account["must_change"] and account["skills"] == ["理赔"]
    agent = Browser(hotline.url)
    assert (await agent.sign_in("xiaomei", password)).status_code == 200
    path = f"/api/v1/accounts/{account['id']}"
    assert (await admin.post(f"{path}/sign-out")).json() == {"sessions_ended": 1}
    assert (await agent.get("/api/v1/session")).status_code == 401
    disabled = await admin.http.patch(path, json={"disabled": True})
    assert disabled.json()["account"]["disabled"] is True
    assert (await agent.sign_in("xiaomei", password)).status_code == 401
    assert (await admin.http.patch(path, json={"device": "javascript:alert(1)"})).status_code == 400
    again = await admin.post("/api/v1/accounts", body)
    assert (again.status_code, "已经有人" in again.json()["error"]) == (409, True)
    whats = [row["what"] for row in (await admin.json("/api/v1/audit"))["audit"]]
    assert {"account.created", "account.changed", "account.signed_out", "sign_in.refused"} <= set(whats)


async def test_the_last_administrator_stays(tmp_path: Path) -> None:
    async with running(tmp_path) as hotline:
        (admin,) = [account for account in await hotline.desk.accounts.all() if account.role is Role.ADMIN]
        boss = await hotline.person("boss", Role.ADMIN)
        assert (
            await boss.http.patch(f"/api/v1/accounts/{admin.account_id}", json={"role": "agent"})
        ).status_code == 200
        refused = await boss.http.patch(f"/api/v1/accounts/{boss.account_id}", json={"disabled": True})
        assert refused.status_code == 409


async def test_roles(hotline: RunningDesk) -> None:
    people = {role: await hotline.person(role.value + "1", role) for role in Role}
    expected = {
        "/api/v1/accounts": {Role.SUPERVISOR, Role.OPERATIONS, Role.ADMIN},
        "/api/v1/api-keys": {Role.ADMIN},
        "/api/v1/calls": set(Role),
        "/api/v1/queue": {Role.AGENT, Role.SUPERVISOR, Role.ADMIN},
        "/api/v1/webhooks": {Role.ADMIN},
    }
    for path, allowed in expected.items():
        for role, browser in people.items():
            assert (await browser.get(path)).status_code == (200 if role in allowed else 403), (path, role)


async def test_api_keys_are_hashed_shown_once_and_revoked_at_once(hotline: RunningDesk, tmp_path: Path) -> None:
    admin = await hotline.person("boss", Role.ADMIN)
    made = (await admin.post("/api/v1/api-keys", {"name": "CRM", "role": "supervisor"})).json()
    async with httpx.AsyncClient(
        verify=False, base_url=hotline.url, headers={"Authorization": f"Bearer {made['key']}"}
    ) as program:
        assert (await program.get("/api/v1/calls")).status_code == 200
        assert (await program.get("/api/v1/accounts")).status_code == 200
        assert (await program.get("/api/v1/api-keys")).status_code == 403
        stored = on_disk(tmp_path)
        assert made["key"].encode() not in stored and made["prefix"].encode() in stored
        assert "key_hash" not in (await admin.get("/api/v1/api-keys")).text
        await admin.http.delete(f"/api/v1/api-keys/{made['prefix']}")
        assert (await program.get("/api/v1/calls")).status_code == 401


@pytest.mark.parametrize("header", ["Bearer x", "Bearer hk_00000000_" + "a" * 43, "Bearer \xff", "Basic YTpi"])
async def test_forged_keys_open_nothing(hotline: RunningDesk, header: str) -> None:
    async with httpx.AsyncClient(verify=False, base_url=hotline.url) as program:
        answer = await program.get("/api/v1/calls", headers={b"Authorization": header.encode("latin-1")})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
