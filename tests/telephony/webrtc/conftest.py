"""Real peers: our endpoint and visitors that talk to it over the machine's own network."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import numpy as np
import pytest

from telephony.hub import BotLeg, Hub, HubClock, Role
from telephony.webrtc import WebCall, WebEndpoint
from telephony.webrtc.visitor import Visitor
from tests.telephony.sounds import pitch, samples

STEP_S = 0.02
LEVEL = 8000 / 2**0.5

Connect = Callable[..., Awaitable[tuple[WebCall, Visitor]]]


@pytest.fixture
async def endpoint() -> AsyncIterator[WebEndpoint]:
    endpoint = WebEndpoint()
    before = asyncio.all_tasks()
    yield endpoint
    await endpoint.close()
    for _ in range(50):
        left = asyncio.all_tasks() - before - {asyncio.current_task()}
        if not left:
            break
        await asyncio.sleep(0.02)
    assert not left, f"tasks were left behind: {left}"


@pytest.fixture
async def connect(endpoint: WebEndpoint) -> AsyncIterator[Connect]:
    """Connect a visitor as a caller (or ``softphone=True``), media up."""
    visitors: list[Visitor] = []

    async def connect(
        codecs: Sequence[str] = ("OPUS", "PCMA", "PCMU"), *, softphone: bool = False, listen_only: bool = False
    ) -> tuple[WebCall, Visitor]:
        visitor = Visitor(codecs, listen_only=listen_only)
        visitors.append(visitor)
        offer = await visitor.offer()
        call, answer = await (endpoint.softphone(offer) if softphone else endpoint.caller(offer))
        await visitor.accept(answer)
        await asyncio.wait_for(call.answer(), 5)
        return call, visitor

    yield connect
    for visitor in visitors:
        await visitor.close()


class Room:
    """A call on a hub with a bot, driven by the real clock."""

    def __init__(self, call: WebCall, clock: HubClock, rate: int = 0) -> None:
        self.hub = Hub(rate or call.rate)
        self.bot = BotLeg(self.hub.rate)
        self.heard = bytearray()
        self.hub.attach(Role.CALLER, call)
        self.hub.attach_voice(Role.BOT, self.bot)
        self.hub.subscribe("caller", lambda pcm, _tick: self.heard.extend(pcm))
        clock.add(self.hub)


@pytest.fixture
async def room() -> AsyncIterator[Callable[[WebCall], Room]]:
    clock = HubClock()
    yield lambda call: Room(call, clock)
    await clock.close()


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for a state of the world; fails when it does not come."""
    deadline = time.monotonic() + seconds
    for _ in range(round(seconds / STEP_S) + 1):
        if condition() or time.monotonic() > deadline:
            break
        await asyncio.sleep(STEP_S)
    assert condition()


async def hears(sound: Callable[[], bytes], hertz: float, rate: int, seconds: float = 5.0) -> None:
    """Wait until the newest 200 ms are this tone, at the level of :func:`tests.telephony.sounds.tone`."""

    def heard() -> bool:
        newest = sound()[-rate * 2 // 5 :]
        level = float(np.std(samples(newest).astype(float))) if newest else 0.0
        return abs(pitch(newest, rate) - hertz) < 8 and abs(level / LEVEL - 1) < 0.12

    await until(heard, seconds)
