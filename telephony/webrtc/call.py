"""A browser as one leg of a call: the same port as a telephone, so that nothing behind it knows the difference."""

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from aiortc import RTCIceServer
from aiortc.rtp import RtpPacket

from telephony.call_leg import CallLeg
from telephony.hub.tuning import HubTuning
from telephony.ports import LOCAL_HANGUP, REMOTE_HANGUP, CallerId, CallGone, CallInfo
from telephony.webrtc.arrivals import Arrivals
from telephony.webrtc.codec import CodecError
from telephony.webrtc.keys import EVENTS, KeyEvents
from telephony.webrtc.peer import Message, Peer, PeerEvents
from telephony.webrtc.sending import SendRing
from telephony.webrtc.watch import MediaWatch

logger = logging.getLogger(__name__)

CALLER_CODECS = ("OPUS", "PCMA", "PCMU")
SOFTPHONE_CODECS = ("PCMA", "PCMU", "OPUS")
"""A-law first: nothing is transcoded towards a telephone, and a tenth of the cost of Opus."""
CHECK_S = 0.25
GOODBYE_S = 0.3
ARRIVED_LIMIT_S = 0.5

TUNING = HubTuning(prime_ms=40, limit_ms=100, ahead_ms=20, ahead_limit_ms=80)
"""Packets come without a jitter buffer before the hub's queue, and leave with the hub's tick: nothing is kept ahead."""


