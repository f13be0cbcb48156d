"""A floor of random people in virtual time, and the laws that every hand-over must keep."""

# ruff: noqa: D102 - the methods are those of the ports that these people stand in for

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import fakeredis

from bench.handover.people import AgentPage, Browsers, Habits, Leg, Telephones
from bench.handover.virtual_time import VirtualClock
from dialog.protocol import HandoverCard, Transfer, TransferOutcome
from ledger.commands import Command, CommandResult
from telephony.hub import BotLeg, Hub, Mode, Role
from voice.floor.agents import EVERY_SKILL, Agent, State
from voice.floor.board import Board
from voice.floor.calls import CallFacts, FloorTools, Screens
from voice.floor.floor import HotlineFloor
from voice.floor.line import Line
from voice.floor.live import LiveCalls
from voice.floor.routing import RoutingRules
from voice.floor.routing_file import Routing, Trunk
from voice.floor.store import Change, FloorStore, View
from voice.floor.tickets import Tickets
from voice.floor.wish import Urgency
from voice.handover import Handover

CARD = HandoverCard("包裹滞留网点未派件", whisper="")
LIMIT_S = 900.0
OPEN = (TransferOutcome.QUEUED, TransferOutcome.RINGING, TransferOutcome.BRIDGED)


class DirectBook:
    """Commands without a table: what crosses it in production is tested with the ledger."""

    def __init__(self, lives: list[LiveCalls]) -> None:
        self._lives = lives

    async def perform(
        self, call_id: str, verb: str, *, by: str, arguments: Mapping[str, object] | None = None
    ) -> CommandResult:
        result = CommandResult(False, "gone")
        for live in self._lives:
            result = await live.run(Command("k", call_id, verb, by, dict(arguments or {}), None))  # type: ignore[arg-type]
            if result.ok:
                return result
        return result


class Process:
    """One process of the hotline, as far as hand-overs go."""

    def __init__(
        self, name: str, server: fakeredis.FakeServer, clock: VirtualClock, lives: list[LiveCalls], routing: Routing
    ):
        self.redis = fakeredis.FakeAsyncRedis(server=server)
        self.board = Board(FloorStore(self.redis), name, clock, routing.rules)
        self.live = LiveCalls()
        lives.append(self.live)
        line = Line(self.board)
        tickets = Tickets(clock.monotonic)
        self.tools = FloorTools(self.board, line, Screens(self.board), self.live, None, tickets, routing)
        self.browsers = Browsers()
        book: Any = DirectBook(lives)
        self.floor = HotlineFloor(self.board, book, tickets, self.browsers, note=lambda *_args: None)

    async def die(self) -> None:
        """Stop like a killed process: no goodbye reaches Redis."""

        async def gone(*_args: Any, **_kwargs: Any) -> Any:
            raise ConnectionError("killed")

        store: Any = self.board.store
        for name in ("view", "swap", "put_call", "drop_call", "beat", "forget", "talked", "tell"):
            setattr(store, name, gone)
        self.board._closing = True  # a cancellation that meets an expiring wait_for is lost on Python 3.11
        for task in self.board._tasks:
            task.cancel()
        await asyncio.gather(*self.board._tasks, return_exceptions=True)


@dataclass
class Tally:
    """What came out of a run; ``broken`` names every law that was broken."""

    transfers: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    attempts: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    seconds_to_person: list[float] = field(default_factory=list)


