"""Real calls over loopback: the raw SIP/RTP client dials the endpoint."""

import asyncio
import time
from collections.abc import Callable

import pytest

from telephony.ports import CallGone
from telephony.rawsip import CallRefused, RawCaller
from telephony.sip import BaresipCall

from .conftest import CALL_TESTS, Line, Talk, closed
from .sounds import pitch, tone, voiced

pytestmark = CALL_TESTS
TalkOn = Callable[[BaresipCall], Talk]


async def connect(line: Line, caller: RawCaller) -> BaresipCall:
    answering = line.answer_next()
    await caller.call()
    return await answering


@pytest.mark.parametrize("codec", ["PCMA", "PCMU"])
async def test_sound_flows_both_ways(line: Line, talk: TalkOn, codec: str) -> None:
    async with RawCaller(line.udp, codec=codec) as caller:
        call = await connect(line, caller)
        assert (call.info.codec, call.rate, call.info.transport) == ("G711", 8000, "udp")
        conversation = talk(call)
        conversation.bot.write(tone(440, 0.6))
        await caller.send(tone(1000, 0.6))
        await asyncio.sleep(0.15)
        first, last = voiced(bytes(conversation.heard))
        assert pitch(bytes(conversation.heard)[2 * first : 2 * last]) == pytest.approx(1000, abs=5)
        assert (last - first) / 8000 == pytest.approx(0.6, abs=0.03)
        heard = caller.received()
        first, last = voiced(heard.pcm)
        assert pitch(heard.pcm[2 * first : 2 * last]) == pytest.approx(440, abs=5)
        assert (last - first) / 8000 == pytest.approx(0.6, abs=0.03)
        assert caller.reinvites == 0
        assert caller.provisional[0] == 180


async def test_who_calls_whom_is_known_while_it_rings(line: Line) -> None:
    name = "李女士".encode("gb18030").decode("latin-1")
    headers = {"P-Asserted-Identity": f'"{name}" <sip:+8613800138006@carrier>'}
    async with RawCaller(line.udp, from_number="999", called="4008111111", headers=headers) as caller:
        dialling = asyncio.create_task(caller.call())
        call = await line.next_call()
        await caller.ringing()
        assert call.info.caller.number == "13800138006"
        assert call.info.caller.display == "李女士"
        assert call.info.caller.asserted
        assert call.info.called == "4008111111"
        assert call.info.call_id == caller.call_id
        await call.reject()
        with pytest.raises(CallRefused, match="486"):
            await dialling
        assert await closed(call) == "rejected"


async def test_an_anonymous_caller_is_answered_without_a_number(line: Line) -> None:
    async with RawCaller(line.udp, from_number="anonymous", display="Anonymous", headers={"Privacy": "id"}) as caller:
        call = await connect(line, caller)
        assert call.info.caller.anonymous
        assert call.info.caller.number is None


async def test_keys_arrive_in_order(line: Line) -> None:
    keys: list[str] = []
    async with RawCaller(line.udp) as caller:
        call = await connect(line, caller)
        call.on_dtmf(keys.append)
        await asyncio.sleep(0.1)
        caller.send_dtmf("4420*#")
        for _ in range(60):
            if len(keys) == 6:
                break
            await asyncio.sleep(0.05)
    assert keys == list("4420*#")


async def test_keys_are_sent(line: Line) -> None:
    async with RawCaller(line.udp) as caller:
        call = await connect(line, caller)
        await call.send_dtmf("15#")
        await asyncio.sleep(0.1)
        assert caller.rtp.digits == list("15#")


async def test_a_caller_who_gives_up_while_it_rings_is_cancelled(line: Line) -> None:
    async with RawCaller(line.udp) as caller:
        dialling = asyncio.create_task(caller.call())
        call = await line.next_call()
        await caller.ringing()
        await caller.cancel()
        with pytest.raises(CallRefused, match="487"):
            await dialling
        assert await closed(call) == "cancelled"
        with pytest.raises(CallGone):
            await call.answer()
        await call.hangup()
        await call.reject()


