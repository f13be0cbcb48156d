"""Hand-overs over real SIP and RTP: raw telephones on both sides, tones told apart by pitch, random agents.

Each lane calls, waits in the queue, meets an agent who accepts, declines, is busy or leaves, and is checked by ear:
music or a voice while waiting, the agent's tone after the whisper, the caller's tone at the agent. Virtual time shows
the laws; this shows that the sound follows. ``--stalls`` stops the whole process again and again meanwhile; with
``--results FILE`` a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import fakeredis
import numpy as np

from bench.handover.findings import Findings
from dialog.protocol import HandoverCard, Transfer, TransferOutcome
from telephony.hub import BotLeg, Hub, HubClock, Mode, Role
from telephony.ports import CallGone, SipCall, TelephonyError
from telephony.rawsip import RawAnswerer, RawCaller
from telephony.rawsip.answerer import AnsweredCall
from telephony.sip import BaresipEndpoint, SipConfig
from voice.clock import SystemClock
from voice.floor.agents import Agent
from voice.floor.board import Board
from voice.floor.calls import CallFacts, FloorTools, Screens
from voice.floor.line import Line
from voice.floor.live import LiveCalls
from voice.floor.routing import RoutingRules
from voice.floor.routing_file import Routing
from voice.floor.store import Change, FloorStore
from voice.floor.tickets import Tickets
from voice.handover import Handover

CALLER, AGENT, WHISPER = 600, 1000, 1500
CARD = HandoverCard("包裹滞留网点未派件", whisper="w")
STATUS = (200, 200, 200, 200, 486, 603)


def tone(hertz: float, seconds: float) -> bytes:
    """A sine at 8 kHz."""
    t = np.arange(round(8000 * seconds)) / 8000
    return (8000 * np.sin(2 * np.pi * hertz * t)).astype(np.int16).tobytes()


def has_tone(pcm: bytes, hertz: float) -> bool:
    """Whether a tone stands out of 200 ms of sound."""
    x = np.frombuffer(pcm, np.int16).astype(np.float64)
    if x.size < 800 or np.abs(x).max() < 500:
        return False
    spectrum = np.abs(np.fft.rfft(x * np.hanning(x.size)))
    frequencies = np.fft.rfftfreq(x.size, 1 / 8000)
    near = np.abs(frequencies - hertz) < 40
    return bool(spectrum[near].max() > 0.3 * spectrum.max())


class Lane:
    """One caller after another, each with its own hub; the ``Around`` of its hand-overs."""

    def __init__(self, run: Run) -> None:
        self.run, self.told, self.bridged_at = run, list[TransferOutcome](), 0.0
        self.loud: dict[str, float] = {}
        self.number = ""
        self.hub: Hub

    def log(self, type_: str, data: Mapping[str, object]) -> None:
        """Count attempts."""
        if type_ in ("agent.accepted", "agent.declined", "agent.no_answer"):
            self.run.found.attempts[str(data["outcome"])] += 1

    def progress(self, outcome: TransferOutcome, position: int | None = None, estimate_s: int | None = None) -> None:
        """Keep what the dialogue would hear."""
        self.told.append(outcome)

    def bridged(self, agent_id: str) -> Callable[[], Awaitable[None]]:
        """Note when the gates opened."""
        self.bridged_at = time.monotonic()

        async def end() -> None:
            return None

        return end

    def hang_up(self, cause: str) -> None:
        """Nobody presses buttons here."""

    async def one(self, number: int) -> None:
        """Call, be handed over, listen, and check."""
        run, self.told, self.bridged_at, self.number = self.run, [], 0.0, f"138{number:08d}"
        async with RawCaller(run.uri, from_number=f"138{number:08d}") as caller:
            await caller.call()
            call = await run.taken[f"138{number:08d}"]
            hub = Hub(call.rate)
            hub.attach(Role.CALLER, call)
            hub.attach_voice(Role.BOT, BotLeg(call.rate))
            self._watch(hub)
            run.clock.add(hub)
            facts = CallFacts(f"c-{number}", f"138{number:08d}")
            handover = Handover(run.tools, run.endpoint, hub, call, facts, self, speak=_whisper)
            speaking = asyncio.create_task(_say_on(caller.send, CALLER))
            leaves = run.dice.random() < 0.1
            reaching = asyncio.create_task(handover.reach(Transfer("t", "human", "general", CARD)))
            if leaves:
                await asyncio.sleep(run.dice.uniform(0.2, 3))
                await caller.hangup()
            await self._listen(caller, reaching, number, leaves=leaves)
            speaking.cancel()
            await asyncio.wait({reaching}, timeout=10)
            self._judge(number, reaching, hub, call, leaves=leaves)
            await handover.close()
            run.clock.remove(hub)
            hub.close()

    async def _listen(self, caller: RawCaller, reaching: asyncio.Task[None], number: int, *, leaves: bool) -> None:
        """Until the end: while nobody is there, something has to be heard; bridged, the agent's tone within 400 ms."""
        silent = 0
        heard = False
        while not reaching.done() and not caller.ended.done():
            await asyncio.sleep(0.1)
            if leaves:
                continue
            recent = caller.received().pcm[-1600 * 2 :]
            if self.bridged_at and not heard and has_tone(recent, AGENT):
                heard = True
                self.run.found.opened_ms.append((time.monotonic() - self.bridged_at) * 1000)
            loud = bool(recent) and bool(np.abs(np.frombuffer(recent, np.int16)).max() > 50)
            silent = 0 if loud else silent + 1
            if silent == 20:
                self.run.found.broken.append(
                    f"c-{number}: two seconds of silence, told {self.told[-1:]}, {self._where(caller)}"
                )

    def _watch(self, hub: Hub) -> None:
        """Note when a track was last loud inside the hub: it tells whose silence the caller met."""
        self.loud, self.hub = {}, hub

        def tap(track: str) -> Callable[[bytes, int], None]:
            def note(pcm: bytes, _tick: int) -> None:
                if np.abs(np.frombuffer(pcm, np.int16)).max() > 50:
                    self.loud[track] = time.monotonic()

            return note

        for track in ("agent", "heard"):
            hub.subscribe(track, tap(track))

    def _where(self, caller: RawCaller) -> str:
        now = time.monotonic()
        ago = ", ".join(f"{track} loud {now - at:.1f} s ago" for track, at in self.loud.items())
        packets = sum(packet.arrival > now - 2 for packet in caller.rtp.packets)
        bridged = f"bridged for {now - self.bridged_at:.1f} s" if self.bridged_at else "not bridged"
        phones = "; ".join(self.run.phone_states(self.number)) or "no telephone rang"
        legs = ", ".join(
            f"{role} ring {leg.queued_ms:.0f} ms skipped {leg.pacer.skipped} in {leg.queue.depth_ms:.0f} ms"
            for role, leg in self.hub._live.items()
        )
        bridged += f", mode {self.hub.mode}, tick {self.hub.ticks}, {legs}"
        return f"{bridged}; in the hub: {ago or 'nothing was loud'}; {packets} packets in 2 s at the caller; {phones}"

    def _judge(self, number: int, reaching: asyncio.Task[None], hub: Hub, call: SipCall, *, leaves: bool) -> None:
        if not reaching.done():
            reaching.cancel()
            self.run.found.broken.append(f"c-{number}: no end")
        elif not call.closed.done() and hub.mode is not Mode.BOT:
            self.run.found.broken.append(f"c-{number}: left in {hub.mode}")
        last = self.told[-1].value if self.told else "nothing"
        self.run.found.ends["caller left" if leaves else last] += 1


