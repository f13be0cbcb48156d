"""A browser's side of a call in Python: for tests and for load, where fifty real browsers would not fit a machine."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtpPacket
from aiortc.sdp import SessionDescription

from telephony.webrtc.aiortc_parts import TELEPHONE_EVENT, EncodedTrack, preferences, tap_packets
from telephony.webrtc.arrivals import Arrivals
from telephony.webrtc.codec import Codec, open_codec
from telephony.webrtc.keys import EVENTS
from telephony.webrtc.peer import CHANNEL

FRAME_S = 0.02


class Visitor:
    """Offers, speaks what it is given and silence in between, and keeps every packet it hears.

    ``fast`` makes its clock run faster by that share (0.001 is 1000 ppm), as another machine's clock does.
    """

    def __init__(self, codecs: Sequence[str] = ("OPUS", "PCMA", "PCMU"), *, listen_only: bool = False, fast: float = 0):
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._frame_s = FRAME_S / (1 + fast)
        self._transceiver = self._pc.addTransceiver("audio", "recvonly" if listen_only else "sendrecv")
        self._transceiver.setCodecPreferences(preferences(codecs))
        tap_packets(self._transceiver.receiver, self._packet)
        self._channel = self._pc.createDataChannel(CHANNEL)
        self._channel.on("message", self._message)
        self._to_say = bytearray()
        self._start, self._frames, self._key_number = 0.0, 0, 1
        self._codec: Codec | None = None
        self._sound_type = -1
        self.packets: list[tuple[float, RtpPacket]] = []
        self.messages: list[dict[str, Any]] = []
        self.said_at: list[float] = []
        self.silent = False
        """Set it and no packet leaves any more, without a goodbye: a killed browser."""

    @property
    def rate(self) -> int:
        """PCM rate of :meth:`say` and :meth:`heard` in Hz, once the answer was taken."""
        assert self._codec is not None, "accept() comes first"
        return self._codec.rate

    @property
    def codec(self) -> str:
        """The negotiated codec."""
        assert self._codec is not None, "accept() comes first"
        return self._codec.name

    async def offer(self) -> str:
        """The SDP offer, candidates included."""
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return str(self._pc.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        """Take the answer and wait until the data channel is open, which is when media flows too."""
        media = next(media for media in SessionDescription.parse(answer).media if media.kind == "audio")
        first = media.rtp.codecs[0]
        self._codec, self._sound_type = open_codec(first.name), int(first.payloadType or 0)
        if self._transceiver.direction == "sendrecv":
            self._transceiver.sender.replaceTrack(EncodedTrack(self._next_packet, self._codec.clock))
        opened = asyncio.Event()
        self._channel.on("open", opened.set)
        await self._pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await asyncio.wait_for(opened.wait(), 10)

    def say(self, pcm: bytes) -> None:
        """Speak s16 PCM at :attr:`rate` from the next frame on."""
        self._to_say += pcm

    def send(self, message: object) -> None:
        """Send an object, or a text as it is, on the data channel."""
        self._channel.send(message if isinstance(message, str) else json.dumps(message))

    async def press(self, key: str) -> None:
        """Send a key as RFC 4733 packets, 100 ms long with three end packets, in place of sound."""
        negotiated = [codec for codec in self._transceiver._codecs if codec.mimeType == TELEPHONE_EVENT]
        kinds = [int(codec.payloadType or 0) for codec in negotiated]
        if not kinds:
            raise ValueError("telephone events were not negotiated")
        sender = self._transceiver.sender
        began = round(time.monotonic() * 8000) & 0xFFFFFFFF
        for number in range(8):
            end = 0x80 if number >= 5 else 0
            packet = RtpPacket(payload_type=kinds[0], sequence_number=self._key_number, timestamp=began)
            packet.ssrc = sender._ssrc ^ 1  # a source of its own: aiortc numbers the sound's packets
            self._key_number += 1
            duration = min(number + 1, 5) * 160
            packet.payload = bytes([EVENTS.index(key), end | 10]) + duration.to_bytes(2, "big")
            await sender.transport._send_rtp(packet.serialize())
            await asyncio.sleep(FRAME_S)

    def heard(self) -> bytes:
        """Everything heard so far, in order, at :attr:`rate`."""
        assert self._codec is not None, "accept() comes first"
        codec = open_codec(self._codec.name)
        stream = Arrivals(codec.decode, codec.rate)
        sound = [packet for _, packet in self.packets if packet.payload_type == self._sound_type]
        return b"".join(stream.add(packet.sequence_number, packet.payload) for packet in sound)

    async def close(self) -> None:
        """Close in good order (DTLS close), as a closed tab does."""
        await self._pc.close()

    def _packet(self, packet: RtpPacket) -> None:
        self.packets.append((time.monotonic(), packet))

    def _message(self, text: object) -> None:
        self.messages.append(json.loads(str(text)))

    async def _next_packet(self) -> tuple[bytes, int]:
        assert self._codec is not None
        if not self._start:
            self._start = time.monotonic()
        await asyncio.sleep(max(0.0, self._start + self._frames * self._frame_s - time.monotonic()))
        if self.silent:
            await asyncio.Event().wait()  # until the connection is closed
        index, self._frames = self._frames, self._frames + 1
        size = self._codec.rate // 50 * 2
        frame = bytes(self._to_say[:size])
        del self._to_say[:size]
        if frame:
            self.said_at.append(time.monotonic())
        return self._codec.encode(frame.ljust(size, b"\0")), index * self._codec.clock // 50
