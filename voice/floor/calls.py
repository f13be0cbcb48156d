"""What the floor knows about one call: the facts every screen shows, and the tools its hand-over works with."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import dialog.engine  # noqa: F401 - the card and the engine import each other; the engine has to come first
from desk.calls.masking import masked
from desk.calls.place import place_of
from dialog.card import one_line
from dialog.protocol import CardLine, HandoverCard
from ledger.commands import CommandBook
from voice.floor.agents import Agent
from voice.floor.board import AWAY, Board
from voice.floor.line import Line
from voice.floor.live import LiveCalls
from voice.floor.routing_file import Routing
from voice.floor.store import LiveCall
from voice.floor.tickets import Tickets

logger = logging.getLogger(__name__)

SHOWN_WITHIN_S = 0.3

Log = Callable[[str, Mapping[str, object]], None]


@dataclass(frozen=True, slots=True)
class CallFacts:
    """Who calls, as screens show it; ``number`` is shown to the agent's telephone only."""

    call_id: str
    number: str | None = None
    caller_class: str = ""
    called: str = ""
    hotline: str = ""
    place: str = ""

    def as_caller(self) -> dict[str, object]:
        """The ``caller`` of an offer."""
        place = self.place or place_of(self.number)
        return {"masked": masked(self.number), "place": place, "class": self.caller_class, "role": ""}


class Screens:
    """Offers and calls on agents' pages, wherever they are connected."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._shown: dict[str, asyncio.Event] = {}
        self._unsent: dict[str, LiveCall] = {}
        self._turns: dict[str, asyncio.Lock] = {}  # by call: its news reach the pages in the order they were told
        board.news.append(self._hear)

    async def offer(self, agent: Agent, message: Mapping[str, object], call: LiveCall | None) -> None:
        """Show the card; returns when the page has it, or after a moment: the telephone rings after that.

        ``call`` is kept for a page that is loaded again; None when the call is shown already.
        """
        if agent.built_in:
            return
        shown = self._shown[str(message["offer_id"])] = asyncio.Event()
        try:
            if call is not None:
                await self._board.store.put_call(call)
            await self._board.tell(agent.agent_id, message)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(shown.wait(), SHOWN_WITHIN_S)
        except AWAY:
            logger.warning("a card could not be shown: Redis is away")
        finally:
            self._shown.pop(str(message["offer_id"]), None)

    async def tell(self, agent_id: str, message: Mapping[str, object]) -> None:
        """Show a message; one that cannot be delivered is not kept, because states come again."""
        with contextlib.suppress(*AWAY):
            await self._board.tell(agent_id, message)

    async def call(self, call: LiveCall) -> None:
        """Show the call's new phase to everybody in it; while Redis is away, the newest one waits."""
        self._unsent[call.call_id] = call
        try:
            await self._send(call.call_id)
        except AWAY:
            self._board.later(lambda: self._send(call.call_id))

    async def _send(self, call_id: str) -> None:
        async with self._turns.setdefault(call_id, asyncio.Lock()):
            call = self._unsent.get(call_id)
            if call is None:
                return
            await self._board.store.put_call(call)
            for agent_id in call.agents:
                await self._board.tell(agent_id, call.call)
            if self._unsent.get(call_id) is call:
                del self._unsent[call_id]

    async def over(self, call: LiveCall) -> None:
        """Show that the call is over, and forget it; what is being told of it just now comes before."""
        self._unsent.pop(call.call_id, None)
        async with self._turns.setdefault(call.call_id, asyncio.Lock()):
            for agent_id in call.agents:
                await self.tell(agent_id, call.call)
            await self.forget(call.call_id)
        self._turns.pop(call.call_id, None)

    async def forget(self, call_id: str) -> None:
        """Nobody's page shows the call any more."""
        self._unsent.pop(call_id, None)
        try:
            await self._board.store.drop_call(call_id)
        except AWAY:
            self._board.later(lambda: self._board.store.drop_call(call_id))

    def _hear(self, news: Mapping[str, Any]) -> None:
        if news.get("kind") == "shown" and (event := self._shown.get(str(news.get("offer_id")))) is not None:
            event.set()


@dataclass(frozen=True, slots=True)
class FloorTools:
    """One of each in every process, shared by its calls."""

    board: Board
    line: Line
    screens: Screens
    live: LiveCalls
    book: CommandBook | None
    tickets: Tickets
    routing: Routing
    media_base: str = ""
    ice_servers: Callable[[], list[dict[str, str]]] = field(default=list)


def card_as_dict(card: HandoverCard) -> dict[str, object]:
    """The card as events and screens carry it."""

    def lines(entries: tuple[CardLine, ...]) -> list[dict[str, object]]:
        return [
            {"label": line.label, "text": line.text, "turn": line.turn, "confidence": line.confidence}
            for line in entries
        ]

    return {
        "request": card.request,
        "processes": lines(card.processes),
        "notes": lines(card.notes),
        "trace": lines(card.trace),
        "promises": lines(card.promises),
        "emotion": card.emotion,
        "unconfirmed": lines(card.unconfirmed),
        "next_steps": list(card.next_steps),
        "identity": card.identity,
        "intent": card.intent,
        "waybill": card.waybill,
        "whisper": card.whisper,
        "line": one_line(card),
    }
