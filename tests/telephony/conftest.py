"""The SIP endpoint under test.

The stack allows one runtime per process, so every module that needs one shares a single endpoint (and its event loop):
such modules set ``pytestmark = CALL_TESTS``. A second stack as peer runs in a child process, see ``peer.py``.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from telephony.hub import BotLeg, Hub, HubClock, Role
from telephony.ports import CallGone, SipCall
from telephony.sip import BaresipCall, BaresipEndpoint, SipConfig
from tests.ports import rtp_range

CALL_TESTS = [pytest.mark.call, pytest.mark.asyncio(loop_scope="module")]
CONFIG = SipConfig(port=0, rtp_ports=rtp_range(24), max_calls=12, rtp_timeout_s=10, lost_after_s=2.0)


class Line:
    """An endpoint whose inbound calls go to ``behaviour``, which a test may replace."""

    def __init__(self, endpoint: BaresipEndpoint, uris: list[str]) -> None:
        self.endpoint = endpoint
        self.uris = uris
        self.calls: asyncio.Queue[SipCall] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        endpoint.on_incoming(self.calls.put_nowait)

    @property
    def udp(self) -> str:
        return self.uris[0].partition(";")[0]

    async def next_call(self) -> BaresipCall:
        call = await asyncio.wait_for(self.calls.get(), 5)
        assert isinstance(call, BaresipCall)
        return call

    async def answered(self) -> BaresipCall:
        call = await self.next_call()
        await call.answer()
        return call

    def answer_next(self) -> "asyncio.Task[BaresipCall]":
        return asyncio.get_running_loop().create_task(self.answered())


class Talk:
    """A call on a hub with a bot, driven by the real clock."""

    def __init__(self, call: BaresipCall, clock: HubClock) -> None:
        self.call, self._clock = call, clock
        self.hub, self.bot = Hub(call.rate), BotLeg(call.rate)
        self.heard = bytearray()
        self.hub.attach(Role.CALLER, call)
        self.hub.attach_voice(Role.BOT, self.bot)
        self.hub.subscribe("caller", lambda pcm, _tick: self.heard.extend(pcm))
        clock.add(self.hub)
        call.on_closed(lambda _cause: clock.remove(self.hub))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line() -> AsyncIterator[Line]:
    endpoint = BaresipEndpoint(CONFIG)
    yield Line(endpoint, await endpoint.start())
    await endpoint.close()


@pytest_asyncio.fixture(loop_scope="module")
async def talk() -> AsyncIterator[Callable[[BaresipCall], Talk]]:
    clock = HubClock()
    yield lambda call: Talk(call, clock)
    await clock.close()


async def closed(call: SipCall) -> str:
    return await asyncio.wait_for(asyncio.shield(call.closed), 5)


__all__ = ["CALL_TESTS", "CallGone", "Line", "Talk", "closed"]
