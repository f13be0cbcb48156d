"""An outlet rung over real SIP and RTP: its line breaks in mid-talk, and the caller has the bot again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import fakeredis
import pytest
import pytest_asyncio

from dialog.protocol import HandoverCard, Transfer, TransferOutcome
from telephony.hub import BotLeg, Hub, HubClock, Mode, Role
from telephony.ports import SipCall
from telephony.rawsip import RawAnswerer, RawCaller
from telephony.sip import BaresipEndpoint
from tests.telephony.conftest import CALL_TESTS, CONFIG
from tests.telephony.sounds import pitch, tone
from voice.clock import SystemClock
from voice.floor.board import Board
from voice.floor.calls import CallFacts, FloorTools, Screens
from voice.floor.line import Line
from voice.floor.live import LiveCalls
from voice.floor.routing import RoutingRules
from voice.floor.routing_file import Routing, Trunk
from voice.floor.store import FloorStore
from voice.floor.tickets import Tickets
from voice.handover import Handover

pytestmark = CALL_TESTS
OUTLET_HZ, BOT_HZ = 1000, 1500


class Told:
    """What the call around the hand-over hears of it; :class:`voice.handover.Around`."""

    def __init__(self) -> None:
        self.outcomes: list[TransferOutcome] = []
        self.events: list[tuple[str, dict[str, object]]] = []

    def log(self, type_: str, data: Mapping[str, object]) -> None:
        self.events.append((type_, dict(data)))

    def progress(self, outcome: TransferOutcome, position: int | None = None, estimate_s: int | None = None) -> None:
        self.outcomes.append(outcome)

    def bridged(self, agent_id: str) -> Callable[[], Awaitable[None]]:
        async def end() -> None:
            return None

        return end

    def hang_up(self, cause: str) -> None:
        raise AssertionError("nobody hangs up on this caller")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def endpoint() -> AsyncIterator[BaresipEndpoint]:
    made = BaresipEndpoint(CONFIG)
    await made.start()
    yield made
    await made.close()


async def _silent(_text: str) -> AsyncIterator[bytes]:
    silence: tuple[bytes, ...] = ()
    for pcm in silence:
        yield pcm


async def _tools(outlet: RawAnswerer) -> FloorTools:
    board = Board(FloorStore(fakeredis.FakeAsyncRedis()), "test", SystemClock(), RoutingRules())
    trunk = Trunk(privacy_uri=outlet.uri.replace("agent@", "{number}@"))
    await board.start()
    tickets = Tickets(time.monotonic)
    return FloorTools(board, Line(board), Screens(board), LiveCalls(), None, tickets, Routing(trunk=trunk))


@pytest.mark.timeout(40)
async def test_an_outlets_line_that_breaks_leaves_the_caller_with_the_bot(endpoint: BaresipEndpoint) -> None:
    calls: asyncio.Queue[SipCall] = asyncio.Queue()
    endpoint.on_incoming(calls.put_nowait)
    uri = "sip:95000@{}:{}".format(*endpoint.address)
    clock, told = HubClock(), Told()
    async with RawAnswerer(ring_s=0.2) as outlet, RawCaller(uri, from_number="13800138000") as caller:
        calling = asyncio.create_task(caller.call())
        call = await asyncio.wait_for(calls.get(), 5)
        await call.answer()
        await calling
        tools = await _tools(outlet)
        hub, bot = Hub(call.rate), BotLeg(call.rate)
        hub.attach(Role.CALLER, call)
        hub.attach_voice(Role.BOT, bot)
        clock.add(hub)
        facts = CallFacts("c-1", "13800138000", "", "95000", "main")
        handover = Handover(tools, endpoint, hub, call, facts, told, speak=_silent)
        transfer = Transfer("t", "outside", "outlet:057155500051", HandoverCard("问件", whisper=""))
        reaching = asyncio.create_task(handover.reach(transfer))
        leg = await asyncio.wait_for(outlet.calls.get(), 5)
        assert "057155500051@" in leg.invite.start and "13800138000" not in leg.invite.encode().decode()
        talking = asyncio.create_task(leg.send(tone(OUTLET_HZ, 3.0)))
        await asyncio.sleep(1.5)
        assert hub.mode is Mode.BRIDGED
        assert pitch(caller.received().pcm[-2 * 3200 :]) == pytest.approx(OUTLET_HZ, abs=10)
        leg.rtp.stop()  # no BYE, no more packets: the outlet's network is gone
        await asyncio.wait_for(reaching, 2 * CONFIG.lost_after_s + 2)
        bot.write(tone(BOT_HZ, 0.6))
        await asyncio.sleep(0.9)
        assert (hub.mode, told.outcomes[-1]) == (Mode.BOT, TransferOutcome.LOST)
        assert ("hold", {"state": "agent_left", "cause": "media_timeout", "agent": "tel:outlet"}) in told.events
        assert pitch(caller.received().pcm[-2 * 6400 : -2 * 3200]) == pytest.approx(BOT_HZ, abs=10)
        assert not caller.ended.done()
        talking.cancel()
        await handover.close()
        await tools.board.close()
    await clock.close()
