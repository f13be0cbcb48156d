"""A networked voice made safe: a sentence is handed out when all of it is there and sound, or not at all.

The trade: the caller waits for the whole sentence instead of its first piece (edge-tts sends a sentence several
times faster than it sounds), and in return never hears half a sentence break off or change its voice. What makes
the wait short is elsewhere: short sentences, the cache, and preparing the next sentence while one is heard.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from tts.align import sounds
from tts.audio import gain_to_target, limited, to_pcm, to_samples
from tts.breaker import Breaker
from tts.ports import (
    SpeechChunk,
    SpokenText,
    Voice,
    VoiceError,
    VoiceStalledError,
    VoiceTruncatedError,
)
from tts.speech import Speech

_TRIAL = SpokenText("您好。")


@dataclass(frozen=True)
class Deadlines:
    """How long a sentence may take, in seconds: first sound, between two pieces, and all of it."""

    first_s: float = 0.8
    between_s: float = 1.5
    whole_s: float = 4.0
    trial_s: float = 3.0


@dataclass(frozen=True)
class Soundness:
    """When a sentence counts as broken off: sound shorter than its last word, words missing, or too fast to be true."""

    tolerance_s: float = 0.15
    coverage: float = 0.8
    least_s_per_sound: float = 0.07


class Guard:
    """Serves whole sentences of one networked voice, with deadlines, checks, level and a breaker."""

    def __init__(
        self,
        voice: Voice,
        *,
        deadlines: Deadlines | None = None,
        soundness: Soundness | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.voice = voice
        self.breaker = Breaker(clock)
        self._deadlines = deadlines or Deadlines()
        self._soundness = soundness or Soundness()
        self.tried: asyncio.Task[None] | None = None

    def ready(self) -> bool:
        """Return whether callers may be served; a voice whose rest is over is tried out in the background."""
        if self.breaker.due and (self.tried is None or self.tried.done()):
            self.tried = asyncio.create_task(self.trial())
        return self.breaker.closed

    async def whole(self, text: SpokenText, rate: int, speed: float) -> Speech:
        """Return the sentence, all of it, at the level of the line. Raises ``VoiceError`` within the deadlines."""
        try:
            speech = await self._collected(text, rate, speed, self._deadlines)
        except VoiceError:
            self.breaker.fail()
            raise
        self.breaker.succeed()
        return speech

    async def trial(self) -> None:
        """Speak a word nobody hears: closes the breaker, or opens it."""
        patient = Deadlines(*[self._deadlines.trial_s] * 4)
        try:
            await self._collected(_TRIAL, self.voice.rates[0], 1.0, patient)
        except VoiceError:
            if self.breaker.closed:
                self.breaker.open()
            else:
                self.breaker.fail()
        else:
            self.breaker.succeed()

    async def close(self) -> None:
        """Stop a trial in progress and close the voice."""
        if self.tried is not None:
            self.tried.cancel()
            await asyncio.gather(self.tried, return_exceptions=True)
        await self.voice.close()

    async def _collected(self, text: SpokenText, rate: int, speed: float, deadlines: Deadlines) -> Speech:
        chunks: list[SpeechChunk] = []
        try:
            async with (
                asyncio.timeout(deadlines.whole_s),
                contextlib.aclosing(self.voice.speak(text, rate, speed)) as pieces,
            ):
                while True:
                    limit = deadlines.between_s if chunks else deadlines.first_s
                    chunks.append(await asyncio.wait_for(anext(pieces), limit))
        except StopAsyncIteration:
            pass
        except TimeoutError:
            place = "in mid-sentence" if chunks else "before its first sound"
            raise VoiceStalledError(f"{self.voice.name} fell silent {place}") from None
        speech = Speech.of(chunks)
        self._check(text, speech, rate, speed)
        samples = to_samples(speech.pcm)
        return Speech(to_pcm(limited(samples * gain_to_target(samples, rate))), speech.words)

    def _check(self, text: SpokenText, speech: Speech, rate: int, speed: float) -> None:
        expected = sounds(text)
        seconds = speech.seconds(rate)
        covered = sounds(SpokenText("".join(word.text for word in speech.words)))
        last = max((word.end_s for word in speech.words), default=0.0)
        if seconds < last - self._soundness.tolerance_s:
            raise VoiceTruncatedError(f"{self.voice.name} ended before its last word")
        if covered < expected * self._soundness.coverage:
            raise VoiceTruncatedError(f"{self.voice.name} left words out")
        if seconds < expected * self._soundness.least_s_per_sound / max(speed, 0.1):
            raise VoiceTruncatedError(f"{self.voice.name} sent too little sound")
