"""What the doctor says about settings that only browsers, identity providers and language models need."""

from __future__ import annotations

from typing import Any

import pytest

from voice import doctor_settings
from voice.config import load_settings
from voice.doctor import examine
from voice.finding import FAIL, OK, WARN

SECRET = "s3cr3t-value"
OIDC = {"oidc_issuer": "https://id.example.com", "oidc_client_id": "desk", "oidc_client_secret": SECRET}
SEVERAL = {"redis_url": "redis://x", "public_url": "https://h.example.com"}


@pytest.mark.parametrize(
    ("check", "settings", "state", "says"),
    [
        ("browsers", {}, OK, "ICE_SERVERS is not set"),
        ("browsers", {"public_url": "https://h.example.com"}, WARN, "TURN"),
        ("browsers", {"ice_servers": "stun:s.example.com:3478"}, WARN, "0 TURN and 1 STUN"),
        ("browsers", {"ice_servers": f"turn:me:{SECRET}@t.example.com"}, OK, "fixed password"),
        ("browsers", {"ice_servers": f"turn:*:{SECRET}@t.example.com"}, OK, "1 TURN"),
        ("addresses", {}, OK, "one process"),
        ("addresses", {"public_url": "hotline.example.com"}, FAIL, "PUBLIC_URL is no address"),
        ("addresses", {"public_url": "http://h.example.com"}, WARN, "no microphone"),
        ("addresses", {"redis_url": "redis://x"}, WARN, "right for one process"),
        ("addresses", SEVERAL, WARN, "right for one process"),
        ("addresses", {**SEVERAL, "media_origins": "https://b.x"}, FAIL, "set MEDIA_URL"),
        ("addresses", {**SEVERAL, "media_url": "https://a.x", "media_origins": "http://b.x"}, FAIL, "https"),
        ("addresses", {**SEVERAL, "media_url": "https://a.x", "media_origins": "https://b.x"}, OK, "2 processes"),
        ("sign_in", {}, OK, "OIDC_ISSUER is not set"),
        ("sign_in", {"oidc_client_secret": SECRET}, WARN, "without OIDC_ISSUER"),
        ("sign_in", {**OIDC, "oidc_issuer": "id.example.com"}, FAIL, "OIDC_ISSUER is no address"),
        ("sign_in", OIDC, WARN, "OIDC_ROLES or OIDC_DEFAULT_ROLE"),
        ("sign_in", {**OIDC, "oidc_default_role": "agent"}, OK, "OIDC_CLIENT_SECRET there"),
        ("sign_in", {**OIDC, "oidc_client_secret": "", "oidc_roles": "a=agent"}, OK, "OIDC_CLIENT_SECRET missing"),
        ("language_model", {}, OK, "none is needed"),
        ("language_model", {"llm_api_key": SECRET}, WARN, "without LLM_BASE_URL"),
        ("language_model", {"llm_base_url": f"127.0.0.1/{SECRET}"}, FAIL, "LLM_BASE_URL is no address"),
        ("language_model", {"llm_base_url": "https://m.example.com/v1", "llm_model": " "}, FAIL, "LLM_MODEL is empty"),
        (
            "language_model",
            {"llm_base_url": "https://m.example.com/v1", "llm_api_key": SECRET},
            OK,
            "LLM_API_KEY there",
        ),
        (
            "language_model",
            {"llm_base_url": f"http://u:{SECRET}@m.example.com", "llm_api_key": SECRET},
            WARN,
            "plain http",
        ),
    ],
)
async def test_a_setting_is_there_missing_or_malformed(
    check: str, settings: dict[str, Any], state: str, says: str
) -> None:
    found = await getattr(doctor_settings, check)(load_settings(**settings))
    assert (found.state, says in found.text) == (state, True), found
    assert SECRET not in found.text


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"ice_servers": f"turn:{SECRET}"}, "browser calls"),
        ({**OIDC, "oidc_roles": f"x={SECRET}"}, "sign-in"),
        ({"llm_base_url": "http://127.0.0.1/v1", "llm_api_key": f"{SECRET}\n"}, "language model"),
        ({"media_origins": "b.example.com"}, "addresses"),
    ],
)
async def test_what_cannot_be_read_is_a_finding_without_the_secret(settings: dict[str, Any], name: str) -> None:
    found = await examine(load_settings(**settings), doctor_settings.CHECKS)
    (failed,) = [one for one in found if one.state == FAIL]
    assert failed.name == name and SECRET not in failed.text
