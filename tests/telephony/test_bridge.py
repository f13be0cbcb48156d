"""Hand-overs with real packets: a raw caller, raw telephones as agents, tones told apart by their pitch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from telephony.bridge import Bridge, Outcome
from telephony.hub import Hub, HubClock, MusicLeg, Role
from telephony.rawsip import RawAnswerer, RawCaller
from telephony.rawsip.answerer import RING_FOREVER, AnsweredCall

from .conftest import CALL_TESTS, Line, closed
from .sounds import pitch, tone

pytestmark = CALL_TESTS
CALLER, AGENT, MUSIC, WHISPER, CONSULT = 600, 1000, 350, 1500, 2100
LISTEN_S = 0.3


class Case:
    """A caller on a hub, with music, about to be handed over."""

    def __init__(self, line: Line, caller: RawCaller, bridge: Bridge) -> None:
        self.line, self.caller, self.bridge = line, caller, bridge
        self.left: list[tuple[Role, str]] = []

    def hears(self) -> float:
        return round(pitch(self.caller.received().pcm[-2 * 1600 :]), -1)


@pytest_asyncio.fixture(loop_scope="module")
async def case(line: Line) -> AsyncIterator[Case]:
    clock = HubClock()
    async with RawCaller(line.udp) as caller:
        answering = line.answer_next()
        await caller.call()
        call = await answering
        hub = Hub(call.rate)
        hub.attach(Role.CALLER, call)
        clock.add(hub)
        left: list[tuple[Role, str]] = []
        bridge = Bridge(
            hub,
            call,
            line.endpoint,
            music=MusicLeg(tone(MUSIC, 2.0), 8000),
            on_person_left=lambda role, cause: left.append((role, cause)),
        )
        made = Case(line, caller, bridge)
        made.left = left
        yield made
    await clock.close()


def agent_hears(agent: AnsweredCall) -> float:
    return round(pitch(agent.received().pcm[-2 * 1600 :]), -1)


@asynccontextmanager
async def speaking(caller: RawCaller, *agents: tuple[AnsweredCall, float]) -> AsyncIterator[None]:
    """Everybody makes his own tone for a while."""
    sounds = [asyncio.create_task(caller.send(tone(CALLER, 3.0)))]
    sounds += [asyncio.create_task(agent.send(tone(hertz, 3.0))) for agent, hertz in agents]
    await asyncio.sleep(LISTEN_S)
    yield
    for sound in sounds:
        sound.cancel()
    await asyncio.gather(*sounds, return_exceptions=True)


async def test_the_agent_hears_a_whisper_and_then_the_caller(case: Case) -> None:
    async with RawAnswerer(ring_s=0.3) as phone:
        ringing = asyncio.create_task(case.bridge.ring(phone.uri, headers={"X-Order": "7"}))
        agent = await phone.calls.get()
        async with speaking(case.caller):
            assert case.hears() == MUSIC
        attempt = await ringing
        assert attempt.outcome is Outcome.ANSWERED
        assert 0.25 < attempt.seconds < 1.5
        case.bridge.whisper.write(tone(WHISPER, 5.0))
        async with speaking(case.caller, (agent, AGENT)):
            assert (case.hears(), agent_hears(agent)) == (MUSIC, WHISPER)
            case.bridge.whisper.flush()
            case.bridge.join()
            await asyncio.sleep(LISTEN_S)
            assert (case.hears(), agent_hears(agent)) == (AGENT, CALLER)
            case.bridge.hold()
            await asyncio.sleep(LISTEN_S)
            assert (case.hears(), agent_hears(agent)) == (MUSIC, 0)
            case.bridge.join()
        case.caller.send_dtmf("8")
        await asyncio.sleep(0.4)
        assert agent.rtp.digits == ["8"]
        assert case.caller.reinvites == 0  # a hand-over never renegotiates the caller's leg


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(486, Outcome.BUSY), (603, Outcome.DECLINED), (404, Outcome.UNREACHABLE), (RING_FOREVER, Outcome.NO_ANSWER)],
)
async def test_a_person_who_cannot_be_reached_is_an_outcome(case: Case, status: int, outcome: Outcome) -> None:
    async with RawAnswerer(status=status) as phone:
        attempt = await case.bridge.ring(phone.uri, timeout=0.4)
        assert attempt.outcome is outcome
        assert case.bridge.agent is None
        assert not case.caller.ended.done()


async def test_a_caller_who_leaves_stops_the_ringing(case: Case) -> None:
    async with RawAnswerer(status=RING_FOREVER) as phone:
        ringing = asyncio.create_task(case.bridge.ring(phone.uri))
        agent = await phone.calls.get()
        await case.caller.hangup()
        assert (await ringing).outcome is Outcome.CALLER_LEFT
        assert await asyncio.wait_for(agent.ended, 2) == "cancelled"


async def test_a_caller_who_leaves_frees_the_agent(case: Case) -> None:
    async with RawAnswerer() as phone:
        await case.bridge.ring(phone.uri)
        agent = await phone.calls.get()
        case.bridge.join()
        await case.caller.hangup()
        assert await asyncio.wait_for(agent.ended, 2) == "remote_hangup"
        assert case.left == []


async def test_an_agent_who_leaves_does_not_leave_silence(case: Case) -> None:
    async with RawAnswerer() as phone:
        await case.bridge.ring(phone.uri)
        agent = await phone.calls.get()
        leg = case.bridge.agent
        assert leg is not None
        case.bridge.join()
        phone.hangup(agent)
        assert await closed(leg) == "remote_hangup"
        await asyncio.sleep(LISTEN_S)
        assert case.left == [(Role.AGENT, "remote_hangup")]
        assert case.hears() == MUSIC
        await case.bridge.back_to_bot()
        await asyncio.sleep(LISTEN_S)
        assert case.hears() == 0
        assert not case.caller.ended.done()


async def test_consult_confer_and_hand_on(case: Case) -> None:
    async with RawAnswerer() as phone, RawAnswerer() as second:
        await case.bridge.ring(phone.uri)
        agent = await phone.calls.get()
        case.bridge.join()
        await case.bridge.ring(second.uri, role=Role.CONSULT)
        expert = await second.calls.get()
        async with speaking(case.caller, (agent, AGENT), (expert, CONSULT)):
            case.bridge.hold()
            await asyncio.sleep(LISTEN_S)
            assert (case.hears(), agent_hears(agent), agent_hears(expert)) == (MUSIC, CONSULT, AGENT)
            case.bridge.confer()
            await asyncio.sleep(LISTEN_S)
            assert case.hears() in (AGENT, CONSULT)
            await case.bridge.hand_on()
            await asyncio.sleep(LISTEN_S)
            assert (case.hears(), agent_hears(expert)) == (CONSULT, CALLER)
        assert await asyncio.wait_for(agent.ended, 2) == "remote_hangup"
        assert case.left == []
