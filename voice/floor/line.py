"""The callers of this process who wait for a person: their places, the offers made for them, and what they may be told.

Every process computes the same order over the whole floor and offers only its own callers, so no process decides about
another's call; the swap in the store makes each offer happen once.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from voice.floor.agents import ON_CALL, Agent, Refused, State, dial_out, passed, ring
from voice.floor.board import AWAY, Board
from voice.floor.routing import estimate_s, hopeless, pairs, position
from voice.floor.store import Change, View
from voice.floor.waiting import Waiting

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands: ``position`` from 1, ``estimate_s`` None while unknown."""

    position: int
    estimate_s: int | None


@dataclass(slots=True)
class Offered:
    """An agent who is asked now; ``withdrawn`` is set when the agent is gone before answering.

    ``asked`` says that the ring has begun: from then on its outcome settles the agent, before that :meth:`Line.leave`.
    """

    agent: Agent
    offer_id: str
    withdrawn: asyncio.Event
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Nobody:
    """No person on duty is left to be asked."""


News = Standing | Offered | Nobody


class Place:
    """One caller's place in line."""

    def __init__(self, waiting: Waiting) -> None:
        self.waiting = waiting
        self.news: asyncio.Queue[News] = asyncio.Queue()
        self.offered: Offered | None = None
        self._told: News | None = None

    def tell(self, news: News) -> None:
        """Queue news that is not what was told last."""
        if news != self._told:
            self._told = news
            self.news.put_nowait(news)

    def back(self) -> None:
        """The agent did not take the call: wait on, and do not ask the same one again."""
        if self.offered is not None:
            agent_id = self.offered.agent.agent_id
            self.waiting = replace(self.waiting, offered="", tried=(*self.waiting.tried, agent_id))
        self.offered = None
        self._told = None


