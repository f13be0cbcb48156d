"""A raw SIP listener (RFC 3261 UAS) that answers, only rings, or refuses: the agent's phone of tests and benches."""

import asyncio
import re
import secrets
from types import TracebackType

from telephony.rawsip.g711 import PAYLOAD_TYPES
from telephony.rawsip.message import AudioSdp, SipMessage, parse, parse_sdp, reply_to
from telephony.rawsip.rtp import RtpPump, RtpStream, Timeline
from telephony.rawsip.udp import Address, DatagramSink

RING_FOREVER = 180
T1, GIVE_UP = 0.5, 8.0
"""First repetition of a BYE and when to stop, in seconds."""
_REASONS = {200: "OK", 480: "Temporarily Unavailable", 486: "Busy Here", 603: "Decline"}


class AnsweredCall:
    """One call that reached the listener; ``ended`` resolves to ``remote_hangup``, ``cancelled`` or ``local``."""

    def __init__(self, invite: SipMessage, peer: Address, local: str, pump: RtpPump | None = None) -> None:
        self.invite = invite
        self.peer = peer
        self.tag = secrets.token_hex(4)
        self.rtp = RtpStream(local, pump=pump)
        self.reinvites = 0
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.ended.add_done_callback(lambda _ended: self.rtp.stop())
        self.repeating: asyncio.TimerHandle | None = None

    async def send(self, pcm: bytes) -> tuple[float, float]:
        """Speak s16 8 kHz PCM in real time."""
        return await self.rtp.send(pcm)

    def received(self) -> Timeline:
        """What was heard so far."""
        return self.rtp.timeline()


class RawAnswerer:
    """Listens on UDP and treats every INVITE alike.

    ``port`` 0 lets the system choose; ``status`` is the final answer (200, 486, 603 ...) or ``RING_FOREVER``;
    ``ring_s`` rings that long before it.
    """

    def __init__(
        self,
        *,
        local: str = "127.0.0.1",
        port: int = 0,
        status: int = 200,
        ring_s: float = 0.0,
        codec: str = "PCMA",
        pump: RtpPump | None = None,
    ) -> None:
        self.status, self.ring_s, self._pump = status, ring_s, pump
        self.calls: asyncio.Queue[AnsweredCall] = asyncio.Queue()
        self._local, self._port, self._codec = local, port, PAYLOAD_TYPES[codec]
        self._by_id: dict[str, AnsweredCall] = {}
        self._transport: asyncio.DatagramTransport | None = None
        self._timers: list[asyncio.TimerHandle] = []

    async def __aenter__(self) -> "RawAnswerer":
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: DatagramSink(self._on_datagram), local_addr=(self._local, self._port)
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for timer in self._timers:
            timer.cancel()
        for call in self._by_id.values():
            await call.rtp.close()
        if self._transport is not None:
            self._transport.close()

    @property
    def uri(self) -> str:
        """The SIP URI to dial."""
        host, port = self._sockname()
        return f"sip:agent@{host}:{port}"

    def hangup(self, call: AnsweredCall) -> None:
        """Send BYE on an answered call, again and again until it is answered (RFC 3261 section 17.1.2)."""
        invite = call.invite
        target = re.search(r"<([^>]+)>", invite.get("contact"))
        host, port = self._sockname()
        bye = SipMessage(
            f"BYE {target[1] if target else 'sip:peer'} SIP/2.0",
            [
                ("Via", f"SIP/2.0/UDP {host}:{port};branch=z9hG4bK{secrets.token_hex(6)};rport"),
                ("Max-Forwards", "70"),
                ("From", f"{invite.get('to')};tag={call.tag}"),
                ("To", invite.get("from")),
                ("Call-ID", invite.get("call-id")),
                ("CSeq", "1 BYE"),
            ],
        )
        if not call.ended.done():
            call.ended.set_result("local")
        self._repeat(call, bye, T1)

    def _repeat(self, call: AnsweredCall, bye: SipMessage, interval: float) -> None:
        self._put(bye, call.peer)
        if interval < GIVE_UP:
            loop = asyncio.get_running_loop()
            call.repeating = loop.call_later(interval, self._repeat, call, bye, 2 * interval)
            self._timers.append(call.repeating)

    def _on_datagram(self, data: bytes, sender: Address) -> None:
        message = parse(data)
        if message is None:
            return
        call = self._by_id.get(message.get("call-id"))
        if message.is_response:
            if call is not None and call.repeating is not None and message.status >= 200:
                call.repeating.cancel()
            return
        if message.method == "INVITE":
            self._on_invite(message, sender, call)
        elif message.method in ("BYE", "CANCEL") and call is not None:
            self._put(reply_to(message, 200, "OK", tag=call.tag), sender)
            if message.method == "CANCEL" and not call.ended.done():
                self._put(reply_to(call.invite, 487, "Request Terminated", tag=call.tag), sender)
            if not call.ended.done():
                call.ended.set_result("cancelled" if message.method == "CANCEL" else "remote_hangup")
        elif message.method != "ACK":
            self._put(reply_to(message, 200, "OK"), sender)

    def _on_invite(self, message: SipMessage, sender: Address, call: AnsweredCall | None) -> None:
        if call is not None:
            if ";tag=" not in message.get("to"):
                return  # a retransmission
            call.reinvites += 1
            self._answer(call, message, 200)
            return
        call = AnsweredCall(message, sender, self._local, self._pump)
        self._by_id[message.get("call-id")] = call
        self._put(reply_to(message, 180, "Ringing", contact=self._contact(), tag=call.tag), sender)
        self.calls.put_nowait(call)
        if self.status != RING_FOREVER:
            loop = asyncio.get_running_loop()
            self._timers.append(loop.call_later(self.ring_s, self._answer, call, message, self.status))

    def _answer(self, call: AnsweredCall, invite: SipMessage, status: int) -> None:
        if call.ended.done():
            return
        body = ""
        if status == 200:
            offer = parse_sdp(invite.body)
            body = AudioSdp(self._local, call.rtp.port, (self._codec,)).encode(call.reinvites + 1)
            if offer is not None:
                call.rtp.payload_type = self._codec
                call.rtp.start((offer.host, offer.port))
        reason = _REASONS.get(status, "Refused")
        self._put(reply_to(invite, status, reason, body, contact=self._contact(), tag=call.tag), call.peer)

    def _contact(self) -> str:
        host, port = self._sockname()
        return f"<sip:agent@{host}:{port}>"

    def _sockname(self) -> Address:
        if self._transport is None:
            raise RuntimeError("use the answerer as an async context manager")
        host, port = self._transport.get_extra_info("sockname")[:2]
        return str(host), int(port)

    def _put(self, message: SipMessage, peer: Address) -> None:
        if self._transport is not None:
            self._transport.sendto(message.encode(), peer)
