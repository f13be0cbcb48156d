"""The parcels' room as the configuration wants it."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack

from logistics_client.assembly import Plan
from logistics_client.assembly import open_logistics as assemble
from logistics_client.ports import Logistics
from voice.config import Settings


async def open_logistics(settings: Settings, stack: AsyncExitStack) -> Logistics:
    """Open it for as long as ``stack`` lives; by default the sandbox carrier runs inside, reached over HTTP."""
    plan = Plan(
        carrier=settings.carrier,
        carrier_url=settings.carrier_url,
        database_url=settings.ledger_url,
        data_dir=settings.data_dir,
        promises=settings.config_dir / "promises.yaml",
        outlet_webhook=settings.outlet_webhook,
        webhook_secret=settings.secret_key,
        env=os.environ,
    )
    return await stack.enter_async_context(assemble(plan))
