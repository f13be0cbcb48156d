"""The desk as the configuration wants it: sign-in, who may embed it, where its webhooks may go."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

from desk.assembly import Desk, DeskParts, open_desk
from desk.auth.oidc import OidcSettings
from desk.auth.roles import Role
from desk.http.cross_origin import check_origin
from desk.partners.settings import PartnerSettings
from desk.ports import Floor, Recordings
from ledger import Ledger
from ledger.commands import CommandBook
from logistics_client.ports import Logistics
from voice.clock import Clock
from voice.config import ConfigError, Hotlines, Settings


async def open_desk_room(
    settings: Settings,
    hotlines: Hotlines,
    stack: AsyncExitStack,
    *,
    ledger: Ledger,
    floor: Floor,
    commands: CommandBook,
    recordings: Recordings,
    logistics: Logistics,
    redis: Any,
    clock: Clock,
    say: Callable[[str], None] = print,
) -> Desk:
    """Open the desk for as long as ``stack`` lives; its ``routers`` are to be mounted.

    Raises:
        ConfigError: a setting is wrong; the text names it.
    """
    parts = DeskParts(
        ledger=ledger,
        floor=floor,
        commands=commands,
        recordings=recordings,
        logistics=logistics,
        redis=redis,
        clock=clock.now,
        public_url=settings.public_url,
        media_origins=media_origins(settings),
        oidc=oidc_settings(settings),
        partners=_partners(settings, hotlines),
        say=say,
    )
    return await stack.enter_async_context(open_desk(parts))


def media_origins(settings: Settings) -> tuple[str, ...]:
    """Every process of the hotline, as browsers reach it; empty where one process is all.

    Raises:
        ConfigError: ``MEDIA_URL`` or ``MEDIA_ORIGINS`` holds something else than origins.
    """
    try:
        listed = [check_origin(text) for text in _listed(settings.media_origins)]
        own = [check_origin(settings.media_url)] if settings.media_url else []
    except ValueError as error:
        raise ConfigError(f"{error}; correct MEDIA_URL or MEDIA_ORIGINS") from error
    return tuple(dict.fromkeys((*own, *listed)))


def media_address(settings: Settings, own: str) -> str:
    """Where softphones of this process's calls connect; empty is the address that the desk's page came from.

    ``own`` is what this process listens on. Without ``MEDIA_*`` one process is all, whatever proxy stands before it.
    """
    if not settings.redis_url or not (settings.media_url or settings.media_origins):
        return ""
    return (settings.media_url or own).rstrip("/")


def oidc_settings(settings: Settings) -> OidcSettings | None:
    """The identity provider; None where people sign in with passwords only.

    Raises:
        ConfigError: the client's name is missing, or a role is none of ours.
    """
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id:
        raise ConfigError("OIDC_CLIENT_ID is missing; set it, or leave OIDC_ISSUER empty")
    roles = dict(pair.rpartition("=")[::2] for pair in _listed(settings.oidc_roles))
    known = {role.value for role in Role}
    if not set(roles.values()) | {settings.oidc_default_role} <= known | {""} or "" in roles:
        raise ConfigError(f"OIDC_ROLES is written like staff=agent,leads=supervisor; roles are {', '.join(known)}")
    return OidcSettings(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_name,
        settings.oidc_scopes,
        settings.oidc_role_claim,
        roles,
        settings.oidc_default_role,
    )


def _partners(settings: Settings, hotlines: Hotlines) -> PartnerSettings:
    known = {hotline.profile.name: hotline for hotline in (*hotlines.by_called.values(), hotlines.default)}
    try:
        return PartnerSettings(
            embed_origins=tuple(origin.rstrip("/") for origin in _listed(settings.embed_origins)),
            private_webhooks=settings.private_webhooks,
            pop_urls={name: hotline.pop_url for name, hotline in known.items() if hotline.pop_url},
            pop_hosts=tuple(_listed(settings.pop_hosts)),
        )
    except ValueError as error:
        raise ConfigError(f"{error}; correct EMBED_ORIGINS, POP_HOSTS or hotlines.yaml") from error


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
