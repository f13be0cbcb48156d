"""A browser's leg against real peers: sound, keys, messages, reconnects, and every way a call ends."""

import asyncio
import json
from collections.abc import Callable

import pytest

from telephony.admission import Admission
from telephony.ports import LOCAL_HANGUP, MEDIA_TIMEOUT, REMOTE_HANGUP, CallGone, SipCall
from telephony.webrtc import LineBusy, OfferRefused, WebEndpoint
from telephony.webrtc.endpoint import MAX_CONNECTING
from telephony.webrtc.visitor import Visitor
from telephony.webrtc.watch import SILENCE_S
from tests.telephony.sounds import tone
from tests.telephony.webrtc.conftest import Connect, Room, hears, until
from tests.telephony.webrtc.offers import OFFER, without

pytestmark = pytest.mark.call


@pytest.mark.parametrize(
    ("codecs", "softphone", "expected"),
    [
        (("OPUS", "PCMA"), False, "OPUS"),
        (("PCMA", "OPUS"), False, "OPUS"),
        (("OPUS", "PCMA", "PCMU"), True, "PCMA"),
        (("PCMU", "OPUS"), True, "PCMU"),
    ],
)
async def test_both_hear_each_other_in_the_codec_that_we_prefer(
    connect: Connect, room: Callable[..., Room], codecs: tuple[str, ...], softphone: bool, expected: str
) -> None:
    call, visitor = await connect(codecs, softphone=softphone)
    assert visitor.codec == expected
    assert call.info.codec == ("OPUS" if expected == "OPUS" else "G711")
    assert call.rate == (16000 if expected == "OPUS" else 8000)
    here = room(call)
    here.bot.write(tone(600, 2, here.hub.rate))
    visitor.say(tone(440, 2, visitor.rate))
    await hears(lambda: bytes(here.heard), 440, here.hub.rate)
    await hears(visitor.heard, 600, visitor.rate)


async def test_it_is_a_sip_call_without_a_number(connect: Connect) -> None:
    call, _ = await connect()
    port: SipCall = call
    assert port.info.caller.number is None
    assert port.info.caller.anonymous
    assert (port.info.transport, port.info.direction, port.on_hold) == ("webrtc", "inbound", False)
    await port.hangup("why")
    assert port.closed.result() == "why"
    assert port.read() == b""
    assert port.write(b"\0\0") == 0
    later: list[str] = []
    port.on_closed(later.append)
    assert later == ["why"]
    await port.hangup()


async def test_keys_come_from_the_page_and_as_telephone_events_once_each(connect: Connect) -> None:
    call, visitor = await connect()
    keys: list[str] = []
    call.on_dtmf(keys.append)
    for key in "5*#":
        visitor.send({"type": "key", "key": key})
    await until(lambda: len(keys) == 3)
    await visitor.press("9")
    await visitor.press("0")
    await until(lambda: len(keys) >= 5)
    assert keys == ["5", "*", "#", "9", "0"]
    await call.send_dtmf("12")
    await until(lambda: {"type": "key", "key": "2"} in visitor.messages)
    with pytest.raises(ValueError, match="no key"):
        await call.send_dtmf("x")


HOSTILE = (
    "{",
    "[]",
    "null",
    '{"type":5}',
    '{"type":"key"}',
    '{"type":"key","key":"55"}',
    '{"type":"key","key":["5"]}',
    '{"type":"key","key":"<script>"}',
    json.dumps({"type": "key", "key": "5" * 60_000}),
    '{"a":' * 800,
    "[" * 2000,
)


async def test_hostile_messages_change_nothing(connect: Connect) -> None:
    call, visitor = await connect()
    keys: list[str] = []
    call.on_dtmf(keys.append)
    for text in HOSTILE:
        visitor.send(text)
        visitor.send({"type": "key", "key": "7"})
    await until(lambda: len(keys) >= len(HOSTILE))
    assert set(keys) == {"7"}
    assert not call.closed.done()


async def test_a_message_sent_before_the_channel_is_open_arrives_after_the_token(endpoint: WebEndpoint) -> None:
    visitor = Visitor()
    call, answer = await endpoint.caller(await visitor.offer())
    call.send({"type": "caption", "who": "bot", "text": "您好", "final": True})
    await visitor.accept(answer)
    await until(lambda: len(visitor.messages) >= 2)
    assert visitor.messages[0] == {"type": "resume", "token": call.resume_token}
    assert visitor.messages[1]["text"] == "您好"
    await visitor.close()


