"""Putting the links together from the operator's settings: where photos lie and who sends the texts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.clock import Clock, system_clock
from logistics_client.errors import MisconfiguredError
from logistics_client.links.codes import OneTimeCodes
from logistics_client.links.evidence import EvidenceVault
from logistics_client.links.on_orders import OrderOutcomes, ParcelLinks, Tell
from logistics_client.links.retention import Retention
from logistics_client.links.service import Links, Site
from logistics_client.links.sms import FileOutbox, HttpSmsGateway, SmsGateway
from logistics_client.links.store import LinkStore
from logistics_client.links.token import TokenSigner
from logistics_client.service import LogisticsService

logger = logging.getLogger(__name__)

TICK_S = 20.0
PURGE_ROUNDS = 180  # about once an hour


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """Settings of the links.

    Attributes:
        public_url: ``PUBLIC_URL``, the address that callers' phones can reach.
        secret_key: ``SECRET_KEY``; signs tokens, seals and gateway messages.
        brand: signs the texts (【...】).
        data_dir: where photos and, without a gateway, texts are kept.
        sms_gateway: ``SMS_GATEWAY``; empty writes texts to ``sms-outbox.jsonl``.
        old_keys: earlier secret keys, whose links still work.
        retention: how long links and photos are kept.
    """

    public_url: str
    secret_key: str
    brand: str
    data_dir: Path = Path("data")
    sms_gateway: str = ""
    old_keys: tuple[str, ...] = ()
    retention: Retention = field(default_factory=Retention)


@asynccontextmanager
async def open_links(
    plan: LinkPlan, logistics: LogisticsService, engine: AsyncEngine, tell: Tell, *, clock: Clock = system_clock
) -> AsyncIterator[Links]:
    """Open the links for as long as the context lasts; due texts and hand-ins are looked after inside.

    Args:
        plan: the settings.
        logistics: the room's door; from now on it can send links.
        engine: the database of the work orders.
        tell: notes an event in the ledger.
        clock: our clock.

    Raises:
        MisconfiguredError: no secret key.
        UnavailableError: the database cannot be opened.
    """
    if not plan.secret_key:
        raise MisconfiguredError("set SECRET_KEY: links and photos are signed with it")
    async with AsyncExitStack() as stack:
        store = LinkStore(engine)
        await store.start()
        sms = _gateway(plan, clock)
        links = Links(
            store,
            EvidenceVault(plan.data_dir / "evidence", plan.secret_key),
            sms,
            TokenSigner((plan.secret_key, *plan.old_keys)),
            Site(plan.public_url, plan.brand),
            OrderOutcomes(logistics, engine, tell, clock=clock),
            clock=clock,
        )
        stack.push_async_callback(links.close)
        closing = asyncio.Event()
        task = asyncio.create_task(_look_after(links, plan.retention, closing), name="links")
        stack.push_async_callback(_stopped, task, closing)
        codes = OneTimeCodes(engine, sms, brand=plan.brand, key=plan.secret_key, clock=clock)
        logistics.send_texts_by(ParcelLinks(links, clock=clock), codes)
        yield links


def _gateway(plan: LinkPlan, clock: Clock) -> SmsGateway:
    if plan.sms_gateway:
        return HttpSmsGateway(plan.sms_gateway, plan.secret_key)
    return FileOutbox(plan.data_dir / "sms-outbox.jsonl", clock=clock)


async def _look_after(links: Links, retention: Retention, closing: asyncio.Event) -> None:
    rounds = 0
    while not closing.is_set():
        try:
            await links.tick()
            if rounds % PURGE_ROUNDS == 0:
                await links.purge(retention)
        except (SQLAlchemyError, OSError) as error:
            logger.warning("links wait for the database", extra={"error": type(error).__name__})
        rounds += 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(closing.wait(), TICK_S)


async def _stopped(task: asyncio.Task[None], closing: asyncio.Event) -> None:
    # Asked, not cancelled: the database driver may swallow a cancellation, or be left with a connection half closed.
    closing.set()
    await task
