"""Putting the floor together: Redis, ledger and telephones in, the desk's floor and the calls' tools out."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from ledger import Event, Ledger, LedgerUnavailable
from ledger.commands import CommandBook
from telephony.webrtc import WebEndpoint
from voice.clock import Clock
from voice.config import Hotlines, Settings
from voice.floor.agents import EVERY_SKILL, Agent, State
from voice.floor.board import AWAY, Board
from voice.floor.calls import FloorTools, Screens
from voice.floor.floor import HotlineFloor
from voice.floor.line import Line
from voice.floor.live import LiveCalls
from voice.floor.routing_file import Routing
from voice.floor.store import Change, FloorStore, View
from voice.floor.tickets import Tickets

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenFloor:
    """What the running hotline works with."""

    floor: HotlineFloor
    tools: FloorTools
    book: CommandBook


def desk_telephones(settings: Settings, hotlines: Hotlines) -> dict[str, str]:
    """The built-in telephones: ``AGENT_SIP`` alone, else every hotline's; SIP URI -> name."""
    default = hotlines.default
    if settings.agent_sip:
        return {settings.agent_sip: default.profile.agent_name}
    known = (default, *hotlines.by_called.values())
    return {hotline.agent_sip: hotline.profile.agent_name for hotline in known if hotline.agent_sip}


def process_name() -> str:
    """A name for this process that no earlier one had."""
    return f"{socket.gethostname()[:32]}-{os.getpid()}-{secrets.token_hex(3)}"


@asynccontextmanager
async def open_floor(
    redis: Any,
    ledger: Ledger,
    web: WebEndpoint,
    clock: Clock,
    routing: Routing,
    telephones: dict[str, str],
    *,
    media_base: str = "",
    process: str = "",
) -> AsyncIterator[OpenFloor]:
    """Open the floor; ``telephones`` are the built-in desk telephones, SIP URI -> name."""
    process = process or process_name()
    board = Board(FloorStore(redis), process, clock, routing.rules)
    book = CommandBook(ledger, redis, owner=process, now=clock.now)
    live, tickets, line = LiveCalls(), Tickets(clock.monotonic), Line(board)
    tools = FloorTools(
        board, line, Screens(board), live, book, tickets, routing, media_base=media_base, ice_servers=web.ice_servers
    )

    def note(type_: str, call_id: str, data: dict[str, object]) -> None:
        try:
            ledger.post(Event(type_, call_id, clock.now(), data))
        except LedgerUnavailable as error:
            logger.error("an event of the floor is lost: %s", error)

    floor = HotlineFloor(board, book, tickets, web, note=note)
    board.watchers.insert(0, _built_in(board, telephones))
    board.on_dead.append(_mourn(book, note))
    await book.start()
    book.serve(live.run)
    await board.start()
    await _bury_unknown(board, book, note)
    try:
        yield OpenFloor(floor, tools, book)
    finally:
        await floor.close()
        await board.close()
        await book.close()


def _built_in(board: Board, telephones: dict[str, str]) -> Callable[[View], Any]:
    """Keep the desk telephones of the configuration on the floor; they take every group, after signed-in people."""

    async def place(view: View) -> None:
        for uri, name in telephones.items():
            agent_id = f"desk:{uri}"
            if agent_id not in view.agents:
                agent = Agent(agent_id, name, (EVERY_SKILL,), "telephone", uri, State.IDLE, board.now, tier=1)
                await board.store.swap(Change(None, agent))

    return place


def _mourn(book: CommandBook, note: Callable[[str, str, dict[str, object]], None]) -> Callable[[str], Any]:
    async def mourn(process: str) -> None:
        try:
            for call_id in await book.bury(process):
                note("call.ended", call_id, {"cause": "crashed", "who": "hotline"})
        except LedgerUnavailable as error:
            logger.error("the calls of a dead process are not closed: %s", error)

    return mourn


async def _bury_unknown(board: Board, book: CommandBook, note: Callable[[str, str, dict[str, object]], None]) -> None:
    """At start: calls of processes that do not beat any more died with them."""
    try:
        owners = set((await book.live()).values())
        beating = set((await board.store.view()).beats)
        for owner in owners - beating - {board.process}:
            await _mourn(book, note)(owner)
    except (*AWAY, LedgerUnavailable):
        logger.warning("calls of an earlier run could not be closed")
