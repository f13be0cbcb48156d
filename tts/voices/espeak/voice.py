"""The embedded voice behind the port: spoken text to pinyin, pieces to the child, words back to hanzi."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Sequence

from tts.ports import SpeechChunk, SpokenText, Word
from tts.text.pinyin import Syllable, to_pinyin
from tts.voices.espeak.process import ChildDiedError, EspeakProcess
from tts.voices.espeak.spelling import espeak_spelling
from tts.voices.espeak.variants import EspeakSpeaker
from tts.voices.espeak.wire import Placed, SpeakRequest

_PIECE_SYLLABLES = 40
_MARKS = {"，": " ,", "、": " ,", "。": " .", "？": " ?", "！": " !"}


class EspeakVoice:
    """One espeak-ng speaker. Several voices may share one ``EspeakProcess``.

    Never leaves the machine, needs no network, and has its first sound ready in a few milliseconds.
    """

    rates = (8000, 16000, 22050, 24000, 48000)
    local = True
    steady = True

    def __init__(self, process: EspeakProcess, speaker: EspeakSpeaker | None = None) -> None:
        self._process = process
        self._speaker = speaker or EspeakSpeaker()

    def as_speaker(self, speaker: EspeakSpeaker) -> EspeakVoice:
        """Return another speaker on the same child; closing either ends both."""
        return EspeakVoice(self._process, speaker)

    @property
    def name(self) -> str:
        """Engine and everything that changes the sound, for the cache key."""
        s = self._speaker
        return f"espeak:{s.variant or 'base'}:{s.wpm}:{s.pitch}:{s.pitch_range}"

    async def speak(self, text: SpokenText, rate: int, speed: float) -> AsyncGenerator[SpeechChunk, None]:
        """Speak; a child that dies in mid-sentence is replaced once and goes on where it stopped."""
        offset = 0.0
        pieces = _pieces(to_pinyin(text))
        for number, piece in enumerate(pieces, 1):
            request, starts = self._request(piece, rate, speed, more=number < len(pieces))
            async with contextlib.aclosing(self._piece(request, piece, starts)) as chunks:
                length = 0.0
                async for chunk in chunks:
                    length += chunk.seconds(rate)
                    yield SpeechChunk(chunk.pcm, tuple(_later(word, offset) for word in chunk.words))
            offset += length

    async def warm(self) -> None:
        """Start the child, load the dictionaries and measure the speaker's level, before the first caller."""
        async with contextlib.aclosing(self.speak(SpokenText("您好。"), 8000, 1.0)) as chunks:
            async for _ in chunks:
                pass

    async def close(self) -> None:
        """End the child; voices that share it end together."""
        await self._process.close()

    def _request(
        self, piece: Sequence[Syllable], rate: int, speed: float, *, more: bool
    ) -> tuple[SpeakRequest, dict[int, int]]:
        pinyin, starts = _written(piece)
        s = self._speaker
        wpm = max(80, min(450, round(s.wpm * speed)))
        return SpeakRequest(pinyin, s.variant, wpm, s.pitch, s.pitch_range, rate, more), starts

    async def _piece(
        self, request: SpeakRequest, piece: Sequence[Syllable], starts: dict[int, int]
    ) -> AsyncGenerator[SpeechChunk, None]:
        sent_bytes = sent_words = 0
        for last_try in (False, True):
            skip_bytes, skip_words = sent_bytes, sent_words
            try:
                async with contextlib.aclosing(self._process.speak(request)) as answers:
                    async for pcm, placed in answers:
                        fresh, words = pcm[skip_bytes:], placed[skip_words:]
                        skip_bytes, skip_words = max(0, skip_bytes - len(pcm)), max(0, skip_words - len(placed))
                        sent_bytes, sent_words = sent_bytes + len(fresh), sent_words + len(words)
                        if fresh:
                            yield SpeechChunk(fresh, _words(piece, starts, words))
                return
            except ChildDiedError:
                if last_try:
                    raise


def _pieces(syllables: Sequence[Syllable]) -> list[Sequence[Syllable]]:
    """Cut at marks so that one request is a few seconds of speech: callers share the child fairly."""
    pieces: list[Sequence[Syllable]] = []
    start = 0
    for end, syllable in enumerate(syllables, 1):
        length = end - start
        if (length >= _PIECE_SYLLABLES and syllable.mark) or length >= 2 * _PIECE_SYLLABLES:
            pieces.append(syllables[start:end])
            start = end
    if start < len(syllables):
        pieces.append(syllables[start:])
    return pieces


def _written(piece: Sequence[Syllable]) -> tuple[str, dict[int, int]]:
    """Return the text for espeak-ng and which syllable begins at which letter."""
    text = ""
    starts: dict[int, int] = {}
    for number, syllable in enumerate(piece):
        text += " " if text else ""
        starts[len(text)] = number
        text += " ".join(map(espeak_spelling, syllable.pinyin.split())) + _MARKS.get(syllable.mark[:1], "")
    return text, starts


def _words(piece: Sequence[Syllable], starts: dict[int, int], placed: Sequence[Placed]) -> tuple[Word, ...]:
    return tuple(Word(piece[starts[p.index]].text, p.start_s, p.end_s) for p in placed if p.index in starts)


def _later(word: Word, offset: float) -> Word:
    return Word(word.text, word.start_s + offset, word.end_s + offset) if offset else word
