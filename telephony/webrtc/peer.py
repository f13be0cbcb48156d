"""One connection with one browser: offer, answer, packets, messages. A call may outlive several of these."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiortc import RTCConfiguration, RTCDataChannel, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.exceptions import InvalidStateError
from aiortc.rtp import RtpPacket
from aiortc.sdp import SessionDescription

from telephony.webrtc.aiortc_parts import TELEPHONE_EVENT, EncodedTrack, preferences, tap_packets
from telephony.webrtc.codec import Codec, open_codec
from telephony.webrtc.offer import OfferRefused, check_offer, tune_answer

logger = logging.getLogger(__name__)

CHANNEL = "hotline"
MAX_MESSAGE = 2048
DELIVERY_STEP_S = 0.02
Message = Mapping[str, object]


@dataclass(frozen=True)
class PeerEvents:
    """What a peer tells its call; all are called on the event loop and must not block."""

    packet: Callable[["Peer", RtpPacket], None]
    message: Callable[["Peer", dict[str, Any]], None]
    channel_open: Callable[["Peer"], None]
    connected: Callable[["Peer"], None]
    gone: Callable[["Peer"], None]


class Peer:
    """An answered offer; ``take_frame`` gives the next 20 ms of sound for the browser and its place in frames.

    ``prefer`` names codecs in our order, whatever the order of the browser.
    """

    def __init__(
        self,
        events: PeerEvents,
        take_frame: Callable[[], Awaitable[tuple[bytes, int]]],
        *,
        ice_servers: Sequence[RTCIceServer],
        prefer: Sequence[str],
    ) -> None:
        self._events, self._take_frame, self._prefer = events, take_frame, prefer
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=list(ice_servers)))
        self._channel: RTCDataChannel | None = None
        self.codec: Codec
        self.sound_type = -1
        self.key_types: frozenset[int] = frozenset()
        self.connected = False

    async def answer(self, sdp: str) -> str:
        """Negotiate and return the answer with all its candidates; the connection comes up behind it.

        Raises:
            OfferRefused: the offer cannot be answered; the peer is closed.
        """
        offer = check_offer(sdp)
        pc = self._pc
        pc.on("connectionstatechange", self._state_changed)
        pc.on("datachannel", self._channel_came)
        transceiver = pc.addTransceiver("audio", "sendrecv")
        transceiver.setCodecPreferences(preferences([offer.choose(self._prefer)]))
        tap_packets(transceiver.receiver, lambda packet: self._events.packet(self, packet))
        try:
            await pc.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
            answer = await pc.createAnswer()
            self._read_codecs(answer.sdp)
            transceiver.sender.replaceTrack(EncodedTrack(self._next_packet, self.codec.clock))
            await pc.setLocalDescription(answer)
        except asyncio.CancelledError:
            await self.close()
            raise
        except Exception as error:  # aiortc raises many kinds on an offer that contradicts itself
            await self.close()
            logger.info("an offer was refused: %s", type(error).__name__)
            raise OfferRefused("the offer contradicts itself; send what RTCPeerConnection.createOffer made.") from error
        return tune_answer(pc.localDescription.sdp)

    def send(self, message: Message) -> bool:
        """Send a message to the page; False while its data channel is not open."""
        channel = self._channel
        if channel is None or channel.readyState != "open":
            return False
        try:
            channel.send(json.dumps(message, ensure_ascii=False))
        except (InvalidStateError, ConnectionError):
            return False
        return True

    async def close(self) -> None:
        """Close everything; nothing is told any more."""
        self._events = _DEAF
        await self._pc.close()

    async def deliver(self, limit_s: float) -> None:
        """Wait until what was sent on the data channel has left, at most ``limit_s``."""
        for _ in range(round(limit_s / DELIVERY_STEP_S)):
            await asyncio.sleep(DELIVERY_STEP_S)
            if self._channel is None or self._channel.readyState != "open" or not self._channel.bufferedAmount:
                return

    def _read_codecs(self, answer: str) -> None:
        media = next(media for media in SessionDescription.parse(answer).media if media.kind == "audio")
        first = media.rtp.codecs[0]
        self.codec, self.sound_type = open_codec(first.name), int(first.payloadType or 0)
        self.key_types = frozenset(
            int(codec.payloadType or 0) for codec in media.rtp.codecs if codec.mimeType.lower() == TELEPHONE_EVENT
        )

    async def _next_packet(self) -> tuple[bytes, int]:
        frame, index = await self._take_frame()
        return self.codec.encode(frame), index * (self.codec.clock // 50)

    def _state_changed(self) -> None:
        state = self._pc.connectionState
        if state == "connected" and not self.connected:
            self.connected = True
            self._events.connected(self)
        elif state in ("failed", "closed"):
            self._events.gone(self)

    def _channel_came(self, channel: RTCDataChannel) -> None:
        if channel.label != CHANNEL or self._channel is not None:
            return
        self._channel = channel
        channel.on("message", self._message_came)
        self._events.channel_open(self)

    def _message_came(self, text: object) -> None:
        """What is no small JSON object with a type is ignored: the call goes on."""
        if not isinstance(text, str) or len(text) > MAX_MESSAGE:
            return
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            return
        if isinstance(message, dict) and isinstance(message.get("type"), str):
            self._events.message(self, message)


def _nothing(*_: object) -> None:
    """Takes what a closed peer still has to say."""


_DEAF = PeerEvents(_nothing, _nothing, _nothing, _nothing, _nothing)
