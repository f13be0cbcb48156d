"""From the environment to the desk, and ``hotline apikey`` at the machine itself."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from desk.auth.roles import Role
from tests.desk.conftest import RunningDesk
from voice.cli import main
from voice.config import ConfigError, Hotlines, load_hotlines, load_settings
from voice.desk_room import _partners, oidc_settings

HOTLINES = load_hotlines(load_settings().config_dir)


def with_pop_url(url: str) -> Hotlines:
    return Hotlines({}, replace(HOTLINES.default, pop_url=url))


def testoidc_settings_is_off_until_it_is_set_and_complete_when_it_is() -> None:
    assert oidc_settings(load_settings(oidc_issuer="")) is None
    with pytest.raises(ConfigError, match="OIDC_CLIENT_ID"):
        oidc_settings(load_settings(oidc_issuer="https://id.example.com"))
    settings = load_settings(
        oidc_issuer="https://id.example.com", oidc_client_id="h", oidc_roles="staff=agent, x=admin"
    )
    oidc = oidc_settings(settings)
    assert oidc is not None and oidc.roles == {"staff": "agent", "x": "admin"}
    for wrong in ("staff=king", "staff"):
        with pytest.raises(ConfigError, match="OIDC_ROLES"):
            oidc_settings(load_settings(oidc_issuer="https://id.example.com", oidc_client_id="h", oidc_roles=wrong))


def test_partners_are_checked_at_start() -> None:
    settings = load_settings(embed_origins="https://crm.example.com/, https://b.example", pop_hosts="crm.example.com")
    partners = _partners(settings, with_pop_url("https://crm.example.com/?c={call_id}"))
    assert partners.embed_origins == ("https://crm.example.com", "https://b.example")
    assert list(partners.pop_urls.values()) == ["https://crm.example.com/?c={call_id}"]
    for url in ("https://evil.example/{call_id}", "http://crm.example.com/"):
        with pytest.raises(ConfigError, match="POP_HOSTS"):
            _partners(settings, with_pop_url(url))
    with pytest.raises(ConfigError, match="EMBED_ORIGINS"):
        _partners(load_settings(embed_origins="*"), HOTLINES)


async def test_a_key_made_at_the_machine_opens_the_interface(
    hotline: RunningDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'hotline.db'}")
    arguments = ["apikey", "create", "CRM", "--role", "supervisor", "--json"]
    assert await asyncio.to_thread(main, arguments) == 0
    made = json.loads(capsys.readouterr().out)
    account = await hotline.desk.keys.account(made["key"])
    assert account is not None and (account.display, account.role) == ("CRM", Role.SUPERVISOR)
    assert await asyncio.to_thread(main, ["apikey", "revoke", made["prefix"]]) == 0
    assert await hotline.desk.keys.account(made["key"]) is None
    assert await asyncio.to_thread(main, ["apikey", "revoke", "hk_00000000"]) == 1
    assert "no prefix of a key" in capsys.readouterr().err
