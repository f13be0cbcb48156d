"""Agents' pages: signing in and out, and everything their screens are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from desk.ports import AgentSeat, Message
from voice.clock import CHINA
from voice.floor.agents import Agent, State, sign_in, sign_out
from voice.floor.board import AWAY, Board
from voice.floor.routing import headcount
from voice.floor.store import Change, View

# A page that takes nothing for so long is gone; its agent must not be offered calls.
BACKLOG = 2000
QUEUE_EVERY_S = 1.0

Note = Callable[[str, str, dict[str, object]], None]


class Page:
    """One connected page of one agent."""

    def __init__(self, seat: AgentSeat) -> None:
        self.seat = seat
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue()

    def show(self, message: Message) -> None:
        """Queue a message; a page that does not read is closed."""
        if self._messages.qsize() < BACKLOG:
            self._messages.put_nowait(message)
        else:
            self.close()

    def close(self) -> None:
        """End the page."""
        self._messages.put_nowait(None)

    async def next(self) -> Message | None:
        """The next message; None at the end."""
        return await self._messages.get()


class Presence:
    """The pages that are connected to this process."""

    def __init__(self, board: Board, *, note: Note) -> None:
        self._board, self._note = board, note
        self._pages: dict[str, list[Page]] = {}
        self._shown: dict[str, Agent] = {}
        self._queue_shown: Mapping[str, object] = {}
        self._queue_due = 0.0
        self._missed = False
        board.watchers.append(self._look)
        board.news.append(self._hear)

    async def attend(self, seat: AgentSeat) -> AsyncIterator[Message]:
        """Sign in, yield what the screen is told, and sign out when the iterator is left."""
        page = Page(seat)
        self._pages.setdefault(seat.agent_id, []).append(page)
        try:
            agent = await self._sign_in(seat)
            self._shown[seat.agent_id] = agent
            yield await self._hello(agent)
            while (message := await page.next()) is not None:
                yield message
                if message.get("type") == "offer":
                    # Control is back: the card was written to the page before the telephone rings.
                    await self._board.store.tell({"kind": "shown", "offer_id": message.get("offer_id")})
        finally:
            await self._leave(page)

    def close(self) -> None:
        """End every page."""
        for pages in self._pages.values():
            for page in pages:
                page.close()

    def show(self, agent_id: str, message: Message) -> None:
        """Show a message on the agent's pages here."""
        for page in self._pages.get(agent_id, []):
            page.show(message)

    # --- in and out --------------------------------------------------------------------------------------------------

    async def _sign_in(self, seat: AgentSeat) -> Agent:
        while True:
            before = (await self._board.store.view()).agents.get(seat.agent_id)
            agent = sign_in(
                seat.agent_id,
                seat.name,
                seat.skills,
                role=seat.role,
                device=seat.device,
                home=self._board.process,
                now=self._board.now,
                before=before,
            )
            if agent == before or await self._board.store.swap(Change(before, agent)):
                if before is None or before.state is not agent.state:
                    self._write(agent)
                return agent

    async def _leave(self, page: Page) -> None:
        agent_id = page.seat.agent_id
        pages = self._pages[agent_id]
        pages.remove(page)
        if pages:
            return
        del self._pages[agent_id]
        self._shown.pop(agent_id, None)
        try:
            await self._sign_out(agent_id)
        except AWAY:
            self._board.later(lambda: self._sign_out(agent_id))

    async def _sign_out(self, agent_id: str) -> None:
        while agent_id not in self._pages:
            before = (await self._board.store.view()).agents.get(agent_id)
            if before is None or before.home != self._board.process:
                return  # signed in elsewhere meanwhile
            after = sign_out(before, self._board.now)
            if await self._board.store.swap(Change(before, after)):
                self._write(after)
                return

    # --- what screens are told ---------------------------------------------------------------------------------------

    async def _hello(self, agent: Agent) -> Message:
        view = await self._board.store.view()
        return {
            "type": "hello",
            "agent": {"id": agent.agent_id, "name": agent.name, "role": agent.role, "skills": list(agent.skills)},
            **_state(agent),
            "calls": [dict(call.call) for call in view.calls.values() if agent.agent_id in call.agents],
            "offer": next((dict(c.offer) for c in view.calls.values() if _rings(agent, c.offer)), None),
            "promises": [],
        }

    async def _look(self, view: View) -> None:
        missed, self._missed = self._missed, False
        try:
            await self._show_all(view, missed=missed)
        except BaseException:
            self._missed = self._missed or missed  # Redis went away again: who was not told yet is told then
            raise
        self._show_queue(view)

    async def _show_all(self, view: View, *, missed: bool) -> None:
        for agent_id, pages in list(self._pages.items()):
            agent = view.agents.get(agent_id)
            if agent is None or agent.home in ("", "gone"):
                # Redis was emptied, or this process was held for dead: whoever has a page here is here.
                agent = await self._sign_in(pages[0].seat)
            before = self._shown.get(agent_id)
            if before is not None and _state(before) != _state(agent):
                self.show(agent_id, {"type": "state", **_state(agent)})
                self._write(agent)
            self._shown[agent_id] = agent
            if missed:
                self.show(agent_id, await self._hello(agent))

    def _show_queue(self, view: View) -> None:
        now = self._board.now
        if not self._pages or now < self._queue_due:
            return
        message = {"type": "queue", **asdict(headcount(view.waiting.values(), view.agents.values(), now))}
        if message != self._queue_shown:
            self._queue_shown, self._queue_due = message, now + QUEUE_EVERY_S
            for agent_id in self._pages:
                self.show(agent_id, message)

    def _hear(self, news: Mapping[str, Any]) -> None:
        if news.get("kind") == "screen":
            self.show(str(news["to"]), news["message"])
        elif not news:
            self._missed = True  # the channel was opened (again): what was told before is lost

    def _write(self, agent: Agent) -> None:
        data: dict[str, object] = {"agent": agent.agent_id, "state": agent.state.value, "reason": agent.reason}
        self._note("agent.state", f"agent:{agent.agent_id}", data)


def _rings(agent: Agent, offer: Mapping[str, object]) -> bool:
    return agent.state is State.RINGING and offer.get("offer_id") == agent.offer_id


def _state(agent: Agent) -> dict[str, object]:
    return {
        "state": agent.state.value,
        "reason": agent.reason,
        "since": moment(agent.since),
        "until": moment(agent.until) if agent.until else None,
    }


def moment(seconds: float) -> str:
    """A time as screens and events carry it."""
    return datetime.fromtimestamp(seconds, CHINA).isoformat(timespec="milliseconds")
