"""``/api/v1/webhooks``: subscriptions, their log, and the test button."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from desk.auth import Gate, Me, Role
from desk.database import Audit
from desk.http import desk_router
from desk.partners.webhooks import Webhooks


class NewWebhook(BaseModel):
    """A subscription; no types means calls, transfers, orders and promises. ``numbers`` sends whole numbers."""

    url: str = Field(min_length=8, max_length=500)
    types: list[str] = Field(default_factory=list, max_length=60)
    numbers: bool = False


class Activity(BaseModel):
    """Pause or resume."""

    active: bool


class WebhookRoutes:
    """The routes of subscriptions, for administrators and their programs."""

    def __init__(self, gate: Gate, hooks: Webhooks, audit: Audit) -> None:
        self._gate = gate
        self._hooks = hooks
        self._audit = audit

    def router(self) -> APIRouter:
        """Return the routes."""
        router = desk_router()
        add: Any = router.add_api_route
        admin = [Depends(self._gate.require(Role.ADMIN))]
        one = "/api/v1/webhooks/{webhook_id}"
        add("/api/v1/webhooks", self.all, methods=["GET"], dependencies=admin)
        add("/api/v1/webhooks", self.create, methods=["POST"], dependencies=admin, status_code=201)
        add(one, self.change, methods=["PATCH"], dependencies=admin)
        add(one, self.remove, methods=["DELETE"], dependencies=admin)
        add(f"{one}/test", self.test, methods=["POST"], dependencies=admin)
        add(f"{one}/deliveries", self.log, methods=["GET"], dependencies=admin)
        add(f"{one}/deliveries/{{delivery_id}}/retry", self.retry, methods=["POST"], dependencies=admin)
        return router

    async def all(self) -> dict[str, object]:
        """List subscriptions."""
        return {"webhooks": await self._hooks.all()}

    async def create(self, body: NewWebhook, me: Me) -> dict[str, object]:
        """Subscribe; the secret is in this answer and nowhere else."""
        webhook_id, secret = await self._hooks.create(body.url, body.types, me.account_id, numbers=body.numbers)
        await self._audit.note(me.account_id, "webhook.created", webhook_id, {"numbers": body.numbers})
        return {"webhook_id": webhook_id, "secret": secret}

    async def change(self, webhook_id: str, body: Activity, me: Me) -> dict[str, object]:
        """Pause or resume."""
        await self._hooks.set_active(webhook_id, active=body.active)
        await self._audit.note(me.account_id, "webhook.changed", webhook_id, {"active": body.active})
        return {"done": True}

    async def remove(self, webhook_id: str, me: Me) -> dict[str, object]:
        """Unsubscribe."""
        await self._hooks.remove(webhook_id)
        await self._audit.note(me.account_id, "webhook.removed", webhook_id)
        return {"done": True}

    async def test(self, webhook_id: str) -> dict[str, object]:
        """Send a made-up event now and tell how it went."""
        return await self._hooks.test(webhook_id)

    async def log(self, webhook_id: str, limit: int = 50) -> dict[str, object]:
        """Show the newest deliveries."""
        return {"deliveries": await self._hooks.log(webhook_id, max(1, min(limit, 200)))}

    async def retry(self, webhook_id: str, delivery_id: int) -> dict[str, object]:
        """Send one delivery again."""
        await self._hooks.retry(webhook_id, delivery_id)
        return {"done": True}