async def test_the_caller_hangs_up(line: Line) -> None:
    async with RawCaller(line.udp) as caller:
        call = await connect(line, caller)
        await caller.hangup()
        assert await closed(call) == "remote_hangup"
        assert call.read() == b""
        assert call.write(tone(440, 0.1)) == 0
        assert call.queued() == 0
        call.flush()
        await call.send_dtmf("1")
        late: list[str] = []
        call.on_closed(late.append)
        assert late == ["remote_hangup"]


async def test_we_hang_up_for_a_reason_of_our_own(line: Line) -> None:
    async with RawCaller(line.udp) as caller:
        call = await connect(line, caller)
        await call.hangup("goodbye")
        assert await asyncio.wait_for(caller.ended, 2) == "remote_hangup"
        assert await closed(call) == "goodbye"
        await call.hangup("again")
        assert await closed(call) == "goodbye"


async def test_hold_and_resume_do_not_lose_the_call(line: Line, talk: TalkOn) -> None:
    async with RawCaller(line.udp) as caller:
        call = await connect(line, caller)
        conversation = talk(call)
        states = []
        for direction in ("sendonly", "sendrecv"):
            assert (await caller.hold(direction)).status == 200
            await asyncio.sleep(0.15)
            states.append(call.on_hold)
        assert states == [True, False]
        conversation.bot.write(tone(440, 0.4))
        await caller.send(tone(1000, 0.4))
        await asyncio.sleep(0.2)
        assert pitch(bytes(conversation.heard)[-2 * 4800 :]) == pytest.approx(1000, abs=10)
        assert pitch(caller.received().pcm[-2 * 4800 :]) == pytest.approx(440, abs=10)


async def test_lost_packets_do_not_shrink_time(line: Line, talk: TalkOn) -> None:
    async with RawCaller(line.udp, loss=0.1, seed=7) as caller:
        call = await connect(line, caller)
        conversation = talk(call)
        await asyncio.sleep(0.1)
        start, ticks = time.monotonic(), conversation.hub.ticks
        await caller.send(tone(1000, 1.5))
        elapsed = time.monotonic() - start
        assert (conversation.hub.ticks - ticks) * 0.02 == pytest.approx(elapsed, abs=0.04)
        first, last = voiced(bytes(conversation.heard))
        assert (last - first) / 8000 == pytest.approx(1.5, abs=0.12)


async def test_the_voice_stops_within_a_frame_of_its_flush(line: Line, talk: TalkOn) -> None:
    async with RawCaller(line.udp) as caller:
        conversation = talk(await connect(line, caller))
        conversation.bot.write(tone(440, 3.0))
        await asyncio.sleep(0.6)
        flushed = time.monotonic()
        unheard = conversation.bot.flush()
        await asyncio.sleep(0.3)
        heard = caller.received()
        first, last = voiced(heard.pcm)
        assert heard.heard_at(last) - flushed < 0.1
        assert conversation.bot.heard_samples == pytest.approx(last - first, abs=330)
        assert unheard + conversation.bot.heard_samples == 24000


async def test_delays_stay_within_their_budget(line: Line, talk: TalkOn) -> None:
    async with RawCaller(line.udp) as caller:
        conversation = talk(await connect(line, caller))
        arrivals: list[float] = []

        def note(pcm: bytes, _tick: int) -> None:
            if voiced(pcm, 3000)[0] >= 0:
                arrivals.append(time.monotonic())

        conversation.hub.subscribe("caller", note)
        await asyncio.sleep(0.4)
        spoken = time.monotonic()
        conversation.bot.write(tone(440, 0.2))
        sent, _ = await caller.send(tone(1000, 0.3))
        await asyncio.sleep(0.1)
        heard = caller.received()
        assert arrivals[0] - sent < 0.15
        assert heard.heard_at(voiced(heard.pcm)[0]) - spoken < 0.15
        await caller.hangup()
        await closed(conversation.call)
        assert conversation.call.stats is not None
        assert conversation.call.stats.jbuf_delay_ms == 40  # the stack's own default is 100
