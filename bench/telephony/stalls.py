"""What makes a leg deliver no sound although packets arrive: stalls around an answer, and streams of calls long over.

``python -m bench.telephony.stalls --legs 200``: callers are bridged to agents' telephones by a child process. While the
agents' telephones ring and answer, the child is stopped (``--who server``), its event loop alone is blocked (``loop``),
everything is stopped at once, telephones included (``all``: a paused machine), or nothing (``none``). Then each side
must hear the other's tone within six seconds. With ``--strays`` telephones go on sending for half a minute after their
calls, as one does that never got our BYE; their ports come round again. What the stack counted of a silent leg is
printed.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from telephony.bridge import Bridge
from telephony.hub import Hub, HubClock, Role
from telephony.ports import SipCall
from telephony.rawsip import RawAnswerer, RawCaller
from telephony.rawsip.answerer import AnsweredCall
from telephony.rawsip.rtp import RtpStream
from telephony.sip import BaresipEndpoint, SipConfig

RATE, CALLER_HZ, AGENT_HZ = 8000, 600, 1000
RING_S, SETTLE_S, STRAY_S = 0.2, 6.0, 30.0
PORTS = (43000, 43799)
ROOT = Path(__file__).resolve().parents[2]


async def serve(agent_uri: str, legs: int) -> None:
    """The child: bridge every caller to the agent; a number on stdin blocks the loop for so many seconds."""
    endpoint = BaresipEndpoint(SipConfig(port=0, rtp_ports=PORTS, max_calls=legs))
    clock, keep, tasks = HubClock(), [], set[asyncio.Task[None]]()

    async def take(call: SipCall) -> None:
        await call.answer()
        number = call.info.caller.number or ""
        hub = Hub(call.rate)
        hub.attach(Role.CALLER, call)
        clock.add(hub)
        bridge = Bridge(hub, call, endpoint)
        keep.append(bridge)
        loud = Counter[str]()
        for track in ("caller", "agent", "heard"):
            hub.subscribe(track, count(loud, track))
        rung = await bridge.ring(agent_uri, from_number=number)
        agent = bridge.agent
        bridge.join()
        await asyncio.shield(call.closed)
        clock.remove(hub)
        if agent is not None:
            await asyncio.wait({agent.closed}, timeout=2)
        stats = [getattr(leg, "stats", None) for leg in (call, agent)]
        print(json.dumps({"number": number, "rung": rung.outcome, "loud": loud,
                          "stats": [str(one) for one in stats]}), flush=True)  # fmt: skip

    def incoming(call: SipCall) -> None:
        task = asyncio.get_running_loop().create_task(take(call))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    endpoint.on_incoming(incoming)
    print((await endpoint.start())[0].partition(";")[0], flush=True)
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        time.sleep(float(line))  # noqa: ASYNC251 - blocking the loop is the point
    await clock.close()
    await endpoint.close()


def count(loud: Counter[str], track: str) -> Callable[[bytes, int], None]:
    """A tap that counts the ticks in which a track was not silent."""

    def tap(pcm: bytes, _tick: int) -> None:
        loud[track] += any(pcm)

    return tap


@dataclass
class Pair:
    """One caller, and the agent's leg that reached a telephone for it."""

    number: str
    caller: RawCaller
    agent: AnsweredCall | None = None

    def deaf(self) -> list[str]:
        """Who does not hear the other."""
        found = []
        if not hears(self.caller.rtp, AGENT_HZ):
            found.append("caller")
        if self.agent is None or not hears(self.agent.rtp, CALLER_HZ):
            found.append("agent")
        return found


def hears(stream: RtpStream, hertz: float) -> bool:
    """Whether the last 300 ms of a stream hold a tone."""
    sound = np.frombuffer(stream.timeline().pcm[-RATE * 6 // 10 :], np.int16).astype(np.float64)
    if sound.size < RATE // 10 or np.abs(sound).max() < 500:
        return False
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(sound.size)))
    near = np.abs(np.fft.rfftfreq(sound.size, 1 / RATE) - hertz) < 40
    return bool(spectrum[near].max() > 0.3 * spectrum.max())


async def speak(stream: RtpStream, hertz: float) -> None:
    """One tone until cancelled."""
    wave = (8000 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)).astype(np.int16).tobytes()
    while True:
        await stream.send(wave)


