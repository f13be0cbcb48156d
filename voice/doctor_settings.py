"""Checks of settings that only show when a browser, an identity provider or a language model is there.

Each says whether a variable is there, missing or malformed, and what to do. Secrets are never part of a text, nor is
an address that could hold one.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from voice.config import ConfigError, Settings
from voice.desk_room import media_origins, oidc_settings
from voice.finding import FAIL, OK, WARN, Check, Finding
from voice.web_calls import configured_ice_servers


async def browsers(settings: Settings) -> Finding:
    """``ICE_SERVERS``: how browsers outside the own network get their sound through."""
    servers = configured_ice_servers(settings.ice_servers)
    relays = sum(server.url.startswith("turn") for server in servers)
    if not servers:
        return Finding(
            "browser calls",
            WARN if settings.public_url else OK,
            "ICE_SERVERS is not set: browsers are heard inside this network only; for others add a TURN server",
        )
    told = f"ICE_SERVERS names {relays} TURN and {len(servers) - relays} STUN"
    if not relays:
        return Finding("browser calls", WARN, f"{told}; browsers behind strict firewalls need a TURN server")
    if any(server.username not in ("", "*") for server in servers):
        return Finding("browser calls", OK, f"{told}; every visitor gets their fixed password, turn:*:secret@ expires")
    return Finding("browser calls", OK, told)


async def addresses(settings: Settings) -> Finding:
    """``PUBLIC_URL``, ``MEDIA_URL`` and ``MEDIA_ORIGINS``: where pages come from, and where their sound goes."""
    known = media_origins(settings)
    public = urlsplit(settings.public_url)
    if settings.public_url and (public.scheme not in ("http", "https") or not public.hostname):
        return Finding("addresses", FAIL, "PUBLIC_URL is no address; write for example https://hotline.example.com")
    if settings.public_url and public.scheme == "http":
        return Finding("addresses", WARN, "PUBLIC_URL is plain http: browsers give no microphone there; use https")
    if not settings.redis_url:
        return Finding("addresses", OK, "one process: pages and their sound have the same address")
    if not known:
        text = (
            "MEDIA_URL and MEDIA_ORIGINS are not set: right for one process; of several, say where browsers reach each"
        )
        return Finding("addresses", WARN, text)
    if public.scheme == "https" and (not settings.media_url or any(origin.startswith("http:") for origin in known)):
        text = "PUBLIC_URL is https: set MEDIA_URL and every one of MEDIA_ORIGINS to https, or softphones stay silent"
        return Finding("addresses", FAIL, text)
    return Finding("addresses", OK, f"softphones reach {len(known)} processes")


async def sign_in(settings: Settings) -> Finding:
    """``OIDC_*``: signing in by the company's identity provider."""
    if not settings.oidc_issuer:
        stray = settings.oidc_client_id or settings.oidc_client_secret or settings.oidc_roles
        if stray:
            return Finding("sign-in", WARN, "OIDC_* is set without OIDC_ISSUER: people sign in with passwords only")
        return Finding("sign-in", OK, "OIDC_ISSUER is not set: people sign in with passwords of the desk's own")
    oidc = oidc_settings(settings)
    issuer = urlsplit(settings.oidc_issuer)
    if issuer.scheme not in ("http", "https") or not issuer.hostname:
        return Finding(
            "sign-in", FAIL, "OIDC_ISSUER is no address; write for example https://id.example.com/realms/main"
        )
    secret = "there" if settings.oidc_client_secret else "missing, which is right for a public client only"
    told = f"OIDC_ISSUER {issuer.hostname}, OIDC_CLIENT_ID there, OIDC_CLIENT_SECRET {secret}"
    if oidc is not None and not oidc.roles and not oidc.default_role:
        return Finding("sign-in", WARN, f"{told}; nobody gets a role: set OIDC_ROLES or OIDC_DEFAULT_ROLE")
    if issuer.scheme == "http":
        return Finding("sign-in", WARN, f"{told}; the issuer is plain http, use https")
    return Finding("sign-in", OK, told)


async def language_model(settings: Settings) -> Finding:
    """``LLM_BASE_URL``, ``LLM_MODEL`` and ``LLM_API_KEY``: the optional model for what nothing else understood."""
    key = settings.llm_api_key
    if not settings.llm_base_url:
        if key or settings.llm_model != Settings.model_fields["llm_model"].default:
            text = "LLM_MODEL or LLM_API_KEY is set without LLM_BASE_URL: no model is asked"
            return Finding("language model", WARN, text)
        return Finding("language model", OK, "LLM_BASE_URL is not set: none is asked, and none is needed")
    base = urlsplit(settings.llm_base_url)
    if base.scheme not in ("http", "https") or not base.hostname:
        return Finding("language model", FAIL, "LLM_BASE_URL is no address; write for example http://127.0.0.1:8000/v1")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError("LLM_API_KEY is malformed: it holds spaces, line ends or other than ASCII; paste it again")
    given = "there" if key else "missing, which is right for a local endpoint only"
    told = f"LLM_BASE_URL {base.hostname}, LLM_MODEL {settings.llm_model}, LLM_API_KEY {given}"
    if not settings.llm_model.strip():
        return Finding("language model", FAIL, "LLM_MODEL is empty; write the endpoint's name for its model")
    if key and base.scheme == "http" and base.hostname not in ("127.0.0.1", "localhost", "::1"):
        return Finding("language model", WARN, f"{told}; the key goes over plain http, use https")
    return Finding("language model", OK, told)


CHECKS: tuple[tuple[str, Check], ...] = (
    ("browser calls", browsers),
    ("addresses", addresses),
    ("sign-in", sign_in),
    ("language model", language_model),
)
"""By the name that their finding has."""
