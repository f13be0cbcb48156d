"""From "transfer decided" to the card on the agent's screen, with 50 agents signed in over real WebSockets.

The floor, the ledger, the desk and the web server are the real ones in one process; the pages are in another and note
when the offer's frame was read. ``agent.offered`` is written when the floor goes on to ring, which it does after the
frame was handed to the page's socket; on a busy machine the other process may still be scheduled later than that, and
``late_ms`` says by how much at most.

Usage: .venv/bin/python -m bench.desk_cards [--agents 50] [--transfers 200]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import fakeredis
from fastapi import FastAPI
from websockets.asyncio.client import connect

from bench.handover.people import Leg
from desk.assembly import Desk, DeskParts, open_desk
from desk.auth.roles import Role
from desk.auth.sessions import SessionBook
from dialog.protocol import CardLine, HandoverCard, Transfer, TransferOutcome
from ledger import Event, Ledger
from telephony.hub import BotLeg, Hub
from telephony.hub import Role as HubRole
from voice.clock import SystemClock
from voice.config import PROJECT
from voice.floor.assembly import open_floor
from voice.floor.calls import CallFacts
from voice.floor.routing_file import load_routing
from voice.handover import Handover
from voice.http.server import HttpServer

LINES = tuple(CardLine("轨迹", f"11-22 1{n}:00 到达【武汉转运中心】,准备发往【郑州金水网点】") for n in range(5))
CARD = HandoverCard("包裹滞留网点未派件", LINES[:2], LINES[:2], LINES, LINES[:1], waybill="YQ8850024166386")


class NoMedia:
    """No softphone connects here: an offer is over when its card was seen."""

    def ice_servers(self) -> list[dict[str, str]]:
        """None are needed."""
        return []


class Around:
    """The call around one hand-over: it writes to the ledger and is told nothing that matters here."""

    def __init__(self, ledger: Ledger, call_id: str, clock: SystemClock) -> None:
        self.ledger, self.call_id, self.clock = ledger, call_id, clock

    def log(self, type_: str, data: Mapping[str, object]) -> None:
        """Append to the ledger."""
        self.ledger.post(Event(type_, self.call_id, self.clock.now(), dict(data)))

    def progress(self, outcome: TransferOutcome, position: int | None = None, estimate_s: int | None = None) -> None:
        """Tell the dialogue; there is none."""

    def bridged(self, agent_id: str) -> Callable[[], Awaitable[None]]:
        """Nobody accepts here."""
        raise AssertionError(agent_id)

    def hang_up(self, cause: str) -> None:
        """Nobody hangs up here."""


async def pages(url: str, keys: list[str]) -> None:
    """Fifty pages in a process of their own: print the moment each offer arrived."""
    ready = 0

    async def page(key: str) -> None:
        nonlocal ready
        headers = {"Cookie": f"hotline-session={key}"}
        async with connect(url, additional_headers=headers, origin=url.replace("ws", "http", 1)[:-12]) as socket:  # type: ignore[arg-type]
            async for raw in socket:
                now = time.time()
                message = json.loads(raw)
                if message["type"] == "hello":
                    ready += 1
                    if ready == len(keys):
                        print("ready", flush=True)
                elif message["type"] == "offer":
                    print(f"{message['call_id']} {now}", flush=True)

    await asyncio.gather(*(page(key) for key in keys))


async def _mute(_text: str) -> AsyncIterator[bytes]:
    silences: tuple[bytes, ...] = ()
    for silence in silences:
        yield silence


@asynccontextmanager
async def hotline(agents: int, clock: SystemClock) -> AsyncIterator[tuple[Ledger, Any, str, list[str]]]:
    """The running parts: the ledger, the floor's tools, the address of its WebSocket, and a session key per agent."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ledger = Ledger(f"sqlite+aiosqlite:///{folder / 'bench.db'}", writer="bench")
        await ledger.start()
        stack.push_async_callback(ledger.close)
        nothing: Any = NoMedia()
        routing, redis = load_routing(PROJECT / "config"), fakeredis.FakeAsyncRedis()
        floor = await stack.enter_async_context(open_floor(redis, ledger, nothing, clock, routing, telephones={}))
        parts = DeskParts(ledger, floor.floor, floor.book, nothing, nothing, None, clock.now, say=lambda _line: None)
        desk = await stack.enter_async_context(open_desk(parts))
        app = FastAPI()
        for router in desk.routers:
            app.include_router(router)
        http = HttpServer(app, "127.0.0.1", 0)
        await http.start()
        stack.push_async_callback(http.close)
        stack.callback(desk.let_go)
        keys = await signed_in(desk, SessionBook(ledger.engine, clock.now), agents)
        yield ledger, floor.tools, f"ws://127.0.0.1:{http.port}/api/v1/desk", keys


