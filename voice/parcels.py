"""The parcels' room as the configuration wants it: with its web pages for the hotline, without them for the tools."""

from __future__ import annotations

import os
from contextlib import AsyncExitStack

from fastapi import APIRouter

from ledger import Event, Ledger
from logistics_client.assembly import Plan, Room, open_room
from logistics_client.links.assembly import LinkPlan, open_links
from logistics_client.links.page import link_router
from logistics_client.links.service import LinkEvent
from logistics_client.ports import Logistics
from logistics_client.push import push_router
from voice.config import Settings
from voice.secret import secret_key


async def open_logistics(settings: Settings, stack: AsyncExitStack) -> Logistics:
    """Open the room's door for as long as ``stack`` lives; by default the sandbox carrier runs inside, over HTTP."""
    return (await _open(settings, stack, secret=settings.secret_key)).logistics


async def open_with_pages(
    settings: Settings, stack: AsyncExitStack, *, ledger: Ledger, public_url: str, brand: str
) -> tuple[Logistics, list[APIRouter]]:
    """Open the room with its links, and return the routes of the callers' pages and the carriers' pushes."""
    secret = secret_key(settings.secret_key, settings.data_dir)
    room = await _open(settings, stack, secret=secret)
    plan = LinkPlan(
        public_url=public_url,
        secret_key=secret,
        brand=brand,
        data_dir=settings.data_dir,
        sms_gateway=settings.sms_gateway,
    )

    async def tell(event: LinkEvent) -> None:
        data = {"purpose": event.link.purpose.value, "waybill": event.link.waybill}
        await ledger.append(Event(event.name, event.link.call_id, event.at, data))

    links = await stack.enter_async_context(open_links(plan, room.logistics, room.engine, tell))
    return room.logistics, [push_router(room.pushes), link_router(links, room.delivery_photo, report_secret=secret)]


async def _open(settings: Settings, stack: AsyncExitStack, *, secret: str) -> Room:
    plan = Plan(
        carrier=settings.carrier,
        carrier_url=settings.carrier_url,
        database_url=settings.ledger_url,
        data_dir=settings.data_dir,
        promises=settings.config_dir / "promises.yaml",
        outlet_webhook=settings.outlet_webhook,
        webhook_secret=secret,
        env=os.environ,
    )
    return await stack.enter_async_context(open_room(plan))