class CallerCase:
    """One caller who wants a person; the :class:`voice.handover.Around` of the hand-over."""

    def __init__(self, world: World, process: Process, number: int) -> None:
        self.world, self.process = world, process
        self.call_id = f"c-{number}"
        self.leg = Leg(f"138{number:08d}")
        self.hub = Hub(8000)
        self.hub.attach(Role.CALLER, self.leg)
        self.hub.attach_voice(Role.BOT, BotLeg(8000))
        self.told: list[TransferOutcome] = []
        self.ended_by_agent = self.gave_up = False
        self.heard: list[bytes] = []
        self.hub.subscribe("heard", lambda pcm, _tick: self.heard.append(pcm))
        facts = CallFacts(self.call_id, self.leg.info.caller.number)
        telephones: Any = world.telephones
        self.handover = Handover(
            process.tools,
            telephones,
            self.hub,
            self.leg,
            facts,
            self,
            speak=_mute,
        )

    def log(self, type_: str, data: Mapping[str, object]) -> None:
        if type_ in ("agent.accepted", "agent.declined", "agent.no_answer"):
            self.world.tally.attempts[str(data["outcome"])] += 1
        if type_ == "transfer.bridged" and "seconds" in data:
            self.world.tally.seconds_to_person.append(float(str(data["seconds"])))

    def progress(self, outcome: TransferOutcome, position: int | None = None, estimate_s: int | None = None) -> None:
        self.told.append(outcome)
        if outcome is TransferOutcome.QUEUED and self.world.dice.random() < 0.1:
            self.gave_up = True
            asyncio.get_running_loop().call_soon(self.handover.stop_waiting)

    def bridged(self, agent_id: str) -> Callable[[], Awaitable[None]]:
        async def end() -> None:
            return None

        return end

    def hang_up(self, cause: str) -> None:
        self.ended_by_agent = True
        self.leg.leave(cause)

    async def run(self) -> None:
        """Ask for a person once, and check that the caller is never lost."""
        dice = self.world.dice
        self.process.live.add(self.call_id, self.handover)
        if dice.random() < self.world.habits.caller_leaves:
            asyncio.get_running_loop().call_later(dice.uniform(0, 60), self.leg.leave)
        urgency = Urgency(missed_promises=dice.randrange(3), fresh=dice.random() < 0.2, elderly=dice.random() < 0.2)
        watching = asyncio.create_task(self._watch())
        skill = dice.choice(["general", "general", "complaint", "merchant"])
        try:
            async with asyncio.timeout(LIMIT_S):
                await self.handover.reach(Transfer("t-1", "human", skill, CARD), urgency)
            self._check_end()
        except TimeoutError:
            where = f"{self.hub.mode}, told {[str(one) for one in self.told[-3:]]}"
            self.world.tally.broken.append(f"{self.call_id}: no end within {LIMIT_S:.0f} s ({where})")
        finally:
            watching.cancel()
            await self.handover.close()
            self.process.live.remove(self.call_id)
            self.hub.close()

    def _check_end(self) -> None:
        tally = self.world.tally
        tally.transfers += 1
        last = self.told[-1] if self.told else None
        if self.leg.closed.done():
            tally.ends["agent hung up" if self.ended_by_agent else "caller left"] += 1
        elif self.hub.mode is not Mode.BOT:
            tally.broken.append(f"{self.call_id}: left in {self.hub.mode} after {last}")
        elif last in OPEN and not self.gave_up:
            tally.broken.append(f"{self.call_id}: the dialogue was told {last} last")
        else:
            tally.ends["gave up waiting" if self.gave_up and last in OPEN else str(last)] += 1

    async def _watch(self) -> None:
        """Once a second: whoever waits hears music, whoever is bridged hears a person."""
        silent = 0
        while True:
            await asyncio.sleep(1.0)
            if self.leg.closed.done() or self.hub.mode is Mode.BOT:
                silent = 0
                continue
            self.heard.clear()
            self.hub.tick(10)
            agent = self.hub._live.get(Role.AGENT)
            muted = agent is not None and agent.muted
            silent = 0 if muted or any(any(frame) for frame in self.heard) else silent + 1
            if silent == 2:
                self.world.tally.broken.append(f"{self.call_id}: silence in {self.hub.mode}")