class WebCall(CallLeg):
    """A :class:`telephony.ports.SipCall` on a browser's connection.

    The call is not its connection: a page that reloads, or that changes its network, offers again with
    :attr:`resume_token`, and sound goes on for everybody else. A browser that vanishes is noticed after four seconds
    (:mod:`telephony.webrtc.watch`). ``info.transport`` is ``webrtc``; a browser has no number.
    """

    tuning = TUNING

    def __init__(
        self,
        *,
        called: str = "",
        prefer: Sequence[str] = CALLER_CODECS,
        ice_servers: Sequence[RTCIceServer] = (),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        caller = CallerId(None, None, anonymous=True, asserted=False)
        super().__init__(CallInfo(secrets.token_hex(12), caller, called, "", 8000, "webrtc", "inbound"))
        self._prefer, self._ice_servers, self._now = prefer, ice_servers, now
        self.resume_token = secrets.token_urlsafe(24)
        loop = asyncio.get_running_loop()
        self._up: asyncio.Future[None] = loop.create_future()
        self._watch = MediaWatch(now())
        self._timer = loop.call_later(CHECK_S, self._check)
        self._peer: Peer | None = None
        self._joining: Peer | None = None
        self._ring = SendRing(8000, now)
        self._arrived = bytearray()
        self._arrivals: dict[int, Arrivals] = {}
        self._keys = KeyEvents()
        self._on_message: list[Callable[[dict[str, Any]], None]] = []
        self._unsent: list[Message] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"<WebCall {self._info.codec or 'new'}>"

    # --- SipCall -------------------------------------------------------------------------------------------------

    @property
    def on_hold(self) -> bool:
        """Always False: a page mutes itself, it does not hold us."""
        return False

    async def answer(self) -> None:
        """Wait until media is up; raises :class:`CallGone` when it never comes."""
        waiting: set[asyncio.Future[Any]] = {self._up, self._closed}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if self._closed.done():
            raise CallGone("the browser left before the call was up.")

    async def reject(self, cause: str = "rejected") -> None:
        """Refuse: the page is told the cause."""
        await self.hangup(cause)

    async def hangup(self, cause: str = LOCAL_HANGUP) -> None:
        """End the call in any state and wait until its connection is closed."""
        self._end(cause)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # let everybody learn of it who waits on the future

    async def send_dtmf(self, digits: str) -> None:
        """Show the page the keys that the other side pressed: nobody behind it is a voice menu."""
        for digit in digits:
            if digit.upper() not in EVENTS:
                raise ValueError(f"{digit!r} is no key of a telephone")
            self.send({"type": "key", "key": digit})

    def read(self) -> bytes:
        """PCM since the last read."""
        pcm = bytes(self._arrived)
        self._arrived.clear()
        return pcm

    def write(self, pcm: bytes) -> int:
        """Send PCM; it leaves at once while the page is connected."""
        return 0 if self._closed.done() else self._ring.write(pcm)

    def queued(self) -> int:
        """Bytes not yet sent."""
        return self._ring.queued()

    def flush(self) -> None:
        """Discard what is queued."""
        self._ring.flush()

    # --- what a browser has beyond a telephone --------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """True while a connection is up; False before the first and while a page is away."""
        return self._peer is not None

    @property
    def up(self) -> bool:
        """True once media has been up."""
        return self._up.done()

    @property
    def lost_packets(self) -> int:
        """Packets that never came, over all streams so far."""
        return sum(stream.lost for stream in self._arrivals.values())

    def send(self, message: Message) -> None:
        """Send a JSON object to the page; what comes before its data channel is open waits for it."""
        if self._closed.done():
            return
        if self._peer is None or not self._peer.send(message):
            self._unsent = [*self._unsent[-49:], message]

    def on_message(self, callback: Callable[[dict[str, Any]], None]) -> None:
        """Call ``callback(message)`` for what the page sends beyond keys, hang-up and pings."""
        self._on_message.append(callback)

    async def offer(self, sdp: str) -> str:
        """Answer the page's offer: its first one, or another one after its connection was lost.

        A later connection replaces the former when it is up. Browsers cannot restart ICE towards us, so a page that
        comes back makes a new RTCPeerConnection.

        Raises:
            OfferRefused: it cannot be answered; a call that was up goes on as it was.
            CallGone: the call has ended.
        """
        if self._closed.done():
            raise CallGone("the call has ended; start a new one.")
        events = PeerEvents(self._packet, self._message, self._channel_open, self._connected, self._gone)
        peer = Peer(events, self._ring.next_frame, ice_servers=self._ice_servers, prefer=self._prefer)
        answer = await peer.answer(sdp)
        if self._closed.done():
            await peer.close()
            raise CallGone("the call has ended; start a new one.")
        former, self._joining = self._joining, peer
        if former is not None:
            self._spawn_close(former)
        self._watch.offered(self._now())
        if self._peer is None:
            self._use_codec(peer)
        return answer

    # --- from the connection ---------------------------------------------------------------------------------------

    def _use_codec(self, peer: Peer) -> None:
        name = "OPUS" if peer.codec.name == "OPUS" else "G711"
        if peer.codec.rate != self._info.rate or not self._info.codec:
            self._info = replace(self._info, codec=name, rate=peer.codec.rate)
            self._ring.set_rate(peer.codec.rate)
            self._arrived.clear()
        self._arrivals.clear()

    def _connected(self, peer: Peer) -> None:
        if peer is not self._joining:
            return
        former, self._peer, self._joining = self._peer, peer, None
        self._use_codec(peer)
        self._ring.flush()  # what waited for the connection would be delay for the whole call
        self._watch.connected(self._now())
        if former is not None:
            self._spawn_close(former)
        if not self._up.done():
            self._up.set_result(None)

    def _gone(self, peer: Peer) -> None:
        if peer is self._joining:
            self._joining = None
        elif peer is self._peer:
            self._peer = None
            self._watch.left()
        self._spawn_close(peer)

    def _channel_open(self, peer: Peer) -> None:
        peer.send({"type": "resume", "token": self.resume_token})
        if peer is self._peer:
            unsent, self._unsent = self._unsent, []
            for message in unsent:
                self.send(message)

    def _packet(self, peer: Peer, packet: RtpPacket) -> None:
        if peer is not self._peer:
            return
        self._watch.heard(self._now())
        stream = self._arrivals.get(packet.ssrc)
        if stream is None:
            if len(self._arrivals) >= 8:  # a source that renames itself for ever
                self._arrivals.clear()
            stream = self._arrivals[packet.ssrc] = Arrivals(lambda payload: _decode(peer, payload), peer.codec.rate)
        if packet.payload_type in peer.key_types:
            key = self._keys.add(packet.timestamp, packet.payload)
            if key is not None:
                self._keyed(key)
        sound = packet.payload_type == peer.sound_type
        self._arrived += stream.add(packet.sequence_number, packet.payload if sound else None)
        excess = len(self._arrived) - round(self._info.rate * 2 * ARRIVED_LIMIT_S)
        if excess > 0:  # nobody reads
            del self._arrived[:excess]

    def _message(self, peer: Peer, message: dict[str, Any]) -> None:
        if peer is not self._peer:
            return
        self._watch.heard(self._now())
        match message:
            case {"type": "key", "key": str(key)} if len(key) == 1 and key in EVENTS:
                self._keyed(key)
            case {"type": "hangup"}:
                self._end(REMOTE_HANGUP)
            case {"type": "ping" | "key"}:
                pass
            case _:
                for callback in list(self._on_message):
                    callback(message)

    # --- the end ---------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        cause = self._watch.verdict(self._now())
        if cause is not None:
            self._end(cause)
        elif not self._closed.done():
            self._timer = asyncio.get_running_loop().call_later(CHECK_S, self._check)

    def _end(self, cause: str) -> None:
        if self._closed.done():
            return
        self._timer.cancel()
        for peer in (self._peer, self._joining):
            if peer is not None:
                told = peer.send({"type": "ended", "cause": cause})
                self._spawn_close(peer, GOODBYE_S if told else 0.0)
        self._peer = self._joining = None
        self._arrived.clear()
        self._closed.set_result(cause)

    def _spawn_close(self, peer: Peer, goodbye_s: float = 0.0) -> None:
        async def close() -> None:
            await peer.deliver(goodbye_s)
            await peer.close()

        task = asyncio.get_running_loop().create_task(close())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _decode(peer: Peer, payload: bytes) -> bytes:
    try:
        return peer.codec.decode(payload)
    except CodecError:
        return bytes(peer.codec.rate // 50 * 2)
