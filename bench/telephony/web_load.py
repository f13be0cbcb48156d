"""Ten browsers on the hub, measured outside: `python -m bench.telephony.web_load --legs 10`.

Half of the legs call, the other half are the agents' softphones they are bridged to; every leg speaks a tone. The
server is a process of its own; the browsers are :class:`telephony.webrtc.visitor.Visitor` in this one. A late frame is
a packet more than 40 ms after its predecessor, stamped when this process read it: what this process itself was late is
in the figure too.
"""

import argparse
import asyncio
import itertools
import json
import sys
import time
from pathlib import Path

import numpy as np
import uvloop

from bench.telephony.hub_load import cpu_seconds
from telephony.hub import Hub, HubClock, Mode, Role
from telephony.webrtc import WebCall, WebEndpoint
from telephony.webrtc.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]
LATE_MS = 40.0


async def serve() -> None:
    """The child under load: answers one offer per line (callers and agents in turn), then tells its own figures."""
    endpoint, clock, callers = WebEndpoint(), HubClock(), list[WebCall]()
    used, worst, stalls = 0.0, 0.0, 0
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        request = json.loads(line)
        if request == "start":
            used, clock.worst_lag_ms, clock.stalls = cpu_seconds(), 0.0, 0
        elif request == "stop":
            used, worst, stalls = cpu_seconds() - used, clock.worst_lag_ms, clock.stalls
            answer = {"cpu_s": used, "worst_tick_lag_ms": round(worst, 1), "stalls": stalls}
            print(json.dumps(answer), flush=True)
        elif request["agent"]:
            leg, answer_sdp = await endpoint.softphone(request["sdp"])
            caller = callers[-1]
            hub = Hub(caller.rate)
            hub.attach(Role.CALLER, caller)
            hub.attach(Role.AGENT, leg)
            hub.set_mode(Mode.BRIDGED)
            clock.add(hub)
            print(json.dumps(answer_sdp), flush=True)
        else:
            caller, answer_sdp = await endpoint.caller(request["sdp"])
            callers.append(caller)
            print(json.dumps(answer_sdp), flush=True)
    await clock.close()
    await endpoint.close()


async def load(legs: int, seconds: float, codec: str) -> dict[str, object]:
    """Connect the browsers, let them talk, and put the figures together."""
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.telephony.web_load", "--serve", stdin=pipe, stdout=pipe, cwd=ROOT, limit=1 << 20
    )
    assert server.stdin is not None
    assert server.stdout is not None

    async def ask(request: object) -> str:
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps(request).encode() + b"\n")
        return (await server.stdout.readline()).decode() if request != "start" else ""

    visitors = []
    for index in range(legs):
        visitor = Visitor((codec,))
        answer = json.loads(await ask({"sdp": await visitor.offer(), "agent": bool(index % 2)}))
        await visitor.accept(answer)
        visitors.append(visitor)
    for index, visitor in enumerate(visitors):
        t = np.arange(round(visitor.rate * (seconds + 3))) / visitor.rate
        visitor.say((4000 * np.sin(2 * np.pi * (300 + 40 * index) * t)).astype(np.int16).tobytes())
    await asyncio.sleep(2.0)
    await ask("start")
    start = time.monotonic()
    await asyncio.sleep(seconds)
    own = json.loads(await ask("stop"))
    elapsed = time.monotonic() - start
    gaps = np.array([gap for visitor in visitors for gap in gaps_ms(visitor, start)])
    lost = sum(missing(visitor, start) for visitor in visitors)
    for visitor in visitors:
        await visitor.close()
    server.stdin.close()
    await server.wait()
    late = int((gaps > LATE_MS).sum())
    return {
        "legs": legs, "codec": codec, "seconds": seconds, "packets": int(gaps.size), "lost": lost, "late_frames": late,
        "late_percent": round(100 * late / max(1, gaps.size), 4), "worst_gap_ms": round(float(gaps.max()), 1),
        "p99_gap_ms": round(float(np.percentile(gaps, 99)), 1),
        "server_cpu_percent_of_a_core": round(100 * own.pop("cpu_s") / elapsed, 1), **own,
    }  # fmt: skip


def gaps_ms(visitor: Visitor, since: float) -> list[float]:
    """Times between consecutive packets, in ms."""
    times = [arrival for arrival, _ in visitor.packets if arrival > since]
    return [(later - earlier) * 1000 for earlier, later in itertools.pairwise(times)]


def missing(visitor: Visitor, since: float) -> int:
    """Packets that never came."""
    numbers = [packet.sequence_number for arrival, packet in visitor.packets if arrival > since]
    return (numbers[-1] - numbers[0]) % 65536 + 1 - len(numbers) if numbers else 0


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--legs", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--codec", choices=("OPUS", "PCMA"), default="PCMA")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        uvloop.run(serve())  # as the hotline runs
        return
    print(json.dumps(asyncio.run(load(arguments.legs, arguments.seconds, arguments.codec)), indent=1))


if __name__ == "__main__":
    main()
