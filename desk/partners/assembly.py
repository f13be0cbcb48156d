"""Putting the doors to other desktops together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends

from desk.auth import Gate
from desk.database import Audit, Clock
from desk.http import desk_router
from desk.live.feed import Feed
from desk.partners.settings import PartnerSettings
from desk.partners.stream import EventStream
from desk.partners.webhook_routes import WebhookRoutes
from desk.partners.webhooks import Webhooks
from ledger import Ledger

__all__ = ["PartnerSettings", "Partners", "open_partners"]


@dataclass(frozen=True, slots=True)
class Partners:
    """The opened doors."""

    routers: Sequence[APIRouter]
    webhooks: Webhooks


@asynccontextmanager
async def open_partners(
    settings: PartnerSettings, ledger: Ledger, feed: Feed, gate: Gate, audit: Audit, clock: Clock
) -> AsyncIterator[Partners]:
    """Open webhooks, stream and widget for as long as the context lasts."""
    hooks = Webhooks(ledger.engine, ledger, clock, private=settings.private_webhooks)
    await hooks.start()
    try:
        routers = [
            WebhookRoutes(gate, hooks, audit).router(),
            EventStream(gate, ledger, ledger.engine, feed).router(),
            _embed_router(settings, gate),
        ]
        yield Partners(routers, hooks)
    finally:
        await hooks.close()


def _embed_router(settings: PartnerSettings, gate: Gate) -> APIRouter:
    router = desk_router()

    async def embedding() -> dict[str, object]:
        """Tell the widget whom it may speak with: exact origins for ``postMessage``."""
        return {"origins": list(settings.embed_origins)}

    add: Any = router.add_api_route
    add("/api/v1/embedding", embedding, methods=["GET"], dependencies=[Depends(gate.require(first_password=True))])
    return router
