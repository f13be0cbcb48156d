"""Every place where we reach into aiortc's insides; each is held by a test, and the version is pinned.

Telephone events are added to its codecs, so that keys are negotiated (it has no other way). Its receiver's jitter
buffer (80 ms, then a decoder thread) is replaced by a tap, so that statistics and reports go on and we get the packets.
"""

import fractions
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiortc import MediaStreamTrack, RTCRtpReceiver, RTCRtpSender, codecs
from aiortc.rtcrtpparameters import RTCRtpCodecCapability, RTCRtpCodecParameters
from aiortc.rtp import RtpPacket
from av.packet import Packet

TELEPHONE_EVENT = "audio/telephone-event"
_EVENT_CLOCKS = (8000, 48_000)
_JITTER_BUFFER = "_RTCRtpReceiver__jitter_buffer"


def add_telephone_events() -> None:
    """Let aiortc negotiate RFC 4733 events; safe to call again."""
    audio = codecs.CODECS["audio"]
    known = {codec.clockRate for codec in audio if codec.mimeType == TELEPHONE_EVENT}
    for clock in _EVENT_CLOCKS:
        if clock not in known:
            audio.append(RTCRtpCodecParameters(mimeType=TELEPHONE_EVENT, clockRate=clock, channels=1, payloadType=126))


def preferences(names: Sequence[str]) -> list[RTCRtpCodecCapability]:
    """The codecs of aiortc in the order of ``names`` (``OPUS``, ``PCMA`` ...), telephone events last."""
    offered = RTCRtpSender.getCapabilities("audio").codecs
    wanted = [f"audio/{name.lower()}" for name in names] + [TELEPHONE_EVENT]
    return [codec for mime in wanted for codec in offered if codec.mimeType.lower() == mime]


def tap_packets(receiver: RTCRtpReceiver, take: Callable[[RtpPacket], None]) -> None:
    """Give every packet of a receiver to ``take`` instead of to its jitter buffer and decoder."""
    if not hasattr(receiver, _JITTER_BUFFER):
        raise RuntimeError("this aiortc has another receiver; install the version in constraints.txt")
    setattr(receiver, _JITTER_BUFFER, _Tap(take))


class _Tap:
    """Stands where aiortc's jitter buffer was and never has a frame to decode."""

    def __init__(self, take: Callable[[RtpPacket], None]) -> None:
        self._take = take

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        self._take(packet)
        return False, None


class EncodedTrack(MediaStreamTrack):
    """A track of packets that are already encoded; aiortc sends them as they are, without a thread."""

    kind = "audio"

    def __init__(self, next_packet: Callable[[], Awaitable[tuple[bytes, int]]], clock: int) -> None:
        super().__init__()
        self._next = next_packet
        self._time_base = fractions.Fraction(1, clock)

    async def recv(self) -> Any:
        """The next payload with its RTP time."""
        payload, time = await self._next()
        packet = Packet(payload)
        packet.pts, packet.time_base = time, self._time_base
        return packet


add_telephone_events()
