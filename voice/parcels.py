"""The parcels' room as the configuration wants it: with its web pages for the hotline, without them for the tools."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial

from fastapi import APIRouter

from ledger import Event, Ledger
from logistics_client.assembly import Plan, Room, open_room
from logistics_client.feedback import feedback_router
from logistics_client.links.assembly import LinkPlan, open_links
from logistics_client.links.page import link_router
from logistics_client.links.retention import read_retention
from logistics_client.links.service import LinkEvent
from logistics_client.ports import Logistics
from logistics_client.push import push_router
from logistics_client.vocabulary import OrderStatus
from logistics_client.web import Require, bulletin_router, order_router, work_order_router
from logistics_client.work_orders.progress import Change
from voice.config import Settings
from voice.redis_link import open_redis
from voice.secret import secret_key


async def open_logistics(settings: Settings, stack: AsyncExitStack) -> Logistics:
    """Open the room's door for as long as ``stack`` lives; by default the sandbox carrier runs inside, over HTTP."""
    return (await _open(settings, stack, secret=settings.secret_key)).logistics


async def open_with_pages(
    settings: Settings,
    stack: AsyncExitStack,
    *,
    ledger: Ledger,
    public_url: str,
    brand: str,
) -> tuple[Logistics, list[APIRouter], Callable[[Require], list[APIRouter]]]:
    """Open the room with its links, and return its routes: the callers' pages and the pushes.

    The last value makes the routes of ``/api/v1``, which only signed-in people and programs may use: the desk, which
    knows them, is opened after the parcels.
    """
    secret = secret_key(settings.secret_key, settings.data_dir)
    room = await _open(settings, stack, secret=secret)
    plan = LinkPlan(
        public_url=public_url,
        secret_key=secret,
        brand=brand,
        data_dir=settings.data_dir,
        sms_gateway=settings.sms_gateway,
        retention=read_retention(settings.config_dir / "retention.yaml"),
    )

    async def tell(event: LinkEvent) -> None:
        data = {"purpose": event.link.purpose.value, "waybill": event.link.waybill}
        await ledger.append(Event(event.name, event.link.call_id, event.at, data))

    room.book.subscribe(OrderNotes(ledger))
    links = await stack.enter_async_context(open_links(plan, room.logistics, room.engine, tell))
    room.pickup_codes.text_by(links.text, brand)
    routers = [
        push_router(room.pushes),
        feedback_router(room.feedback),
        link_router(links, room.delivery_photo, report_secret=secret),
    ]
    return room.logistics, routers, partial(api_routers, room)


def api_routers(room: Room, require: Require) -> list[APIRouter]:
    """Return the routes of ``/api/v1`` that belong to this room."""
    return [
        work_order_router(room.office, room.outbox, require),
        bulletin_router(room.bulletins, require),
        order_router(room.table, require),
    ]


class OrderNotes:
    """Writes into the ledger what happens to work orders after they were opened, and what became of promises.

    An order that belongs to no call has a thread of its own, ``order-`` and its number.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def __call__(self, change: Change) -> None:
        """Write one change."""
        order = change.order
        thread = order.call_id or f"order-{order.order_id}"
        about: dict[str, object] = {"order_id": order.order_id, "kind": order.kind.value, "waybill": order.waybill}
        step = about | {"owner": order.owner, "by": change.by, "text": change.text}
        await self._ledger.append(Event(f"work_order.{change.status.value}", thread, change.at, step))
        if order.promise is None:
            return
        promise = about | {"what": order.promise.what, "due_at": order.promise.due_at.isoformat()}
        if change.status in (OrderStatus.OPENED, OrderStatus.REOPENED):
            await self._ledger.append(Event("promise.made", thread, change.at, promise))
        elif change.kept is not None:
            name = "promise.kept" if change.kept else "promise.missed"
            await self._ledger.append(Event(name, thread, change.at, promise))


async def _open(settings: Settings, stack: AsyncExitStack, *, secret: str) -> Room:
    plan = Plan(
        carrier=settings.carrier,
        carrier_url=settings.carrier_url,
        database_url=settings.parcels_url,
        data_dir=settings.data_dir,
        promises=settings.config_dir / "promises.yaml",
        outlet_webhook=settings.outlet_webhook,
        webhook_secret=secret,
        env=os.environ,
        public_url=settings.public_url,
    )
    redis = await open_redis(settings.redis_url) if settings.redis_url else None
    if redis is not None:
        stack.push_async_callback(redis.aclose)
    return await stack.enter_async_context(open_room(plan, redis=redis))
