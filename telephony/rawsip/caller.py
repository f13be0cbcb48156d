"""A raw SIP caller (RFC 3261 UAC) that dials, talks, keys, holds and hangs up with real packets."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Mapping
from types import TracebackType

from telephony.ports import TelephonyError
from telephony.rawsip.g711 import PAYLOAD_TYPES
from telephony.rawsip.message import AudioSdp, SipMessage, parse, parse_sdp, reply_to
from telephony.rawsip.rtp import RtpPump, RtpStream, Timeline
from telephony.rawsip.udp import DatagramSink

T1 = 0.5
"""First retransmission interval of RFC 3261 section 17.1.1.2, in seconds."""


class CallRefused(TelephonyError):  # noqa: N818 - an outcome, in the words of the field
    """The INVITE got a final answer other than 200, or none at all (``status`` 0)."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"the call was not answered: {status} {reason}")
        self.status = status
        self.reason = reason


class RawCaller:
    """One outbound call over UDP.

    ``codec`` is ``PCMA`` or ``PCMU``; ``headers`` are added to the INVITE (values in latin-1, so that a test can
    send GBK bytes); ``loss`` and ``jitter_ms`` damage what it sends; ``pump`` drives the sound of many calls at once.
    """

    def __init__(
        self,
        to_uri: str,
        *,
        local: str = "127.0.0.1",
        from_number: str = "13800138000",
        called: str | None = None,
        codec: str = "PCMA",
        display: str = "",
        headers: Mapping[str, str] | None = None,
        loss: float = 0.0,
        jitter_ms: float = 0.0,
        seed: int = 0,
        pump: RtpPump | None = None,
    ) -> None:
        match = re.fullmatch(r"sip:(?:([^@]*)@)?(\[[^\]]+\]|[^:;]+)(?::(\d+))?(;.*)?", to_uri)
        if match is None:
            raise ValueError(f"{to_uri!r} is not a SIP URI such as sip:95000@127.0.0.1:5060")
        user, self._host, port, _ = match.groups()
        self._peer = (self._host, int(port or 5060))
        self._user = called or user or "hotline"
        self._local = local
        self._from_number, self._display = from_number, display
        self._codec = PAYLOAD_TYPES[codec]
        self._extra = dict(headers or {})
        self.rtp = RtpStream(local, loss=loss, jitter_ms=jitter_ms, seed=seed, pump=pump)
        self.call_id = secrets.token_hex(8) + "@rawsip"
        self.answer: SipMessage | None = None
        self.provisional: list[int] = []
        self.reinvites = 0
        self.ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.ended.add_done_callback(lambda _ended: self.rtp.stop())
        self._tag, self._remote_to, self._target = secrets.token_hex(4), "", ""
        self._routes: list[str] = []
        self._cseq, self._branch, self._sdp_version = 1, "", 1
        self._transport: asyncio.DatagramTransport | None = None
        self._finals: dict[tuple[str, int], asyncio.Future[SipMessage]] = {}
        self._ringing = asyncio.Event()

    async def __aenter__(self) -> "RawCaller":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def call(self, timeout: float = 10.0) -> None:
        """Dial and wait for the answer; raises :class:`CallRefused`. Sound flows as soon as it returns."""
        final = await self._invite(timeout)
        if final.status != 200:
            raise CallRefused(final.status, final.reason)
        self.answer = final
        self._remote_to, self._target = final.get("to"), _uri_of(final.get("contact")) or self._request_uri()
        self._routes = list(reversed(final.all("record-route")))
        self._send_ack()
        self._start_media(final.body)

    async def ringing(self, timeout: float = 5.0) -> None:
        """Wait for a 180 or 183; use with :meth:`call` running in a task."""
        await asyncio.wait_for(self._ringing.wait(), timeout)

    async def send(self, pcm: bytes) -> tuple[float, float]:
        """Speak s16 8 kHz PCM in real time; returns (first, last) packet times on the monotonic clock."""
        return await self.rtp.send(pcm)

    def send_dtmf(self, digits: str) -> None:
        """Key digits in RFC 4733 events."""
        self.rtp.queue_digits(digits)

    def received(self) -> Timeline:
        """What was heard so far, without gaps."""
        return self.rtp.timeline()

    async def hold(self, direction: str = "sendonly") -> SipMessage:
        """Re-INVITE with another direction (``sendonly`` holds, ``sendrecv`` resumes); returns the answer."""
        self._cseq += 1
        self._sdp_version += 1
        reply = await self._request("INVITE", self._target, self._sdp(direction))
        self._send_ack()
        return reply

    async def hangup(self, cause: str = "local_hangup") -> None:
        """Send BYE and wait for its answer; does nothing when the call is over."""
        if self.answer is None or self.ended.done():
            return
        self._cseq += 1
        self.ended.set_result(cause)
        await self._request("BYE", self._target)

    async def cancel(self) -> None:
        """Send CANCEL for the INVITE in progress."""
        await self._request("CANCEL", self._request_uri(), branch=self._branch)

    async def close(self) -> None:
        """Hang up if needed and release both sockets."""
        if self._transport is not None:
            with contextlib.suppress(CallRefused):  # the far end is gone: nobody is left to tell
                await self.hangup()
            self._transport.close()
        await self.rtp.close()

    async def _invite(self, timeout: float) -> SipMessage:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: DatagramSink(lambda data, _sender: self._on_datagram(data)), local_addr=(self._local, 0)
        )
        self._branch = _branch()
        return await self._request("INVITE", self._request_uri(), self._sdp(), self._branch, timeout)

    async def _request(
        self, method: str, uri: str, body: str = "", branch: str = "", timeout: float = 4.0
    ) -> SipMessage:
        message = self._message(method, uri, body, branch or _branch())
        key = (method, self._cseq)
        final: asyncio.Future[SipMessage] = asyncio.get_running_loop().create_future()
        self._finals[key] = final
        resend = asyncio.create_task(self._resend(message.encode(), method))
        try:
            return await asyncio.wait_for(final, timeout)
        except TimeoutError:
            raise CallRefused(0, f"no answer to {method} within {timeout:g} s") from None
        finally:
            resend.cancel()
            del self._finals[key]

    async def _resend(self, data: bytes, method: str) -> None:
        interval, heard = T1, len(self.provisional)
        while True:
            self._put(data)
            await asyncio.sleep(interval)
            if method == "INVITE" and len(self.provisional) > heard:
                return  # a provisional answer ends retransmission of an INVITE
            interval = interval * 2 if method == "INVITE" else min(interval * 2, 4.0)

    def _message(self, method: str, uri: str, body: str, branch: str) -> SipMessage:
        host, port = self._sockname()
        display = f'"{self._display}" ' if self._display else ""
        headers = [
            ("Via", f"SIP/2.0/UDP {host}:{port};branch={branch};rport"),
            *(("Route", route) for route in self._routes),
            ("Max-Forwards", "70"),
            ("From", f"{display}<sip:{self._from_number}@{host}>;tag={self._tag}"),
            ("To", (self._remote_to if method != "CANCEL" else "") or f"<{self._request_uri()}>"),
            ("Call-ID", self.call_id),
            ("CSeq", f"{self._cseq} {method}"),
            ("Contact", f"<sip:{self._from_number}@{host}:{port}>"),
        ]
        if method == "INVITE" and not self._remote_to:
            headers += list(self._extra.items())
        if body:
            headers.append(("Content-Type", "application/sdp"))
        return SipMessage(f"{method} {uri} SIP/2.0", headers, body)

    def _send_ack(self) -> None:
        self._put(self._message("ACK", self._target, "", _branch()).encode())

    def _refused_ack(self, response: SipMessage) -> None:
        ack = self._message("ACK", self._request_uri(), "", self._branch)
        ack.headers = [(k, response.get("to") if k == "To" else v) for k, v in ack.headers]
        self._put(ack.encode())

    def _on_datagram(self, data: bytes) -> None:
        message = parse(data)
        if message is None or message.get("call-id") != self.call_id:
            return
        if message.is_response:
            self._on_response(message)
        else:
            self._on_request(message)

    def _on_response(self, message: SipMessage) -> None:
        method = message.method
        if message.status < 200:
            self.provisional.append(message.status)
            if message.status in (180, 183):
                self._ringing.set()
            return
        if method == "INVITE" and message.status >= 300:
            self._refused_ack(message)
        elif method == "INVITE" and self.answer is not None and not self._finals:
            self._send_ack()  # a retransmitted 200: our ACK was lost
        final = self._finals.get((method, int(message.get("cseq").split()[0])))
        if final is not None and not final.done():
            final.set_result(message)

    def _on_request(self, message: SipMessage) -> None:
        body = ""
        if message.method == "ACK":
            return
        if message.method == "INVITE":
            self.reinvites += 1
            self._sdp_version += 1
            body = self._sdp()
            self._start_media(message.body)
        self._put(reply_to(message, 200, "OK", body, contact=self._contact()).encode())
        if message.method == "BYE" and not self.ended.done():
            self.ended.set_result("remote_hangup")

    def _start_media(self, body: str) -> None:
        sdp = parse_sdp(body)
        if sdp is None:
            return
        self.rtp.payload_type = self._codec if self._codec in sdp.payload_types else sdp.payload_types[0]
        if sdp.event_type is not None:
            self.rtp.event_type = sdp.event_type
        self.rtp.start((sdp.host, sdp.port))

    def _sdp(self, direction: str = "sendrecv") -> str:
        return AudioSdp(self._local, self.rtp.port, (self._codec,), direction).encode(self._sdp_version)

    def _contact(self) -> str:
        host, port = self._sockname()
        return f"<sip:{self._from_number}@{host}:{port}>"

    def _request_uri(self) -> str:
        return f"sip:{self._user}@{self._peer[0]}:{self._peer[1]}"

    def _sockname(self) -> tuple[str, int]:
        if self._transport is None:
            raise RuntimeError("call() has not been started")
        host, port = self._transport.get_extra_info("sockname")[:2]
        return str(host), int(port)

    def _put(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(data, self._peer)


def _branch() -> str:
    return "z9hG4bK" + secrets.token_hex(6)


def _uri_of(contact: str) -> str:
    match = re.search(r"<([^>]+)>", contact)
    return match[1] if match else contact.split(";")[0]
