"""The chain a sentence goes through: cache, then the voices in order, then an emergency phrase; never silence."""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Sequence

from tts.audio import silence
from tts.ports import SpeechChunk, SpokenText, Voice, VoiceError, Word
from tts.text.sentences import sentences
from tts.text.spoken import spoken

logger = logging.getLogger(__name__)

SLOW = 0.82
"""Speed for a caller in trouble and for numbers read on request."""

PAUSE_S = 0.25
"""Silence between two sentences of one text."""

EMERGENCY = "抱歉，语音播报暂时出了问题，请按零转人工。"


class Speaker:
    """Speaks any text at any time. ``voices`` are tried in order; the last one should be local.

    A sentence is heard in one voice from its first to its last sound. Sentences given with ``private`` reach
    only voices that stay on this machine.
    """

    def __init__(self, voices: Sequence[Voice]) -> None:
        self._voices = tuple(voices)
        self._emergency: dict[int, bytes] = {}
        self._counts: Counter[str] = Counter()

    async def start(self) -> None:
        """Get the voices ready and keep an emergency phrase in memory for the time when none is."""
        for rate in (8000, 16000):
            pcm = [chunk.pcm async for chunk in self.speak(EMERGENCY, rate=rate, private=True)]
            self._emergency[rate] = b"".join(pcm)

    async def speak(
        self, text: str, *, rate: int = 8000, slow: bool = False, private: bool = False
    ) -> AsyncGenerator[SpeechChunk, None]:
        """Yield the speech of ``text`` at ``rate`` Hz, at least one chunk, raising nothing.

        Word times run from the start of this call's audio. Close the generator to stop (barge-in).
        """
        offset = 0.0
        for number, sentence in enumerate(sentences(spoken(text))):
            if number:
                yield SpeechChunk(silence(PAUSE_S, rate))
                offset += PAUSE_S
            length = 0.0
            async with contextlib.aclosing(self._sentence(sentence, rate, slow, private)) as chunks:
                async for chunk in chunks:
                    length += chunk.seconds(rate)
                    yield SpeechChunk(chunk.pcm, tuple(_later(word, offset) for word in chunk.words))
            offset += length
        if not offset:
            yield SpeechChunk(silence(0.02, rate))

    async def prepare(
        self, texts: Iterable[str], *, rate: int = 8000, slow: bool = False, private: bool = False
    ) -> None:
        """Have the speech of ``texts`` ready, so that ``speak`` starts at once."""

    async def close(self) -> None:
        """Give back what the voices hold."""
        for voice in self._voices:
            await voice.close()

    def stats(self) -> dict[str, int]:
        """Return counts since the start: sentences per voice, failures per voice, emergencies."""
        return dict(self._counts)

    async def _sentence(
        self, text: SpokenText, rate: int, slow: bool, private: bool
    ) -> AsyncGenerator[SpeechChunk, None]:
        for voice in self._voices:
            if private and not voice.local:
                continue
            started = False
            try:
                async with contextlib.aclosing(voice.speak(text, rate, SLOW if slow else 1.0)) as chunks:
                    async for chunk in chunks:
                        started = True
                        yield chunk
                self._counts[f"spoken:{voice.name}"] += 1
                return
            except VoiceError as error:
                self._counts[f"failed:{voice.name}"] += 1
                logger.warning("a voice failed", extra={"voice": voice.name, "reason": str(error)})
                if started:
                    return
        self._counts["emergency"] += 1
        yield SpeechChunk(self._emergency.get(rate) or silence(1.0, rate))


def _later(word: Word, offset: float) -> Word:
    return Word(word.text, word.start_s + offset, word.end_s + offset) if offset else word
