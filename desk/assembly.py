"""Putting the desk together: what ``voice.serve`` gives it, and the routes it gives back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth.accounts import FIRST_ADMIN, AccountBook
from desk.auth.admin_routes import AdminRoutes
from desk.auth.api_keys import KeyBook
from desk.auth.attempts import Attempts
from desk.auth.gate import Gate, Require
from desk.auth.oidc import Oidc, OidcRoutes, OidcSettings
from desk.auth.origin import Origins
from desk.auth.passwords import Passwords
from desk.auth.routes import SessionRoutes
from desk.auth.sessions import SessionBook
from desk.calls.actions import Actions
from desk.calls.book import CallBook
from desk.calls.callbacks import CallBacks
from desk.calls.case import Cases
from desk.calls.case_routes import CaseRoutes
from desk.calls.lists import CallLists
from desk.calls.projection import Projection
from desk.calls.promises import PromiseBook
from desk.calls.recording_routes import RecordingRoutes
from desk.calls.routes import CallRoutes
from desk.database import Audit, Clock, create_tables
from desk.live.dialling import Dialling
from desk.live.feed import Feed
from desk.live.routes import LiveRoutes
from desk.live.socket import DeskSocket
from desk.partners.assembly import PartnerSettings, open_partners
from desk.partners.pop_up import PopUp
from desk.ports import Floor, Recordings
from desk.static import Pages
from ledger import Ledger, LedgerUnavailable
from ledger.commands import CommandBook
from logistics_client.ports import Logistics

logger = logging.getLogger(__name__)

PROMISES_EVERY_S = 20.0


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What the running hotline gives the desk.

    Attributes:
        ledger: started; its database also holds the desk's tables.
        floor: presence and queue.
        commands: the book of commands to live calls.
        recordings: the sound of finished calls.
        logistics: the parcels' door.
        redis: brings the events of other processes; None in one process.
        clock: zone-aware now.
        public_url: ``PUBLIC_URL``.
        oidc: sign-in by another identity provider; None is off.
        media_origins: the other processes of the hotline, as browsers reach them.
        partners: who may embed the desk, where webhooks may go, and the pop-up address of each hotline.
        passwords: another hasher, for tests that sign in often.
        say: prints the first administrator's one-time password.
    """

    ledger: Ledger
    floor: Floor
    commands: CommandBook
    recordings: Recordings
    logistics: Logistics
    redis: Any
    clock: Clock
    public_url: str = ""
    media_origins: Sequence[str] = ()
    oidc: OidcSettings | None = None
    partners: PartnerSettings = field(default_factory=PartnerSettings)
    passwords: Passwords | None = None
    say: Callable[[str], None] = print


@dataclass(frozen=True, slots=True)
class Desk:
    """The opened desk: its routes, and the gate for other rooms' routes.

    ``let_go`` ends event streams and pages; call it before the server is closed, which waits for them.
    """

    routers: Sequence[APIRouter]
    require: Require
    promises: PromiseBook
    accounts: AccountBook
    keys: KeyBook
    let_go: Callable[[], None]


@asynccontextmanager
async def open_desk(parts: DeskParts) -> AsyncIterator[Desk]:
    """Open the desk for as long as the context lasts.

    Raises:
        SQLAlchemyError: the database cannot be opened.
    """
    async with AsyncExitStack() as stack:
        engine, clock = parts.ledger.engine, parts.clock
        await create_tables(engine)
        audit = Audit(engine, clock)
        accounts = AccountBook(engine, parts.passwords or Passwords(), clock)
        gate = Gate(SessionBook(engine, clock), KeyBook(engine, clock), Origins(parts.public_url))
        await _first_admin(accounts, parts.say)
        projection = Projection(engine, parts.ledger)
        await projection.start()
        stack.push_async_callback(projection.close)
        book = CallBook(parts.ledger, clock)
        promises = PromiseBook(engine, projection, book, clock)
        feed = Feed(parts.ledger, parts.redis)
        feed.start()
        stack.push_async_callback(feed.close)
        partners = await stack.enter_async_context(
            open_partners(parts.partners, parts.ledger, feed, gate, audit, clock)
        )
        reminder = asyncio.create_task(_note_missed(promises), name="desk-promises")
        stack.push_async_callback(_stopped, reminder)
        routers = [
            *_sign_in(parts, gate, accounts, audit, engine),
            *_calls(parts, gate, accounts, projection, book, promises),
            LiveRoutes(gate, parts.floor, book, parts.commands).router(),
            DeskSocket(
                gate, parts.floor, feed, promises, Dialling(book, parts.logistics), PopUp(parts.partners, book)
            ).router(),
            *partners.routers,
            Pages(parts.partners.embed_origins, media_origins=parts.media_origins).router(),
        ]
        yield Desk(routers, gate.require, promises, accounts, gate.keys, feed.end)


def _sign_in(parts: DeskParts, gate: Gate, accounts: AccountBook, audit: Audit, engine: AsyncEngine) -> list[APIRouter]:
    attempts = Attempts(engine, parts.clock)
    name = parts.oidc.name if parts.oidc else ""
    routers = [
        SessionRoutes(gate, accounts, attempts, audit, name).router(),
        AdminRoutes(gate, accounts, audit, engine).router(),
    ]
    if parts.oidc is not None:
        routers.append(OidcRoutes(gate, Oidc(parts.oidc, engine, parts.clock), accounts, audit).router())
    return routers


def _calls(
    parts: DeskParts,
    gate: Gate,
    accounts: AccountBook,
    projection: Projection,
    book: CallBook,
    promises: PromiseBook,
) -> list[APIRouter]:
    engine, clock, logistics = parts.ledger.engine, parts.clock, parts.logistics
    lists = CallLists(engine)
    cases = Cases(engine, logistics, accounts, lists, book)
    actions = Actions(engine, logistics, cases, book, projection, clock)
    return [
        CallRoutes(gate, accounts, projection, lists, book).router(),
        RecordingRoutes(gate, book, parts.recordings, clock).router(),
        CaseRoutes(gate, book, cases, actions, promises, CallBacks(engine, clock), projection).router(),
    ]


async def _first_admin(accounts: AccountBook, say: Callable[[str], None]) -> None:
    password = await accounts.first_admin()
    if password is not None:
        say(f"first sign-in at /desk: name {FIRST_ADMIN}, one-time password {password} (must be changed there)")


async def _note_missed(promises: PromiseBook) -> None:
    while True:
        try:
            await promises.note_missed()
        except (SQLAlchemyError, LedgerUnavailable, OSError) as error:
            logger.warning("agents' promises wait for the database: %s", type(error).__name__)
        await asyncio.sleep(PROMISES_EVERY_S)


async def _stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