async def signed_in(desk: Desk, sessions: SessionBook, agents: int) -> list[str]:
    """Accounts of another provider with a session each: fifty passwords would take half a minute and prove nothing."""
    keys = []
    for number in range(agents):
        account, _ = await desk.accounts.create(
            f"agent{number}", display=f"坐席{number}", role=Role.AGENT, skills=("general",), subject=("b", str(number))
        )
        keys.append(await sessions.open(account, address="127.0.0.1", browser="bench"))
    return keys


async def measure(agents: int, transfers: int) -> dict[str, object]:
    """Sign everybody in, then decide one transfer after the other."""
    clock = SystemClock()
    async with hotline(agents, clock) as (ledger, tools, socket, keys):
        viewer = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.desk_cards", f"--pages={','.join((socket, *keys))}"),
            stdout=asyncio.subprocess.PIPE,
        )
        assert viewer.stdout is not None
        assert (await viewer.stdout.readline()).strip() == b"ready"
        taken, after_ring = [], []
        for number in range(transfers):
            seen, late = await one_transfer(ledger, tools, viewer.stdout, f"c-{number}", clock)
            taken.append(seen * 1000)
            after_ring.append(late * 1000)
        viewer.terminate()
        await viewer.wait()
    taken.sort()
    return {
        "agents": agents,
        "transfers": transfers,
        "p50_ms": round(taken[len(taken) // 2], 1),
        "p95_ms": round(taken[int(len(taken) * 0.95)], 1),
        "max_ms": round(taken[-1], 1),
        "card_before_ring": f"{sum(late <= 0 for late in after_ring)}/{transfers}",
        "late_ms": round(max(0.0, *after_ring), 1),
        "load_average": round(os.getloadavg()[0], 1),
    }


async def one_transfer(
    ledger: Ledger, tools: Any, shown: asyncio.StreamReader, call_id: str, clock: SystemClock
) -> tuple[float, float]:
    """Decide; return the seconds until the card was on a screen, from the decision and from the ring."""
    leg, hub = Leg("13800138000"), Hub(8000)
    hub.attach(HubRole.CALLER, leg)
    hub.attach_voice(HubRole.BOT, BotLeg(8000))
    around = Around(ledger, call_id, clock)
    rang: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    note = around.log

    def log(type_: str, data: Mapping[str, object]) -> None:
        if type_ == "agent.offered" and not rang.done():
            rang.set_result(time.time())
        note(type_, data)

    around.log = log  # type: ignore[method-assign]
    around.log("call.started", {"caller": "13800138000", "called": "95000", "hotline": "main"})
    facts = CallFacts(call_id, "13800138000", "receiver", "95000", "main")
    nobody: Any = None
    handover = Handover(tools, nobody, hub, leg, facts, around, speak=_mute)
    decided = time.time()
    task = asyncio.create_task(handover.reach(Transfer("t-1", "human", "general", CARD)))
    line = (await asyncio.wait_for(shown.readline(), 10)).decode().split()
    assert line[0] == call_id, line
    arrived = float(line[1])
    rings = await asyncio.wait_for(rang, 10)
    leg.leave()
    await handover.close()
    await asyncio.wait_for(task, 10)
    hub.close()
    return arrived - decided, arrived - rings


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--transfers", type=int, default=200)
    parser.add_argument("--pages", default="", help="(the process of the pages)")
    options = parser.parse_args()
    if options.pages:
        url, *keys = options.pages.split(",")
        asyncio.run(pages(url, keys))
        return
    print(json.dumps(asyncio.run(measure(options.agents, options.transfers)), indent=1))


if __name__ == "__main__":
    main()
