"""Hostile input from the network: whatever arrives, the next call is answered."""

import asyncio
import socket
import time

import pytest

from telephony.ports import CallGone, SipCall
from telephony.rawsip import RawCaller
from telephony.sip import BaresipEndpoint, SipConfig
from tests.ports import rtp_range

from .fuzz import TORTURE, datagrams
from .sounds import pitch, tone

pytestmark = pytest.mark.call


class Hotline:
    """Answers every call at once, as the hotline does, and keeps the errors nobody expected."""

    def __init__(self) -> None:
        self.endpoint = BaresipEndpoint(SipConfig(port=0, rtp_ports=rtp_range(27), max_calls=40, rtp_timeout_s=3))
        self.endpoint.on_incoming(self._take)
        self.gone = 0
        self.faults: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def _take(self, call: SipCall) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, call: SipCall) -> None:
        try:
            await call.answer()
            call.write(tone(440, 1.0, call.rate))
        except CallGone:
            self.gone += 1
        except Exception as fault:
            self.faults.append(fault)


async def test_torture_and_noise_do_not_stop_the_next_call(caplog: pytest.LogCaptureFixture) -> None:
    assert len(TORTURE) == 49
    hotline = Hotline()
    uris = await hotline.endpoint.start()
    host, port = hotline.endpoint.address
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            for number, data in enumerate(datagrams(5000, seed=4475)):
                sender.sendto(data, (host, port))
                if number % 10 == 0:
                    await asyncio.sleep(0.002)  # a pace at which nothing is lost in our own socket buffer
        await noise_over_tcp(host, port)
        start = time.monotonic()
        async with RawCaller(uris[0].partition(";")[0]) as caller:
            await caller.call()
            assert time.monotonic() - start < 5  # unconfirmed calls of the flood leave after 3 s
            await asyncio.sleep(0.5)
            assert pitch(caller.received().pcm[-2 * 2400 :]) == pytest.approx(440, abs=10)
        assert hotline.faults == []
        assert [record for record in caplog.records if record.exc_info] == []
    finally:
        await hotline.endpoint.close()


async def noise_over_tcp(host: str, port: int) -> None:
    for data in list(datagrams(0, seed=0))[:20]:
        _, writer = await asyncio.open_connection(host, port)
        writer.write(data)
        writer.close()


INVITE = (
    "INVITE sip:95000@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{n};rport\r\n{headers}"
    "To: <sip:95000@127.0.0.1>\r\nCall-ID: {n}@ghost\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
    "Content-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n{sdp}"
)
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"
FROM, CONTACT = "From: <sip:1@127.0.0.1>;tag=1\r\n", "Contact: <sip:1@127.0.0.1:9>\r\n"


@pytest.mark.parametrize(
    "headers",
    [FROM, FROM + "Contact: <<<\r\n", "From: <sip:1@127.0.0.1>\r\n" + CONTACT, FROM + CONTACT + "Record-Route: <<\r\n"],
    ids=["no contact", "broken contact", "no from tag", "broken record-route"],
)
async def test_an_invite_that_cannot_open_a_dialog_leaves_no_ghost_under_the_cap(headers: str) -> None:
    hotline = Hotline()
    uris = await hotline.endpoint.start()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind(("127.0.0.1", 0))
            for n in range(60):  # more than the cap of 40
                text = INVITE.format(n=n, headers=headers, length=len(SDP), sdp=SDP)
                sender.sendto(text.encode(), hotline.endpoint.address)
            await asyncio.sleep(0.05)
            sender.setblocking(False)
            assert sender.recv(2000).startswith(b"SIP/2.0 400 ")
        async with RawCaller(uris[0].partition(";")[0]) as caller:
            await caller.call(timeout=1)
    finally:
        await hotline.endpoint.close()
