"""edge-tts: Microsoft's online voices. Streamed MP3, decoded by PyAV, with word boundaries.

The text leaves this machine, so names, addresses and full numbers must not be given to it.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import aiohttp
import av
import edge_tts
import edge_tts.exceptions
import numpy as np

from tts.align import align
from tts.audio import Resampler, Samples, to_pcm
from tts.ports import SpeechChunk, SpokenText, VoiceError, VoiceTruncatedError, VoiceUnavailableError, Word

_RATE = 24000
_TICKS = 10_000_000


class EdgeVoice:
    """One edge-tts speaker (``zh-CN-XiaoxiaoNeural`` and the like). Every sentence is a connection of its own."""

    rates = (8000, 16000, 24000, 48000)
    local = False
    steady = False

    def __init__(self, speaker: str = "zh-CN-XiaoxiaoNeural", *, proxy: str | None = None) -> None:
        self._speaker = speaker
        self._proxy = proxy

    @property
    def name(self) -> str:
        """Engine and speaker."""
        return f"edge:{self._speaker}"

    async def speak(self, text: SpokenText, rate: int, speed: float) -> AsyncGenerator[SpeechChunk, None]:
        """Yield sound as it arrives; all words come with the last chunk, since the service sends them at will."""
        communicate = edge_tts.Communicate(
            text.text,
            self._speaker,
            rate=f"{round((speed - 1) * 100):+d}%",
            boundary="WordBoundary",
            proxy=self._proxy,
        )
        decoder = _Mp3(rate)
        boundaries: list[Word] = []
        try:
            async with contextlib.aclosing(communicate.stream()) as stream:
                async for piece in stream:
                    if piece["type"] == "audio":
                        pcm = to_pcm(decoder.decode(piece["data"]))
                        if pcm:
                            yield SpeechChunk(pcm)
                    else:
                        boundaries.append(_boundary(piece))
            yield SpeechChunk(to_pcm(decoder.flush()), align(text, boundaries))
        except (aiohttp.ClientError, OSError) as error:
            raise VoiceUnavailableError(f"{self.name} cannot be reached: {type(error).__name__}") from error
        except edge_tts.exceptions.NoAudioReceived as error:
            raise VoiceTruncatedError(f"{self.name} sent no sound") from error
        except Exception as error:
            # Whatever a foreign service sends, parsers of two foreign libraries meet it first.
            raise VoiceError(f"{self.name} sent something that is not speech: {type(error).__name__}") from error

    async def close(self) -> None:
        """Nothing is held between sentences."""


class _Mp3:
    """MP3 in any pieces to samples at one rate."""

    def __init__(self, rate: int) -> None:
        self._codec: Any = av.CodecContext.create("mp3", "r")
        self._resampler = Resampler(_RATE, rate)

    def decode(self, data: bytes) -> Samples:
        """Return what these bytes complete."""
        return self._resampler.push(_joined(self._frames(self._codec.parse(data))))

    def flush(self) -> Samples:
        """Return the rest."""
        return self._resampler.push(_joined(self._frames([*self._codec.parse(b""), None])), last=True)

    def _frames(self, packets: list[Any]) -> Iterator[Samples]:
        for packet in packets:
            for frame in self._codec.decode(packet):
                if frame.sample_rate != _RATE:
                    raise ValueError(f"sound at {frame.sample_rate} Hz where {_RATE} Hz was agreed")
                yield frame.to_ndarray().astype(np.float32).mean(axis=0)


def _joined(frames: Iterator[Samples]) -> Samples:
    kept = list(frames)
    return np.concatenate(kept) if kept else np.zeros(0, dtype=np.float32)


def _boundary(piece: Any) -> Word:
    start = piece["offset"] / _TICKS
    return Word(piece["text"], start, start + piece["duration"] / _TICKS)
