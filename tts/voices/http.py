"""Any speech endpoint in the style of OpenAI's ``POST /v1/audio/speech``, such as a self-hosted CosyVoice.

The endpoint answers with raw PCM or WAV, streamed or whole. It tells no word times, so words share the sound evenly.
"""

from __future__ import annotations

import struct
from collections.abc import AsyncGenerator

import httpx

from tts.align import share
from tts.audio import Resampler, to_pcm, to_samples
from tts.ports import BYTES_PER_SAMPLE, SpeechChunk, SpokenText, VoiceError, VoiceUnavailableError

_WAV_HEADER = 44


class HttpVoice:
    """One speaker behind an HTTP endpoint.

    ``url`` is the base (``http://tts.local:8000/v1``), ``pcm_rate`` the rate of raw PCM answers in Hz (WAV tells its
    own), ``local`` says that the endpoint is ours, so that personal data may be given to it.
    """

    rates = (8000, 16000, 24000, 48000)
    steady = False

    def __init__(
        self,
        url: str,
        *,
        model: str = "tts-1",
        speaker: str = "alloy",
        key: str = "",
        answer: str = "pcm",
        pcm_rate: int = 24000,
        local: bool = False,
    ) -> None:
        if answer not in {"pcm", "wav"}:
            raise ValueError(f"a speech endpoint can be asked for pcm or wav, not {answer!r}")
        self.local = local
        self._model, self._speaker, self._answer, self._pcm_rate = model, speaker, answer, pcm_rate
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.AsyncClient(base_url=url.rstrip("/") + "/", headers=headers, timeout=10.0)

    @property
    def name(self) -> str:
        """Engine, model and speaker."""
        return f"http:{self._model}:{self._speaker}"

    async def speak(self, text: SpokenText, rate: int, speed: float) -> AsyncGenerator[SpeechChunk, None]:
        """Yield sound as it arrives; all words come with the last chunk, when the length is known."""
        order = {
            "model": self._model,
            "input": text.text,
            "voice": self._speaker,
            "response_format": self._answer,
            "speed": speed,
        }
        seconds = 0.0
        try:
            async with self._client.stream("POST", "audio/speech", json=order) as response:
                response.raise_for_status()
                sound = _Sound(rate, self._pcm_rate, wav=self._answer == "wav")
                async for data in response.aiter_bytes():
                    chunk = SpeechChunk(sound.take(data))
                    seconds += chunk.seconds(rate)
                    if chunk.pcm:
                        yield chunk
        except httpx.HTTPStatusError as error:
            raise VoiceError(f"{self.name} answered {error.response.status_code}") from error
        except (httpx.HTTPError, OSError) as error:
            raise VoiceUnavailableError(f"{self.name} cannot be reached: {type(error).__name__}") from error
        rest = SpeechChunk(sound.rest())
        yield SpeechChunk(rest.pcm, share(text, seconds + rest.seconds(rate)))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


class _Sound:
    """Bytes in any pieces to PCM at one rate."""

    def __init__(self, rate: int, pcm_rate: int, *, wav: bool) -> None:
        self._rate = rate
        self._held = b""
        self._header = wav
        self._resampler = Resampler(pcm_rate, rate)

    def take(self, data: bytes) -> bytes:
        """Return the PCM these bytes complete; raises ``VoiceError`` for a WAV that is not 16-bit mono."""
        self._held += data
        if self._header:
            if len(self._held) < _WAV_HEADER:
                return b""
            self._open()
        whole = len(self._held) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE
        samples, self._held = to_samples(self._held[:whole]), self._held[whole:]
        return to_pcm(self._resampler.push(samples))

    def rest(self) -> bytes:
        """Return what the resampler still holds."""
        return to_pcm(self._resampler.push(to_samples(b""), last=True))

    def _open(self) -> None:
        head = self._held[:_WAV_HEADER]
        channels, rate, bits = *struct.unpack_from("<HI", head, 22), struct.unpack_from("<H", head, 34)[0]
        if head[:4] != b"RIFF" or channels != 1 or bits != 16 or head[36:40] != b"data":
            raise VoiceError("the speech endpoint must answer with a plain 16-bit mono WAV")
        self._resampler = Resampler(rate, self._rate)
        self._held = self._held[_WAV_HEADER:]
        self._header = False
