"""The codecs of a browser leg, one 20 ms frame at a time and without threads.

aiortc encodes and decodes on threads, Opus always at 48 kHz stereo and 96 kbit/s. A hand-over between threads costs
more than the codec itself, and speech needs a quarter of those bits, so frames are coded here and passed on as packets.
"""

import fractions
from typing import Protocol

import av
import numpy as np
import numpy.typing as npt

from telephony.rawsip import g711

FRAMES_PER_S = 50
OPUS_BITS_PER_S = 28_000
OPUS_EFFORT = "5"  # of 10: no difference to the ear at this rate, half of the time


class CodecError(Exception):
    """A payload that is no sound of this codec."""


class Codec(Protocol):
    """One leg's codec; it keeps state in both directions."""

    name: str
    rate: int
    """PCM rate in Hz on our side."""
    clock: int
    """Rate of the RTP timestamps in Hz."""

    def encode(self, pcm: bytes) -> bytes:
        """Turn exactly 20 ms of s16 mono PCM into one payload."""

    def decode(self, payload: bytes) -> bytes:
        """Turn one payload into s16 mono PCM; raises :class:`CodecError`."""


class G711:
    """A-law or µ-law (ITU-T G.711)."""

    rate = clock = 8000

    def __init__(self, name: str) -> None:
        self.name = name
        self._type = g711.PAYLOAD_TYPES[name]

    def encode(self, pcm: bytes) -> bytes:
        """20 ms into 160 bytes."""
        return g711.encode(pcm, self._type)

    def decode(self, payload: bytes) -> bytes:
        """A byte per sample."""
        return g711.decode(payload, self._type)


class Opus:
    """Opus (RFC 6716, RFC 7587): mono, wide band, 20 ms frames."""

    name, rate, clock = "OPUS", 16_000, 48_000

    def __init__(self) -> None:
        encoder = av.CodecContext.create("libopus", "w")
        encoder.format, encoder.layout, encoder.sample_rate = "s16", "mono", self.rate
        encoder.time_base = fractions.Fraction(1, self.rate)
        encoder.bit_rate = OPUS_BITS_PER_S
        encoder.options = {
            "application": "voip",
            "frame_duration": "20",
            "compression_level": OPUS_EFFORT,
            "fec": "1",
            "packet_loss": "5",
        }
        decoder = av.CodecContext.create("libopus", "r")
        decoder.format, decoder.layout, decoder.sample_rate = "s16", "mono", self.clock
        self._encoder, self._decoder = encoder, decoder
        self._samples = 0
        self._down = Decimator()

    def encode(self, pcm: bytes) -> bytes:
        """20 ms into one packet."""
        count = len(pcm) // 2
        frame = av.AudioFrame(format="s16", layout="mono", samples=count)
        frame.sample_rate, frame.pts = self.rate, self._samples
        frame.planes[0].update(pcm)
        self._samples += count
        return b"".join(bytes(packet) for packet in self._encoder.encode(frame))

    def decode(self, payload: bytes) -> bytes:
        """One packet into its 2.5 to 120 ms."""
        if not payload:
            return b""
        try:
            frames = self._decoder.decode(av.Packet(payload))
        except av.FFmpegError as error:
            raise CodecError("no Opus packet") from error
        return b"".join(
            self._down.process(frame.to_ndarray().astype(np.int16, copy=False).reshape(-1)) for frame in frames
        )


class Decimator:
    """48 kHz to 16 kHz with a short low-pass filter (0.7 ms delay), its state kept between frames."""

    FACTOR, TAPS = 3, 63

    def __init__(self) -> None:
        middle = (self.TAPS - 1) / 2
        ideal = np.sinc((np.arange(self.TAPS) - middle) * 0.94 / self.FACTOR) * np.hamming(self.TAPS)
        self._filter = (ideal / ideal.sum()).astype(np.float32)
        self._past: npt.NDArray[np.float32] = np.zeros(self.TAPS - 1, np.float32)

    def process(self, samples: npt.NDArray[np.int16]) -> bytes:
        """Filter and keep every third sample; ``samples`` come in multiples of three, as every Opus frame does."""
        line = np.concatenate((self._past, samples.astype(np.float32)))
        self._past = line[-(self.TAPS - 1) :]
        windows = np.lib.stride_tricks.sliding_window_view(line, self.TAPS)[:: self.FACTOR]
        return bytes(np.clip(np.rint(windows @ self._filter), -32768, 32767).astype(np.int16).tobytes())


def open_codec(name: str) -> Codec:
    """The codec by its name in SDP (``opus``, ``PCMA``, ``PCMU``; any case)."""
    return Opus() if name.lower() == "opus" else G711(name.upper())
