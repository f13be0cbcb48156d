"""Load on the hub, measured at outside sockets: `python -m bench.telephony.hub_load --calls 50 --mode bridge`.

``bridge``: every caller is bridged to an agent's telephone (two legs per call). ``echo``: every caller is bridged to a
mirror inside the process. Each party sends a beep per second; its way to the other ear (or back) is measured with
kernel receive times, per five seconds, so that growth of delay shows. A late frame is an RTP packet more than 40 ms
after its predecessor.
"""

import argparse
import asyncio
import itertools
import json
import resource
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from telephony.bridge import Bridge
from telephony.hub import Hub, HubClock, Mode, Role
from telephony.ports import SipCall
from telephony.rawsip import RawAnswerer, RawCaller, RtpPump, RtpStream
from telephony.sip import BaresipEndpoint, SipConfig

RATE, BEEP_S, BEEP_HZ, PITCHES, BUCKET_S = 8000, 0.06, 150, 10, 5.0
ROOT = Path(__file__).resolve().parents[2]


async def serve(agent_uri: str, legs: int) -> None:
    """The child under load: prints its URI, serves until stdin closes, prints its own figures."""
    endpoint = BaresipEndpoint(SipConfig(port=0, rtp_ports=(40000, 43999), max_calls=legs))
    clock, keep, tasks = HubClock(), [], set[asyncio.Task[None]]()

    async def take(call: SipCall) -> None:
        await call.answer()
        hub = Hub(call.rate)
        hub.attach(Role.CALLER, call)
        clock.add(hub)
        call.on_closed(lambda _cause: clock.remove(hub))
        if agent_uri:
            bridge = Bridge(hub, call, endpoint)
            keep.append(bridge)
            await bridge.ring(agent_uri, from_number=call.info.caller.number)
            bridge.join()
        else:
            hub.attach(Role.AGENT, Mirror(call.rate))
            hub.set_mode(Mode.BRIDGED)

    def incoming(call: SipCall) -> None:
        task = asyncio.get_running_loop().create_task(take(call))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    endpoint.on_incoming(incoming)
    uris = await endpoint.start()
    print(uris[0].partition(";")[0], flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    before, clock.worst_lag_ms, clock.stalls = cpu_seconds(), 0.0, 0
    await asyncio.to_thread(sys.stdin.readline)
    used = cpu_seconds() - before
    print(json.dumps({"cpu_s": used, "worst_tick_lag_ms": clock.worst_lag_ms, "stalls": clock.stalls}), flush=True)
    await clock.close()
    await endpoint.close()


class Mirror:
    """A person who says at once what he hears, without a ring of his own."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._sound = b""

    def read(self) -> bytes:
        """What was heard since the last read."""
        sound, self._sound = self._sound, b""
        return sound

    def write(self, pcm: bytes) -> int:
        """Hear."""
        self._sound += pcm
        return len(pcm)

    def queued(self) -> int:
        """Always the depth that the hub keeps ahead, so that it sends exactly one frame per tick."""
        return self.rate * 2 * 40 // 1000

    def flush(self) -> None:
        """Nothing waits here."""


def cpu_seconds() -> float:
    """User and system time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@dataclass
class Party:
    """One telephone's stream and the moments at which its beeps left."""

    stream: RtpStream
    beeps: list[float]

    async def beep_for(self, seconds: float, offset: float) -> None:
        """One beep per second, ten pitches in turn, so that each is known again up to ten seconds later."""
        start = time.monotonic() + offset
        for number in itertools.count():
            await asyncio.sleep(max(0.0, start + number - time.monotonic()))
            if number >= seconds:
                return
            hertz = BEEP_HZ * (4 + number % PITCHES)
            wave = 9000 * np.sin(2 * np.pi * hertz * np.arange(round(RATE * BEEP_S)) / RATE)
            first, _ = await self.stream.send(wave.astype(np.int16).tobytes())
            self.beeps.append(first)

    def onsets(self) -> list[tuple[float, int]]:
        """When each beep was heard here, and which of the ten pitches it had."""
        timeline = self.stream.timeline()
        sound = timeline.samples()
        loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > 3000)
        if not loud.size:
            return []
        starts = loud[np.concatenate(([True], np.diff(loud) > RATE // 4))]
        found = []
        for start in starts:
            spectrum = np.abs(np.fft.rfft(sound[start : start + round(RATE * BEEP_S * 0.8)], RATE))
            found.append((timeline.heard_at(int(start)), round(int(np.argmax(spectrum)) / BEEP_HZ) - 4))
        return found


def delays(sent: Sequence[float], heard: Sequence[tuple[float, int]], since: float) -> list[tuple[float, float]]:
    """(seconds since start, delay in ms) of every beep that was heard."""
    found = []
    for number, moment in enumerate(sent):
        later = [onset for onset, pitch in heard if 0 < onset - moment < 5 and pitch == number % PITCHES]
        if later:
            found.append((moment - since, (later[0] - moment) * 1000))
    return found


def gaps_ms(stream: RtpStream, since: float) -> list[float]:
    """Times between consecutive packets, in ms, once everybody talks."""
    times = [packet.arrival for packet in stream.packets if packet.arrival > since]
    return [(later - earlier) * 1000 for earlier, later in itertools.pairwise(times)]


async def load(arguments: argparse.Namespace) -> dict[str, object]:
    """Start the server, place the calls, beep, and put the figures together."""
    pump = RtpPump()
    async with RawAnswerer(pump=pump) as phone:
        target = phone.uri if arguments.mode == "bridge" else ""
        pipe = asyncio.subprocess.PIPE
        legs = arguments.calls * (2 if target else 1) + 4
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.telephony.hub_load", "--serve", target, "--legs", str(legs),
            stdin=pipe, stdout=pipe, cwd=ROOT,
        )  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        uri = (await server.stdout.readline()).decode().strip()
        numbers = [str(13800000000 + index) for index in range(arguments.calls)]
        callers = [RawCaller(uri.replace("sip:", "sip:95000@"), from_number=number, pump=pump) for number in numbers]
        for caller in callers:
            await caller.call()
        parties = [Party(caller.rtp, []) for caller in callers]
        if target:
            agents = [await asyncio.wait_for(phone.calls.get(), 20) for _ in callers]
            agents.sort(key=lambda agent: agent.invite.get("p-asserted-identity"))  # the order of the callers
            parties += [Party(agent.rtp, []) for agent in agents]
        await asyncio.sleep(1.0)
        server.stdin.write(b"\n")
        since = time.monotonic()
        beeping = [p.beep_for(arguments.seconds, i / len(parties)) for i, p in enumerate(parties)]
        await asyncio.gather(*beeping, pause(server, arguments.seconds / 2, arguments.pause_ms / 1000))
        server.stdin.write(b"\n")
        own = json.loads(await server.stdout.readline())
        elapsed = time.monotonic() - since
        figures = evaluate(parties, arguments.calls, bool(target), since)
        for caller in callers:
            await caller.close()
        server.stdin.close()
        await server.wait()
    return {"calls": arguments.calls, "mode": arguments.mode, "seconds": arguments.seconds, **figures,
            "server_cpu_percent_of_a_core": round(100 * own.pop("cpu_s") / elapsed, 1), **own}  # fmt: skip


async def pause(server: asyncio.subprocess.Process, after: float, seconds: float) -> None:
    """Stop the whole server process once, as a paused machine does; its delay must come back."""
    if seconds:
        await asyncio.sleep(after)
        server.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        server.send_signal(signal.SIGCONT)


def evaluate(parties: list[Party], calls: int, bridged: bool, since: float) -> dict[str, object]:
    """Late frames over all streams, and the delay of the beeps per five seconds."""
    gaps = np.array(list(itertools.chain.from_iterable(gaps_ms(party.stream, since) for party in parties)))
    found: list[tuple[float, float]] = []
    sent = 0
    for index, party in enumerate(parties):
        listener = parties[(index + calls) % len(parties)] if bridged else party
        found += delays(party.beeps, listener.onsets(), since)
        sent += len(party.beeps)
    buckets: dict[int, list[float]] = {}
    for moment, delay in found:
        buckets.setdefault(int(moment // BUCKET_S), []).append(delay)
    late = int((gaps > 40).sum())
    return {
        "packets": int(gaps.size),
        "late_frames": late,
        "late_percent": round(100 * late / max(1, gaps.size), 4),
        "worst_gap_ms": round(float(gaps.max()), 1) if gaps.size else 0.0,
        "beeps_sent": sent,
        "beeps_heard": len(found),
        "delay_ms_p50_p95_per_5s": [
            [round(float(np.percentile(values, q)), 1) for q in (50, 95)] for _, values in sorted(buckets.items())
        ],
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--mode", choices=("bridge", "echo"), default="bridge")
    parser.add_argument("--pause-ms", type=float, default=0.0, help="stop the server once, half-way, for so long")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--legs", type=int, default=64, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve is not None:
        asyncio.run(serve(arguments.serve, arguments.legs))
        return
    print(json.dumps(asyncio.run(load(arguments)), indent=1))


if __name__ == "__main__":
    main()