class Stalls:
    """One server, many pairs, one stall per round of them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._dice = random.Random(options.seed)
        self.silent: dict[str, list[str]] = {}
        self._strays: set[asyncio.Task[None]] = set()
        self.tried = self.unanswered = 0
        self._told: dict[str, object] = {}

    async def run(self) -> None:
        """Play all rounds."""
        options, pipe = self._options, asyncio.subprocess.PIPE
        async with RawAnswerer(ring_s=RING_S) as phone:
            self._server = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.telephony.stalls", "--serve", phone.uri, "--legs", str(4 * options.lanes),
                stdin=pipe, stdout=pipe, cwd=ROOT,
            )  # fmt: skip
            assert self._server.stdin is not None and self._server.stdout is not None
            uri = (await self._server.stdout.readline()).decode().strip()
            reading = asyncio.create_task(self._read(self._server.stdout))
            while self.tried < options.legs:
                await self._round(phone, uri)
                print(f"  {self.tried} legs, {len(self.silent)} silent, load {os.getloadavg()[0]:.1f}", flush=True)
            for task in self._strays:
                task.cancel()
            self._server.stdin.close()
            await self._server.wait()
            await reading

    async def _round(self, phone: RawAnswerer, uri: str) -> None:
        first, lanes = self.tried, self._options.lanes
        numbers = [f"138{first + lane:08d}" for lane in range(lanes)]
        pairs = [Pair(number, RawCaller(uri.replace("sip:", "sip:95000@"), from_number=number)) for number in numbers]
        calling = [asyncio.create_task(pair.caller.call(20)) for pair in pairs]
        legs, speaking = list[AnsweredCall](), list[asyncio.Task[None]]()
        stall = None
        try:
            async with asyncio.timeout(20):
                while len(legs) < lanes:
                    legs.append(leg := await phone.calls.get())
                    speaking.append(asyncio.create_task(speak(leg.rtp, AGENT_HZ)))
                    stall = stall or asyncio.create_task(self._stall())
        except TimeoutError:
            self.unanswered += lanes - len(legs)
        for pair in pairs:
            pair.agent = next((leg for leg in legs if pair.number in leg.invite.get("p-asserted-identity")), None)
        await asyncio.wait(calling)
        speaking += [asyncio.create_task(speak(pair.caller.rtp, CALLER_HZ)) for pair in pairs]
        if stall is not None:
            await stall
        for _ in range(round(SETTLE_S * 4)):
            await asyncio.sleep(0.25)
            if not any(pair.deaf() for pair in pairs):
                break
        self.tried += lanes
        self.silent |= {pair.number: deaf for pair in pairs if (deaf := pair.deaf())}
        for task in speaking:
            task.cancel()
        await asyncio.gather(*speaking, return_exceptions=True)
        for pair in pairs:
            await pair.caller.close()
        for leg in legs:
            self._strays.add(asyncio.create_task(self._leave(leg)))

    async def _leave(self, leg: AnsweredCall) -> None:
        """The call is over; a telephone that does not know sends on."""
        if self._options.strays:
            await asyncio.wait({leg.ended}, timeout=2)
            stray = RtpStream("127.0.0.1")
            if leg.rtp.remote is not None:
                stray.start(leg.rtp.remote)
            await asyncio.sleep(STRAY_S)
            await stray.close()
        await leg.rtp.close()

    async def _stall(self) -> None:
        """Some time around the answers that are about to come."""
        await asyncio.sleep(self._dice.uniform(0.0, RING_S + 0.15))
        seconds = self._dice.uniform(0.05, self._options.longest_s)
        assert self._server.stdin is not None
        match self._options.who:
            case "none":
                return
            case "loop":
                self._server.stdin.write(f"{seconds}\n".encode())
                await asyncio.sleep(seconds)
            case "server":
                self._server.send_signal(signal.SIGSTOP)
                await asyncio.sleep(seconds)
                self._server.send_signal(signal.SIGCONT)
            case _:
                both = f"{self._server.pid} {os.getpid()}"
                script = f"kill -STOP {both}; sleep {seconds}; kill -CONT {both}"
                await (await asyncio.create_subprocess_shell(script)).wait()

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            told = json.loads(line)
            self._told[told["number"]] = told

    def report(self) -> int:
        """Print what happened; 1 when somebody stayed silent."""
        print(
            f"{self.tried} legs, stall of {self._options.who}: {len(self.silent)} silent, {self.unanswered} never rang"
        )
        for number, deaf in self.silent.items():
            print(f"  {number}: deaf {deaf}, {self._told.get(number)}")
        return 1 if self.silent or self.unanswered else 0


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--legs", type=int, default=200)
    parser.add_argument("--lanes", type=int, default=10)
    parser.add_argument("--who", choices=("server", "loop", "all", "none"), default="server")
    parser.add_argument("--strays", action="store_true", help="telephones send on after their calls")
    parser.add_argument("--longest-s", type=float, default=1.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        asyncio.run(serve(options.serve, options.legs))
        return 0
    stalls = Stalls(options)
    asyncio.run(stalls.run())
    return stalls.report()


if __name__ == "__main__":
    sys.exit(main())