async def test_hanging_up_is_told_to_the_other_side_both_ways(connect: Connect) -> None:
    call, visitor = await connect()
    await call.hangup()
    assert call.closed.result() == LOCAL_HANGUP
    await until(lambda: {"type": "ended", "cause": LOCAL_HANGUP} in visitor.messages)
    call, visitor = await connect()
    visitor.send({"type": "hangup"})
    assert await asyncio.wait_for(asyncio.shield(call.closed), 1) == REMOTE_HANGUP


async def test_a_killed_browser_is_released_within_five_seconds(connect: Connect) -> None:
    call, visitor = await connect()
    loop = asyncio.get_running_loop()
    visitor.silent = True
    start = loop.time()
    assert await asyncio.wait_for(asyncio.shield(call.closed), 6) == MEDIA_TIMEOUT
    assert SILENCE_S - 0.2 < loop.time() - start < 5.0


async def test_a_page_that_comes_back_keeps_its_call_and_the_leg_in_the_hub(
    connect: Connect, endpoint: WebEndpoint, room: Callable[..., Room]
) -> None:
    call, first = await connect()
    here = room(call)
    await until(lambda: first.messages)
    token = first.messages[0]["token"]
    await first.close()
    await until(lambda: not call.connected)
    here.bot.write(tone(600, 4, here.hub.rate))
    second = Visitor(("PCMA",))
    await second.accept(await endpoint.resume(token, await second.offer()))
    await until(lambda: call.connected)
    assert call.rate == 8000, "the new connection speaks another codec"
    second.say(tone(440, 3, second.rate))
    await hears(lambda: bytes(here.heard), 440, here.hub.rate)
    await hears(second.heard, 600, second.rate)
    assert endpoint.calls == 1
    await second.close()
    assert await asyncio.wait_for(asyncio.shield(call.closed), 6) == REMOTE_HANGUP, "a closed page has hung up"
    assert endpoint.calls == 0
    with pytest.raises(CallGone, match="has ended"):
        await endpoint.resume(token, OFFER)


async def test_a_broken_offer_leaves_a_living_call_alone(connect: Connect, endpoint: WebEndpoint) -> None:
    call, visitor = await connect()
    for offer in (without("a=ice-pwd"), "v=0"):
        with pytest.raises(OfferRefused):
            await endpoint.resume(call.resume_token, offer)
    assert call.connected
    with pytest.raises(CallGone):
        await endpoint.resume("forged", OFFER)
    keys: list[str] = []
    call.on_dtmf(keys.append)
    visitor.send({"type": "key", "key": "1"})
    await until(lambda: keys)


async def test_a_refused_offer_leaves_no_leg_behind(endpoint: WebEndpoint) -> None:
    for offer in (without("a=fingerprint"), OFFER.replace(f"m=audio {41000}", "m=audio x"), "x" * 100_000):
        with pytest.raises(OfferRefused):
            await endpoint.caller(offer)
    assert endpoint.calls == 0


async def test_calls_are_counted_with_those_of_the_telephones_and_softphones_are_not() -> None:
    admission = Admission(1)
    endpoint = WebEndpoint(admission=admission)
    first, second, agent = Visitor(), Visitor(), Visitor()
    call, _ = await endpoint.caller(await first.offer())
    with pytest.raises(LineBusy, match="at_capacity"):
        await endpoint.caller(await second.offer())
    await endpoint.softphone(await agent.offer())
    assert endpoint.calls == 2
    await call.hangup()
    again, _ = await endpoint.caller(await second.offer())
    assert admission.live == 1
    await endpoint.close()
    assert again.closed.result() == "shutdown"
    assert admission.live == 0
    for visitor in (first, second, agent):
        await visitor.close()


async def test_offers_that_never_connect_cannot_take_every_place(endpoint: WebEndpoint, connect: Connect) -> None:
    await connect()
    for _ in range(MAX_CONNECTING):
        await endpoint.caller(OFFER)
    with pytest.raises(LineBusy):
        await endpoint.caller(OFFER)
    call, answer = await endpoint.softphone(OFFER)
    assert "m=audio" in answer
    assert not call.up


async def test_who_only_listens_is_kept_by_its_pings(connect: Connect, room: Callable[..., Room]) -> None:
    call, visitor = await connect(softphone=True, listen_only=True)
    here = room(call)
    here.bot.write(tone(600, 8, here.hub.rate))
    for _ in range(10):
        await asyncio.sleep(0.5)
        visitor.send({"type": "ping"})
    assert not call.closed.done()
    await hears(visitor.heard, 600, visitor.rate)
