"""The chain a sentence goes through: cache, then the voices in order, then an emergency phrase; never silence."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tts.align import Unit, units
from tts.audio import silence
from tts.cache import CacheKey, PhraseCache
from tts.guard import Deadlines, Guard
from tts.join import join
from tts.ports import SpeechChunk, SpokenText, Voice, VoiceError, Word
from tts.privacy import holds_full_number
from tts.speech import Speech
from tts.text.sentences import sentences
from tts.text.spoken import spoken

logger = logging.getLogger(__name__)

SLOW = 0.82
"""Speed for a caller in trouble and for numbers read on request."""

PAUSE_S = 0.25
"""Silence between two sentences of one text."""

EMERGENCY = "抱歉，语音播报暂时出了问题，请按零转人工。"


@dataclass(frozen=True)
class Part:
    """A fixed part or a slot of a sentence; ``private`` for a slot that must not leave the machine."""

    text: str
    private: bool = False


@dataclass(frozen=True)
class SpeakerStats:
    """Counts since the start. ``spoken`` is sentences by voice, ``failed`` faults by (voice, kind of error)."""

    from_cache: int
    spoken: dict[str, int]
    failed: dict[tuple[str, str], int]
    emergencies: int
    resting: tuple[str, ...]
    cache: dict[str, int]

    @property
    def hit_rate(self) -> float:
        """Share of sentences that needed no voice; 0.0 before the first."""
        total = self.from_cache + sum(self.spoken.values())
        return self.from_cache / total if total else 0.0


@dataclass(frozen=True)
class _Order:
    """One sentence as it is wanted."""

    text: SpokenText
    rate: int
    speed: float
    voices: tuple[Voice, ...]
    private: bool

    def key(self, voice: Voice) -> CacheKey:
        return CacheKey(voice.name, self.rate, self.speed, self.text)


@dataclass(frozen=True)
class _Found:
    """A whole sentence, or how far down the chain the search got: to a voice that streams."""

    speech: Speech | None
    voice: str = ""
    cached: bool = False
    reached: int = 0


class Speaker:
    """Speaks any text at any time. ``voices`` are tried in order; the last one should be local.

    A sentence is heard in one voice from its first to its last sound: a networked voice hands it over whole
    (``Guard``), a steady one streams. Private text, and any text with a full number, reaches local voices only and
    is never written to disk. ``on_fault`` is told voice and error whenever a voice fails a sentence.
    """

    def __init__(
        self,
        voices: Sequence[Voice],
        *,
        cache: PhraseCache | None = None,
        deadlines: Deadlines | None = None,
        clock: Callable[[], float] = time.monotonic,
        on_fault: Callable[[str, VoiceError], None] | None = None,
    ) -> None:
        self._voices = tuple(voices)
        self._cache = cache or PhraseCache(None)
        self._guards = {v.name: Guard(v, deadlines=deadlines, clock=clock) for v in voices if not v.steady}
        self._on_fault = on_fault
        self._emergency: dict[int, bytes] = {}
        self._flights: dict[str, asyncio.Task[Speech]] = {}
        self._background: set[asyncio.Task[Any]] = set()
        self._from_cache = self._emergencies = 0
        self._spoken: Counter[str] = Counter()
        self._failed: Counter[tuple[str, str]] = Counter()

    @property
    def networked(self) -> bool:
        """Whether a voice of the chain is made elsewhere: asking it early pays; a local one would only be busy."""
        return bool(self._guards)

    async def start(self, rates: Sequence[int] = (8000, 16000)) -> None:
        """Get the voices ready, leave out those that cannot be reached, keep an emergency phrase in memory."""
        await asyncio.gather(*(guard.trial() for guard in self._guards.values()))
        for rate in rates:
            order = self._order(spoken(EMERGENCY), rate, slow=False, private=True)
            self._emergency[rate] = b"".join([chunk.pcm async for chunk in self._sentence(order)])

    async def speak(
        self, text: str, *, rate: int = 8000, slow: bool = False, private: bool = False, follows: bool = False
    ) -> AsyncGenerator[SpeechChunk, None]:
        """Yield the speech of ``text`` at ``rate`` Hz, at least one chunk, raising nothing.

        Word times run from the start of this call's audio. Close the generator to stop (barge-in). While a
        sentence is heard the next one is fetched. Speech ends with its last sound; ``follows`` says that another
        sentence was spoken just before by another call, so that this one begins with the pause between the two.
        """
        orders = [self._order(part, rate, slow=slow, private=private) for part in sentences(spoken(text))]
        ahead: asyncio.Task[_Found] | None = None
        offset = 0.0
        try:
            for number, order in enumerate(orders):
                if number or follows:
                    yield SpeechChunk(silence(PAUSE_S, rate))
                    offset += PAUSE_S
                found = await (ahead or self._search(order))
                ahead = self._spawn(self._search(orders[number + 1])) if number + 1 < len(orders) else None
                async with contextlib.aclosing(self._sentence(order, found)) as chunks:
                    length = 0.0
                    async for chunk in chunks:
                        yield SpeechChunk(chunk.pcm, tuple(_later(word, offset) for word in chunk.words))
                        length += chunk.seconds(rate)
                offset += length
        finally:
            if ahead is not None:
                ahead.cancel()
        if not offset:
            yield SpeechChunk(silence(0.02, rate))

    async def speak_parts(
        self, parts: Sequence[Part], *, rate: int = 8000, slow: bool = False
    ) -> AsyncGenerator[SpeechChunk, None]:
        """Yield one sentence put together from fixed parts and slots, all in one voice.

        Worth it for a networked voice: its fixed parts come from the cache, so only the slots are fetched, and
        private slots are spoken in the same voice if every digit of them was prerendered. Where that fails, and
        for a streaming voice at once, the whole sentence is spoken as one text.
        """
        for voice in self._voices:
            if voice.steady:
                break
            pieces = await self._assembled(voice, parts, rate, slow)
            if pieces is not None:
                self._from_cache += 1
                for chunk in join(pieces, rate).chunks(rate):
                    yield chunk
                return
        text, private = "".join(part.text for part in parts), any(part.private for part in parts)
        async with contextlib.aclosing(self.speak(text, rate=rate, slow=slow, private=private)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def prepare(
        self,
        texts: Iterable[str],
        *,
        rate: int = 8000,
        slow: bool = False,
        private: bool = False,
        keep: bool = False,
    ) -> int:
        """Have the speech of ``texts`` in the cache, so that ``speak`` starts at once; ``keep`` it on disk.

        Safe to repeat and to cancel. Returns how many sentences are ready in the first voice that may speak them.
        """
        ready = 0
        for text in texts:
            for sentence in sentences(spoken(text)):
                order = self._order(sentence, rate, slow=slow, private=private)
                ready += await self._prepared(order, keep=keep)
        return ready

    async def prerender(self, texts: Iterable[str], *, rates: Sequence[int] = (8000, 16000)) -> int:
        """Fill the cache on disk with fixed wording before opening; returns how many sentences are ready per rate.

        A sentence that the networked voice cannot speak now is kept in the voice behind it.
        """
        wording = tuple(texts)
        return min([await self.prepare(wording, rate=rate, keep=True) for rate in rates], default=0)

    async def close(self) -> None:
        """Stop what runs in the background and give back what the voices hold."""
        tasks = [*self._background, *self._flights.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for guard in self._guards.values():
            await guard.close()
        for voice in self._voices:
            if voice.steady:
                await voice.close()

    def stats(self) -> SpeakerStats:
        """Return counts since the start."""
        return SpeakerStats(
            from_cache=self._from_cache,
            spoken=dict(self._spoken),
            failed=dict(self._failed),
            emergencies=self._emergencies,
            resting=tuple(name for name, guard in self._guards.items() if not guard.breaker.closed),
            cache=self._cache.stats.as_dict(),
        )

    def _order(self, text: SpokenText, rate: int, *, slow: bool, private: bool) -> _Order:
        private = private or holds_full_number(text)
        voices = tuple(voice for voice in self._voices if voice.local or not private)
        return _Order(text, rate, SLOW if slow else 1.0, voices, private)

    async def _search(self, order: _Order) -> _Found:
        """Look for the whole sentence, down the chain to the first voice that streams."""
        for reached, voice in enumerate(order.voices):
            speech = await self._cached(order.key(voice))
            if speech is not None:
                return _Found(speech, voice.name, cached=True)
            if voice.steady:
                return _Found(None, reached=reached)
            speech = await self._fetched(order, voice)
            if speech is not None:
                return _Found(speech, voice.name)
        return _Found(None, reached=len(order.voices))

    async def _sentence(self, order: _Order, found: _Found | None = None) -> AsyncGenerator[SpeechChunk, None]:
        found = found or await self._search(order)
        if found.speech is not None:
            self._count(found.voice, cached=found.cached)
            for chunk in found.speech.chunks(order.rate):
                yield chunk
            return
        for voice in order.voices[found.reached :]:
            started = False
            async with contextlib.aclosing(self._from(voice, order)) as chunks:
                async for chunk in chunks:
                    started = True
                    yield chunk
            if started:
                return
        self._emergencies += 1
        yield SpeechChunk(self._emergency.get(order.rate) or silence(1.0, order.rate))

    async def _from(self, voice: Voice, order: _Order, *, counted: bool = True) -> AsyncGenerator[SpeechChunk, None]:
        """Speak with one voice; yields nothing when it fails before its first sound."""
        if not voice.steady:
            speech = await self._fetched(order, voice)
            if speech is not None:
                if counted:
                    self._count(voice.name)
                for chunk in speech.chunks(order.rate):
                    yield chunk
            return
        kept: list[SpeechChunk] = []
        try:
            async with contextlib.aclosing(voice.speak(order.text, order.rate, order.speed)) as chunks:
                async for chunk in chunks:
                    kept.append(chunk)
                    yield chunk
        except VoiceError as error:
            self._fault(voice.name, error)
            return
        if counted:
            self._count(voice.name)
        self._cache.remember(order.key(voice), Speech.of(kept))

    async def _cached(self, key: CacheKey) -> Speech | None:
        speech = self._cache.remembered(key)
        if speech is None and self._cache.on_disk:
            speech = await asyncio.to_thread(self._cache.find, key)
        return speech

    async def _fetched(self, order: _Order, voice: Voice) -> Speech | None:
        """Have a networked voice speak the sentence; callers who want the same one share the request."""
        if not self._guards[voice.name].ready():
            return None
        digest = order.key(voice).digest()
        flight = self._flights.get(digest)
        if flight is None:
            flight = self._flights[digest] = asyncio.create_task(self._fetch(order, voice))
            flight.add_done_callback(lambda done: self._landed(digest, done))
        try:
            return await asyncio.shield(flight)
        except VoiceError:
            return None

    def _landed(self, digest: str, flight: asyncio.Task[Speech]) -> None:
        del self._flights[digest]
        if not flight.cancelled():
            flight.exception()  # seen even when every caller has hung up meanwhile

    async def _fetch(self, order: _Order, voice: Voice) -> Speech:
        try:
            speech = await self._guards[voice.name].whole(order.text, order.rate, order.speed)
        except VoiceError as error:
            self._fault(voice.name, error)
            raise
        if order.private:
            self._cache.remember(order.key(voice), speech)
        else:
            await asyncio.to_thread(self._cache.store, order.key(voice), speech)
        return speech

    async def _prepared(self, order: _Order, *, keep: bool) -> bool:
        found = await self._search(order)
        if found.speech is not None:
            return True
        for voice in order.voices[found.reached :]:
            chunks = [chunk async for chunk in self._from(voice, order, counted=False)]
            if chunks:
                if keep and voice.steady and not order.private:
                    await asyncio.to_thread(self._cache.store, order.key(voice), Speech.of(chunks))
                return True
        return False

    async def _assembled(self, voice: Voice, parts: Sequence[Part], rate: int, slow: bool) -> list[Speech] | None:
        """Return all parts in one voice, private ones sound by sound from the cache, or None."""
        pieces: list[Speech] = []
        for part in parts:
            text = spoken(part.text)
            private = part.private or holds_full_number(text)
            for unit in units(text) if private else (Unit(text),):
                order = _Order(unit.sound, rate, SLOW if slow else 1.0, (voice,), private)
                speech = await self._cached(order.key(voice))
                if speech is None and not private and unit.sound:
                    speech = await self._fetched(order, voice)
                if speech is None:
                    return None
                pieces.append(speech.followed_by(unit.mark))
        return pieces or None

    def _count(self, voice: str, *, cached: bool = False) -> None:
        if cached:
            self._from_cache += 1
        else:
            self._spoken[voice] += 1

    def _fault(self, voice: str, error: VoiceError) -> None:
        self._failed[voice, type(error).__name__] += 1
        logger.warning("a voice failed a sentence", extra={"voice": voice, "reason": str(error)})
        if self._on_fault is not None:
            self._on_fault(voice, error)

    def _spawn(self, work: Coroutine[Any, Any, _Found]) -> asyncio.Task[_Found]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


def _later(word: Word, offset: float) -> Word:
    return Word(word.text, word.start_s + offset, word.end_s + offset) if offset else word