class World:
    """Processes, agents and callers; ``away`` is how often Redis goes away for some seconds."""

    def __init__(
        self, seed: int, *, processes: int = 2, agents: int = 6, telephones: int = 2, away_every_s: float = 0.0
    ):
        self.dice, self.habits, self.tally = random.Random(seed), Habits(), Tally()
        self._sizes = (processes, agents, telephones)
        self._away_every_s = away_every_s

    async def run(
        self, transfers: int, *, every_s: float = 4.0, progress: Callable[[int], None] = lambda _begun: None
    ) -> Tally:
        """Let callers come until so many hand-overs are over; ``progress`` is told how many have begun."""
        await self._open()
        working = [asyncio.create_task(page.run()) for page in self._pages()]
        helpers = [asyncio.create_task(self._check_floor())]
        if self._away_every_s:
            helpers.append(asyncio.create_task(self._lose_redis()))
        await asyncio.sleep(1.0)
        await self._call(transfers, every_s, progress)
        for task in helpers:
            task.cancel()
        self.server.connected = True
        await asyncio.sleep(90)
        self._check_rest(await self.processes[0].board.store.view())
        for task in working:
            task.cancel()
        await asyncio.gather(*working, *helpers, return_exceptions=True)
        for process in self.processes:
            await process.board.close()
        return self.tally

    async def _open(self) -> None:
        """Start the processes and put the desk telephones on their floor."""
        clock = VirtualClock(asyncio.get_running_loop())
        self.server, lives = fakeredis.FakeServer(), []  # type: ignore[var-annotated]
        self.telephones = Telephones(self.dice, self.habits)
        routing = Routing(
            RoutingRules(acw_s=10), overflow="sip:overflow@x", overflow_after_s=90, trunk=Trunk("sip:{number}@x")
        )
        processes, _, telephones = self._sizes
        self.processes = [Process(f"p{n}", self.server, clock, lives, routing) for n in range(processes)]
        for process in self.processes:
            await process.board.start()
        for number in range(telephones):
            place = Agent(f"desk:{number}", f"话机{number}", (EVERY_SKILL,), "telephone", f"sip:{number}@x", tier=1)
            await self.processes[0].board.store.swap(Change(None, place))

    def _pages(self) -> list[AgentPage]:
        skills = [("general",), ("general", "complaint"), ("merchant", "general")]
        return [
            AgentPage(process.floor, process.browsers, f"a{n}", skills[n % 3], self.dice, self.habits)
            for n in range(self._sizes[1])
            for process in [self.processes[n % len(self.processes)]]
        ]

    async def _call(self, transfers: int, every_s: float, progress: Callable[[int], None]) -> None:
        """Let so many callers come, and wait until the last one is served."""
        cases = []
        for number in range(transfers):
            case = CallerCase(self, self.dice.choice(self.processes), number)
            cases.append(asyncio.create_task(case.run()))
            progress(number + 1)
            await asyncio.sleep(self.dice.expovariate(1 / every_s))
        await asyncio.gather(*cases)

    async def _lose_redis(self) -> None:
        while True:
            await asyncio.sleep(self.dice.expovariate(1 / self._away_every_s))
            self.server.connected = False
            await asyncio.sleep(self.dice.uniform(0.2, 15))
            self.server.connected = True

    async def _check_floor(self) -> None:
        """No agent has two calls, no caller is offered to two agents."""
        while True:
            await asyncio.sleep(2.0)
            if not self.server.connected:
                continue
            try:
                view = await self.processes[0].board.store.view()
            except ConnectionError:
                continue
            ringing = Counter(a.call_id for a in view.agents.values() if a.state is State.RINGING)
            for caller in view.waiting.values():
                if ringing[caller.call_id] > 1:
                    self.tally.broken.append(f"{caller.call_id}: offered to {ringing[caller.call_id]} agents at once")

    def _check_rest(self, view: View) -> None:
        if view.waiting:
            self.tally.broken.append(f"{len(view.waiting)} callers stand in line for nobody")
        stuck = [agent.agent_id for agent in view.agents.values() if agent.state in (State.RINGING, State.TALKING)]
        if stuck:
            self.tally.broken.append(f"agents are stuck: {stuck}")
        if view.calls:
            self.tally.broken.append(f"{len(view.calls)} calls are shown that are over")


async def _mute(_text: str) -> AsyncIterator[bytes]:
    silence: tuple[bytes, ...] = ()
    for pcm in silence:
        yield pcm
