"""Outbound calls that are answered, refused or never answered, against the raw SIP listener."""

import asyncio

import pytest

from telephony.ports import DialFailed
from telephony.rawsip import RawAnswerer
from telephony.rawsip.answerer import RING_FOREVER
from telephony.rawsip.rtp import RtpStream

from .conftest import CALL_TESTS, Line, closed
from .sounds import pitch, tone

pytestmark = CALL_TESTS


async def test_an_agent_answers_hears_us_and_hangs_up(line: Line) -> None:
    async with RawAnswerer() as phone:
        call = await line.endpoint.dial(phone.uri, from_number="13800138000", headers={"X-Order": "42"})
        agent = await phone.calls.get()
        assert agent.invite.get("x-order") == "42"
        assert "13800138000" in agent.invite.get("p-asserted-identity")
        assert agent.invite.body.count("m=") == 1  # no video is offered
        call.write(tone(440, 0.5))
        await agent.send(tone(1000, 0.5))
        assert pitch(call.read()) == pytest.approx(1000, abs=5)
        assert pitch(agent.received().pcm[-2 * 3200 :]) == pytest.approx(440, abs=10)
        assert agent.reinvites == 0
        phone.hangup(agent)
        assert await closed(call) == "remote_hangup"


@pytest.mark.parametrize(
    ("status", "reason"),
    [(486, "busy"), (603, "declined"), (480, "no_answer"), (404, "unreachable"), (500, "failed")],
)
async def test_a_refusal_is_a_reason(line: Line, status: int, reason: str) -> None:
    async with RawAnswerer(status=status) as phone:
        with pytest.raises(DialFailed) as failure:
            await line.endpoint.dial(phone.uri)
        assert (failure.value.code, failure.value.reason) == (status, reason)


async def test_nobody_answers(line: Line) -> None:
    async with RawAnswerer(status=RING_FOREVER) as phone:
        with pytest.raises(DialFailed) as failure:
            await line.endpoint.dial(phone.uri, timeout=0.5)
        assert failure.value.reason == "no_answer"
        agent = await phone.calls.get()
        assert await asyncio.wait_for(agent.ended, 2) == "cancelled"


async def test_a_dial_that_is_given_up_stops_the_ringing(line: Line) -> None:
    async with RawAnswerer(status=RING_FOREVER) as phone:
        dialling = asyncio.create_task(line.endpoint.dial(phone.uri))
        agent = await asyncio.wait_for(phone.calls.get(), 2)
        dialling.cancel()
        assert await asyncio.wait_for(agent.ended, 2) == "cancelled"
        with pytest.raises(asyncio.CancelledError):
            await dialling


@pytest.mark.parametrize("uri", ["nonsense", "13800138000", "sip:", "sip:a@", "sip:agent@256.1.1.1", "sip:a@b\r\nX: y"])
async def test_a_wrong_address_is_one_sentence(line: Line, uri: str) -> None:
    with pytest.raises(DialFailed) as failure:
        await line.endpoint.dial(uri, timeout=2)
    assert str(failure.value).endswith(".")


async def test_a_port_is_not_given_to_the_next_call_while_its_old_peer_may_send(line: Line) -> None:
    async with RawAnswerer() as phone:
        call = await line.endpoint.dial(phone.uri)
        await phone.calls.get()
        before = line.endpoint._ports.held
        await call.hangup()
        await closed(call)
        async with asyncio.timeout(3):
            while not line.endpoint._ports.held - before:  # noqa: ASYNC110 - the stack tells nobody when it closes a socket
                await asyncio.sleep(0.02)
        assert len(line.endpoint._ports.held - before) == 1


async def test_a_line_that_a_stray_stream_mutes_and_a_line_that_breaks_are_given_up(line: Line) -> None:
    async with RawAnswerer() as phone:
        for fault in ("stray", "broken"):
            call = await line.endpoint.dial(phone.uri)
            agent = await phone.calls.get()
            assert agent.rtp.remote is not None
            stray = RtpStream("127.0.0.1")
            if fault == "stray":
                stray.start(agent.rtp.remote)
            else:
                agent.rtp.stop()
            while not call.closed.done():
                call.read()
                await asyncio.sleep(0.02)
            await stray.close()
            assert call.closed.result() == "media_timeout"
        assert line.endpoint.faults["gone"] >= 2 and line.endpoint.faults["silent"] >= 2
