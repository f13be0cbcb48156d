"""One process's part in the floor: it beats, looks, cleans up after the dead, and tells its own parts what changed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from redis.exceptions import RedisError

from voice.clock import Clock
from voice.floor.agents import ON_CALL, Agent, Refused, State, finish_wrap_up, orphaned, passed, sign_out
from voice.floor.lease import BEAT_S, Leases
from voice.floor.routing import RoutingRules
from voice.floor.store import Change, FloorStore, View

logger = logging.getLogger(__name__)

AWAY = (RedisError, OSError)
"""What a Redis that is away looks like."""

ATTEMPTS = 20
# An offer is ended by the process that made it; this only frees an agent whom a fault has left ringing.
STUCK_RINGING_S = 60.0
FORGET_OFFLINE_S = 3600.0

Watcher = Callable[[View], Awaitable[None]]
News = Callable[[Mapping[str, Any]], None]


class Board:
    """The floor as this process sees it; ``process`` is its name, anew at every start."""

    def __init__(self, store: FloorStore, process: str, clock: Clock, rules: RoutingRules) -> None:
        self.store, self.process, self.clock, self.rules = store, process, clock, rules
        self.view = View()
        self.connected = False
        self.watchers: list[Watcher] = []
        self.news: list[News] = []
        self.on_dead: list[Callable[[str], Awaitable[None]]] = []
        self._leases = Leases()
        self._beats = 0
        self._beat_due = 0.0
        self._wake = asyncio.Event()
        self._closing = False
        self._later: list[Callable[[], Awaitable[None]]] = []
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.clock.now().timestamp()

    async def start(self) -> None:
        """Look once, then go on looking; a Redis that is away is waited for."""
        with contextlib.suppress(*AWAY):
            await self._round()
        self._tasks = [
            asyncio.create_task(self._run(), name="floor"),
            asyncio.create_task(self._listen(), name="floor-news"),
        ]

    async def close(self) -> None:
        """Stop looking and say goodbye."""
        self._closing = True
        self._wake.set()
        if self._tasks:
            await self._tasks[0]
            self._tasks[1].cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            self._tasks = []
        with contextlib.suppress(*AWAY):
            await self.store.forget(self.process)

    def wake(self) -> None:
        """Look again soon."""
        self._wake.set()

    def later(self, action: Callable[[], Awaitable[None]]) -> None:
        """Do something that must not be lost as soon as Redis answers."""
        self._later.append(action)
        self._wake.set()

    async def edit(self, agent_id: str, change: Callable[[Agent], Agent]) -> Agent:
        """Change one agent, whatever others do meanwhile; returns the agent as written.

        Raises:
            Refused: the agent is unknown, or ``change`` refuses.
            RedisError: Redis is away.
        """
        for _ in range(ATTEMPTS):
            view = await self.store.view()
            before = view.agents.get(agent_id)
            if before is None:
                raise Refused("您还没有签入，请刷新页面后重试。")
            after = change(before)
            if after == before or await self.store.swap(Change(before, after)):
                return after
        raise Refused("坐席状态正在变化，请再试一次。")

    async def tell(self, to: str, message: Mapping[str, object]) -> None:
        """Show a message on one agent's screen, wherever the page is connected."""
        await self.store.tell({"kind": "screen", "to": to, "message": message})

    # --- the round ---------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while not self._closing:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), BEAT_S / 2)
            self._wake.clear()
            try:
                await self._round()
            except AWAY as error:
                if self.connected:
                    logger.warning("the floor's Redis is away (%s); live calls go on", type(error).__name__)
                self.connected = False
                await asyncio.sleep(BEAT_S / 2)
            except Exception:
                logger.exception("a round of the floor failed; the next one follows")
                await asyncio.sleep(BEAT_S / 2)

    async def _round(self) -> None:
        monotonic = self.clock.monotonic()
        if monotonic >= self._beat_due:
            self._beats += 1
            await self.store.beat(self.process, self._beats)
            self._beat_due = monotonic + BEAT_S
        while self._later:
            await self._later[0]()
            self._later.pop(0)
        self.view = await self.store.view()
        self.connected = True
        if await self._clean_up(self.view, monotonic):
            self.view = await self.store.view()
        for watcher in self.watchers:
            await watcher(self.view)

    async def _clean_up(self, view: View, monotonic: float) -> bool:
        named = {agent.worker for agent in view.agents.values()} | {agent.home for agent in view.agents.values()}
        named |= {caller.owner for caller in view.waiting.values()} | {call.owner for call in view.calls.values()}
        dead = self._leases.look(view.beats, named - {"", "gone"}, monotonic) - {self.process}
        changes = [
            Change(agent, after) for agent in view.agents.values() if (after := self._after(agent, dead)) != agent
        ]
        changes += [Change(caller, None) for caller in view.waiting.values() if caller.owner in dead]
        for change in changes:
            await self.store.swap(change)
        for call in view.calls.values():
            if call.owner in dead:
                await self.store.drop_call(call.call_id)
        for process in dead:
            await self.store.forget(process)
            for mourner in self.on_dead:
                await mourner(process)
        return bool(changes or dead)

    def _after(self, agent: Agent, dead: set[str]) -> Agent | None:
        """What becomes of an agent by time and by the death of processes; None: forgotten."""
        now = self.now
        if agent.home in dead:
            agent = sign_out(agent, now)
        if agent.state in ON_CALL and agent.worker in dead:
            agent = orphaned(agent, now)
        if agent.state is State.ACW and agent.until <= now:
            agent = finish_wrap_up(agent, now)
        if agent.state is State.RINGING and now - agent.since > STUCK_RINGING_S:
            agent = passed(agent, now)
        if agent.state is State.OFFLINE and now - agent.since > FORGET_OFFLINE_S:
            return None
        return agent

    def _over(self) -> bool:
        return self._closing

    async def _listen(self) -> None:
        while not self._over():
            try:
                async for news in self.store.news():
                    if self._over():  # a cancellation that meets an expiring time-out may be lost on Python 3.11
                        return
                    if news.get("kind") in (None, "changed"):
                        self._wake.set()
                    for hear in self.news:
                        hear(news)
            except AWAY as error:
                logger.info("the floor hears no news: %s", type(error).__name__)
            await asyncio.sleep(BEAT_S / 2)