class Line:
    """The part of the queue that belongs to this process."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._places: dict[str, Place] = {}
        self._engaged: dict[str, Agent] = {}
        self._open: set[str] = set()
        self._stepping = asyncio.Lock()
        board.watchers.append(self._step)

    async def join(self, waiting: Waiting) -> Place:
        """Stand in line; when Redis is away the place counts from when it is back."""
        place = self._places[waiting.call_id] = Place(waiting)
        await self._look_now()
        return place

    async def back(self, place: Place) -> None:
        """Return to the line after an attempt that failed."""
        place.back()
        await self._look_now()

    async def leave(self, place: Place) -> None:
        """Leave the line, served or not; an agent who was chosen and never asked is free again."""
        self._places.pop(place.waiting.call_id, None)
        if place.offered is not None and not place.offered.asked:
            await self.settle(place.offered.agent.agent_id, place.offered.offer_id, passed)
        await self._now_or_later(lambda: self._remove(place.waiting.call_id))

    async def settle(self, agent_id: str, offer_id: str, change: Callable[[Agent, float], Agent]) -> None:
        """Change an agent as long as the agent still belongs to this offer; later, when Redis is away."""

        def only_this_offer(agent: Agent) -> Agent:
            return change(agent, self._board.now) if agent.offer_id == offer_id else agent

        async def edit() -> None:
            try:
                after = await self._board.edit(agent_id, only_this_offer)
            except Refused:
                logger.info("an agent left before the call was settled")
                self._open.discard(offer_id)
                return
            self._open.discard(offer_id)
            if after.state is State.TALKING and after.offer_id == offer_id:
                self._engaged[offer_id] = after
            else:
                self._engaged.pop(offer_id, None)

        self._engaged.pop(offer_id, None)
        await self._now_or_later(edit)

    # --- steps -------------------------------------------------------------------------------------------------------

    async def _look_now(self) -> None:
        try:
            await self._step(self._board.view)
        except AWAY:
            self._board.wake()

    async def _now_or_later(self, action: Callable[[], object]) -> None:
        try:
            await action()  # type: ignore[misc]  # every action here is a coroutine function
        except AWAY:
            self._board.later(action)  # type: ignore[arg-type]

    async def _step(self, latest: View) -> None:
        async with self._stepping:
            if not self._places and not self._engaged and not _ringing_for(self._board.process, latest):
                return
            # Read under the lock: a picture from before the last claim would take that claim for withdrawn.
            view = await self._board.store.view()
            await self._keep_engaged(view)
            await self._free_unknown(view)
            waiting, agents = dict(view.waiting), dict(view.agents)
            for key, place in list(self._places.items()):
                if await self._restore(place, waiting.get(key)):
                    waiting[key] = place.waiting
                else:
                    waiting.pop(key, None)
            for caller, agent in pairs(waiting.values(), agents.values(), self._board.rules, self._board.now):
                own = self._places.get(caller.call_id)
                if own is not None and own.offered is None:
                    offered = await self._claim(own, agent)
                    if offered is not None:
                        waiting[caller.call_id], agents[agent.agent_id] = own.waiting, offered.agent
            for place in self._places.values():
                self._tell(place, waiting, agents, view)

    async def _restore(self, place: Place, stored: Waiting | None) -> bool:
        """Bring the table to what this process knows; False when somebody else is changing it just now."""
        return stored == place.waiting or await self._board.store.swap(Change(stored, place.waiting))

    async def _claim(self, place: Place, agent: Agent) -> Offered | None:
        offer_id = f"o-{secrets.token_hex(8)}"
        call_id = place.waiting.call_id.partition("#")[0]
        try:
            ringing = ring(agent, call_id, offer_id, self._board.process, self._board.now)
        except Refused:
            return None
        before, after = place.waiting, replace(place.waiting, offered=agent.agent_id)
        self._open.add(offer_id)
        made = False
        try:
            made = await self._board.store.swap(Change(agent, ringing), Change(before, after))
        finally:
            if not made:
                self._open.discard(offer_id)
        if not made:
            return None
        if self._places.get(before.call_id) is not place:  # the caller left while the claim was on its way
            await self.settle(agent.agent_id, offer_id, passed)
            return None
        place.waiting, place.offered = after, Offered(ringing, offer_id, asyncio.Event())
        place.tell(place.offered)
        return place.offered

    def _tell(self, place: Place, waiting: dict[str, Waiting], agents: dict[str, Agent], view: View) -> None:
        if place.offered is not None:
            agent = agents.get(place.offered.agent.agent_id)
            if agent is None or agent.offer_id != place.offered.offer_id:
                place.offered.withdrawn.set()
            return
        if hopeless(place.waiting, agents.values()):
            place.tell(Nobody())
            return
        stand = position(place.waiting, waiting.values())
        staff = list(agents.values())
        place.tell(Standing(stand, estimate_s(stand, place.waiting, staff, self._board.rules, view.handling)))

    async def _remove(self, key: str) -> None:
        while key not in self._places:
            stored = (await self._board.store.view()).waiting.get(key)
            if stored is None or await self._board.store.swap(Change(stored, None)):
                return

    async def _free_unknown(self, view: View) -> None:
        """A claim whose answer was lost with the connection may have happened: nobody rings this agent, so free it."""
        for agent in _ringing_for(self._board.process, view):
            if agent.offer_id not in self._open:
                await self._board.store.swap(Change(agent, passed(agent, self._board.now)))

    async def _keep_engaged(self, view: View) -> None:
        """Whoever talks here talks, whatever a table says that was emptied or cleaned up by mistake."""
        for offer_id, known in list(self._engaged.items()):
            agent = view.agents.get(known.agent_id)
            if agent is None and known.built_in:
                await self._board.store.swap(Change(None, known))
            elif agent is not None and agent.offer_id != offer_id and agent.state not in (*ON_CALL, State.OFFLINE):
                talking = dial_out(agent, known.call_id, offer_id, self._board.process, known.since)
                await self._board.store.swap(Change(agent, talking))


def _ringing_for(process: str, view: View) -> list[Agent]:
    """The agents whom this process rings, as the table has it."""
    return [agent for agent in view.agents.values() if agent.state is State.RINGING and agent.worker == process]
