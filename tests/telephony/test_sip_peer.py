"""A second SIP stack, in its own process, calls the endpoint and is called by it: codecs and transports."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from telephony.sip import BaresipCall

from .conftest import CALL_TESTS, Line, Talk, closed
from .peer import PeerProcess
from .sounds import pitch, tone

pytestmark = CALL_TESTS
TalkOn = Callable[[BaresipCall], Talk]
CODECS = {"PCMA": "pcma/8000/1", "PCMU": "pcmu/8000/1", "G722": "g722/16000/1"}


async def both_hear(peer: PeerProcess, conversation: Talk) -> None:
    """Each side plays its own tone and recognises the other's."""
    rate = conversation.hub.rate
    conversation.bot.write(tone(440, 0.9, rate))
    await peer.ask("play", hertz=1000, seconds=0.9)
    await asyncio.sleep(0.75)
    heard = bytes(conversation.heard)[-2 * rate * 2 // 5 :]
    assert pitch(heard, rate) == pytest.approx(1000, abs=10)
    assert (await peer.ask("heard"))["pitch"] == pytest.approx(440, abs=10)


@pytest.mark.parametrize(("codec", "transport"), [("PCMU", "udp"), ("G722", "udp"), ("PCMA", "tcp")])
async def test_a_peer_calls(line: Line, talk: TalkOn, codec: str, transport: str) -> None:
    uri = next(uri for uri in line.uris if uri.endswith(transport))
    async with PeerProcess(CODECS[codec]) as peer:
        answering = line.answer_next()
        answer = await peer.ask("dial", uri=uri.replace("sip:", "sip:4008111111@"), number="13800138007")
        call = await answering
        rate = 16000 if codec == "G722" else 8000
        assert answer["rate"] == call.rate == rate
        assert call.info.transport == transport
        assert call.info.called == "4008111111"
        assert call.info.caller.number == "13800138007"
        keys: list[str] = []
        call.on_dtmf(keys.append)
        await both_hear(peer, talk(call))
        await peer.ask("press", digits="70")
        await asyncio.sleep(0.1)
        assert keys == ["7", "0"]
        await peer.ask("hangup")
        assert await closed(call) == "remote_hangup"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def agent() -> AsyncIterator[PeerProcess]:
    async with PeerProcess(*CODECS.values()) as peer:
        yield peer


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_peer_is_called(line: Line, talk: TalkOn, agent: PeerProcess, transport: str) -> None:
    uri = next(uri for uri in agent.uris if uri.endswith(transport))
    call = await line.endpoint.dial(uri.replace("sip:", "sip:agent@"), headers={"X-Order": "1"}, timeout=5)
    await agent.ask("talking")
    assert isinstance(call, BaresipCall)
    assert (call.info.codec, call.info.direction, call.info.transport) == ("G711", "outbound", transport)
    await both_hear(agent, talk(call))
    await call.send_dtmf("5#")
    await asyncio.sleep(0.1)
    assert (await agent.ask("keys"))["keys"] == "5#"
    await call.hangup()
    assert (await agent.ask("closed"))["cause"] == "remote_hangup"
    assert await closed(call) == "local_hangup"


async def test_an_answer_that_comes_while_the_loop_is_busy_is_not_lost(line: Line, agent: PeerProcess) -> None:
    uri = agent.uris[0].partition(";")[0].replace("sip:", "sip:agent@")
    dialling = asyncio.create_task(line.endpoint.dial(uri, timeout=3))
    asyncio.get_running_loop().call_soon(time.sleep, 0.2)
    call = await dialling
    await agent.ask("talking")
    assert call.info.codec == "G711"
    await call.hangup()
    assert (await agent.ask("closed"))["cause"] == "remote_hangup"