class Run:
    """One endpoint, some agents, many lanes."""

    def __init__(self, seed: int, agents: int, lanes: int, results: Path | None = None) -> None:
        self.dice = random.Random(seed)
        self.found, self._results = Findings.load(results), results
        self.taken: dict[str, asyncio.Future[SipCall]] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._legs: list[tuple[str, int, AnsweredCall, float]] = []
        self._agents, self._lanes = agents, lanes

    async def run(self, transfers: int) -> None:
        """Make the transfers."""
        config = SipConfig(port=0, rtp_ports=(41000, 42999), max_calls=4 * self._lanes + 4, rtp_timeout_s=10)
        self.endpoint = BaresipEndpoint(config)
        self.uri = (await self.endpoint.start())[0].partition(";")[0]
        self.endpoint.on_incoming(lambda call: self._answer(call))
        self.clock = HubClock()
        board = Board(FloorStore(fakeredis.FakeAsyncRedis()), "bench", SystemClock(), RoutingRules())
        self.tools = FloorTools(
            board,
            Line(board),
            Screens(board),
            LiveCalls(),
            None,
            Tickets(time.monotonic),
            Routing(RoutingRules(ring_s=6)),
        )
        await board.start()
        phones = [RawAnswerer(ring_s=0.2) for _ in range(self._agents)]
        working = []
        for number, phone in enumerate(phones):
            await phone.__aenter__()
            agent = Agent(f"desk:{number}", f"话机{number}", ("*",), "telephone", phone.uri)
            await board.store.swap(Change(None, agent))
            working.append(asyncio.create_task(self._agent(phone)))
        numbers, began = iter(sorted(set(range(transfers)) - set(self.found.done))), time.monotonic()

        async def lane() -> None:
            for number in numbers:
                await self._one(number)
                self.found.over(number, began, self._results)

        await asyncio.gather(*(lane() for _ in range(self._lanes)))
        self.found.seconds += time.monotonic() - began
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
        for phone in phones:
            await phone.__aexit__(None, None, None)
        await board.close()
        await self.clock.close()
        await self.endpoint.close()

    async def _one(self, number: int) -> None:
        """One hand-over; a caller whom a standing machine did not let in calls again."""
        for tries_left in (2, 1, 0):
            self.taken[f"138{number:08d}"] = asyncio.get_running_loop().create_future()
            try:
                await Lane(self).one(number)
            except TelephonyError as error:
                if not tries_left:
                    self.found.broken.append(f"c-{number}: never got in ({error})")
            else:
                return

    def _answer(self, call: SipCall) -> None:
        async def answer() -> None:
            taken = self.taken[call.info.caller.number or ""]
            try:
                await call.answer()
            except CallGone as gone:
                if not taken.done():
                    taken.set_exception(gone)
            else:
                if not taken.done():
                    taken.set_result(call)

        task = asyncio.create_task(answer())
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    def phone_states(self, number: str) -> list[str]:
        """Every telephone that rang for a caller: when, what it did, what it sends and hears."""
        now = time.monotonic()
        return [
            f"a telephone ({status}) rang {now - at:.1f} s ago, {leg.ended.result() if leg.ended.done() else 'talks'}, "
            f"sent {leg.rtp.sent}, got {sum(packet.arrival > now - 2 for packet in leg.rtp.packets)} packets in 2 s"
            for who, status, leg, at in self._legs
            if number in who
        ]

    async def _agent(self, phone: RawAnswerer) -> None:
        """Take calls with changing luck; a call that broke off never keeps the next one waiting."""
        async with asyncio.TaskGroup() as talks:
            while True:
                phone.status = self.dice.choice(STATUS)
                leg = await phone.calls.get()
                self._legs.append((leg.invite.get("p-asserted-identity"), phone.status, leg, time.monotonic()))
                if phone.status == 200:
                    talks.create_task(self._talk(phone, leg))

    async def _talk(self, phone: RawAnswerer, leg: AnsweredCall) -> None:
        speaking = asyncio.create_task(_say_on(leg.send, AGENT))
        stay = self.dice.uniform(0.2, 0.6) if self.dice.random() < 0.1 else self.dice.uniform(2.5, 5)
        await asyncio.wait({leg.ended}, timeout=stay)
        self.found.heard_caller += has_tone(leg.received().pcm[-1600 * 2 :], CALLER)
        speaking.cancel()
        if not leg.ended.done():
            phone.hangup(leg)


async def _say_on(send: Callable[[bytes], Awaitable[Any]], hertz: float) -> None:
    while True:
        await send(tone(hertz, 1.0))


async def _whisper(_text: str) -> AsyncIterator[bytes]:
    yield tone(WHISPER, 0.6)


def main() -> int:
    """Run and print; exit 1 when a caller met silence or was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transfers", type=int, default=200)
    parser.add_argument("--agents", type=int, default=6)
    parser.add_argument("--lanes", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stalls", action="store_true", help="stop the whole process again and again")
    parser.add_argument("--results", type=Path, help="a file that keeps what was found, to go on later")
    options = parser.parse_args()
    run = Run(options.seed, options.agents, options.lanes, options.results)
    stopper = None
    if options.stalls:
        arguments = [sys.executable, "-m", "bench.handover.stopper", str(os.getpid()), str(options.seed)]
        stopper = subprocess.Popen(arguments)
    try:
        asyncio.run(run.run(options.transfers))
    finally:
        if stopper is not None:
            stopper.kill()
            stopper.wait()
    run.found.report()
    return 1 if run.found.broken else 0


if __name__ == "__main__":
    sys.exit(main())
