"""Telephones and browsers on one hub: hand-overs with real SIP and real WebRTC, tones told apart by their pitch."""

import asyncio
import time
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from telephony.bridge import Bridge
from telephony.hub import Hub, HubClock, MusicLeg, Role, Stance
from telephony.rawsip import RawAnswerer, RawCaller
from telephony.webrtc import WebCall, WebEndpoint
from telephony.webrtc.visitor import Visitor

from .conftest import CALL_TESTS, Line, closed
from .sounds import constant, pitch, samples, tone
from .webrtc.conftest import until

pytestmark = CALL_TESTS
CALLER, AGENT, MUSIC, WHISPER, SUPERVISOR = 600, 1000, 350, 1500, 2100
LISTEN_S = 0.3


@pytest_asyncio.fixture(loop_scope="module")
async def clock() -> AsyncIterator[HubClock]:
    clock = HubClock()
    yield clock
    await clock.close()


@pytest_asyncio.fixture(loop_scope="module")
async def web() -> AsyncIterator[WebEndpoint]:
    endpoint = WebEndpoint()
    yield endpoint
    await endpoint.close()


async def softphone(web: WebEndpoint, *, listen_only: bool = False) -> tuple[WebCall, Visitor]:
    visitor = Visitor(listen_only=listen_only)
    leg, answer = await web.softphone(await visitor.offer())
    await visitor.accept(answer)
    await leg.answer()
    return leg, visitor


def hears(sound: bytes) -> float:
    return round(pitch(sound[-2 * 1600 :]), -1)


async def test_a_telephone_is_handed_to_a_browser_and_its_own_leg_never_changes(
    line: Line, clock: HubClock, web: WebEndpoint
) -> None:
    async with RawCaller(line.udp) as caller:
        answering = line.answer_next()
        await caller.call()
        call = await answering
        hub = Hub(call.rate)
        hub.attach(Role.CALLER, call)
        clock.add(hub)
        bridge = Bridge(hub, call, line.endpoint, music=MusicLeg(tone(MUSIC, 2.0), 8000))
        speaking = asyncio.ensure_future(caller.send(tone(CALLER, 6.0)))

        leg, agent = await softphone(web)
        assert agent.codec == "PCMA", "towards a telephone nothing is transcoded"
        agent.say(tone(AGENT, 6.0))
        bridge.wait()
        bridge.take(Role.AGENT, leg)
        bridge.whisper.write(tone(WHISPER, 1.5))
        await until(lambda: hears(agent.heard()) == WHISPER and hears(caller.received().pcm) == MUSIC)
        bridge.whisper.flush()

        bridge.join()
        opened = time.monotonic()
        await until(lambda: hears(caller.received().pcm) == AGENT and hears(agent.heard()) == CALLER)
        # 200 ms of sound are needed to tell a pitch; both gates open with the same tick.
        assert time.monotonic() - opened < 0.2 + 0.4 + LISTEN_S

        bridge.hold()
        await until(lambda: hears(caller.received().pcm) == MUSIC and hears(agent.heard()) == 0)
        await bridge.back_to_bot()
        assert leg.closed.result() == "back_to_bot"
        await until(lambda: {"type": "ended", "cause": "back_to_bot"} in agent.messages)
        assert caller.reinvites == 0
        speaking.cancel()
        await agent.close()
        clock.remove(hub)


async def test_a_browser_is_handed_to_a_telephone_and_a_supervisors_browser_listens(
    line: Line, clock: HubClock, web: WebEndpoint
) -> None:
    visitor = Visitor()
    call, answer = await web.caller(await visitor.offer())
    await visitor.accept(answer)
    await call.answer()
    hub = Hub(call.rate)
    assert hub.rate == 16000
    hub.attach(Role.CALLER, call)
    clock.add(hub)
    bridge = Bridge(hub, call, line.endpoint)
    async with RawAnswerer() as phone:
        await bridge.ring(phone.uri)
        agent = await asyncio.wait_for(phone.calls.get(), 5)
        bridge.join()
        visitor.say(tone(CALLER, 6.0, visitor.rate))
        speaking = asyncio.ensure_future(agent.rtp.send(tone(AGENT, 6.0)))

        def caller_hears() -> float:
            return round(pitch(visitor.heard()[-2 * 3200 :], 16000), -1)

        await until(lambda: hears(agent.received().pcm) == CALLER and caller_hears() == AGENT)

        leg, supervisor = await softphone(web)
        supervisor.say(tone(SUPERVISOR, 5.0))
        bridge.take(Role.SUPERVISOR, leg)
        bridge.supervise(Stance.LISTEN)
        await until(lambda: both(supervisor.heard()[-2 * 1600 :], CALLER, AGENT))
        assert not both(visitor.heard()[-2 * 3200 :], SUPERVISOR, SUPERVISOR, rate=16000)

        visitor.send({"type": "hangup"})
        assert await closed(leg) == "caller_left", "nobody stays behind"
        await until(lambda: agent.ended.done())
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
    await visitor.close()
    await supervisor.close()
    clock.remove(hub)


def both(sound: bytes, *pitches: float, rate: int = 8000) -> bool:
    """Whether all these tones are in it."""
    wave = samples(sound).astype(np.float64)
    if wave.size < rate // 10:
        return False
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(wave.size), rate))
    return all(spectrum[round(hertz)] > 0.2 * spectrum.max() for hertz in pitches)


@pytest.mark.parametrize("fast", [0.02, -0.02])
async def test_another_machines_clock_neither_grows_the_delay_nor_starves_the_leg(
    clock: HubClock, web: WebEndpoint, fast: float
) -> None:
    """2 % is a hundred times what crystals do, so that four seconds show what an hour would."""
    visitor = Visitor(("PCMA",), fast=fast)
    call, answer = await web.caller(await visitor.offer())
    await visitor.accept(answer)
    await call.answer()
    hub = Hub(8000)
    hub.attach(Role.CALLER, call)
    heard = bytearray()
    hub.subscribe("caller", lambda pcm, _tick: heard.extend(pcm))
    clock.add(hub)
    visitor.say(constant(1000, 220))
    await asyncio.sleep(4.0)
    leg = hub._live[Role.CALLER]
    assert leg.queue.depth_ms <= 100
    assert leg.queue.dropped > 0 if fast > 0 else leg.queue.concealed > 0
    spoken = np.count_nonzero(np.abs(samples(bytes(heard)).astype(int)) > 500) / 8000
    assert spoken > 3.4, "what was said is there but for the frames that the clocks differ by"
    clock.remove(hub)
    await call.hangup()
    await visitor.close()
