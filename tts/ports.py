"""The words this room shares with its callers: a spoken text, a chunk of speech, a voice.

Audio everywhere is signed 16-bit little-endian mono PCM. Times are seconds on the audio they came with.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

BYTES_PER_SAMPLE = 2


@dataclass(frozen=True)
class SpokenText:
    """A text as it will be spoken: hanzi, capitals set apart by blanks, and the marks ``，、。？！``.

    No digit, symbol, emoji or markup is left in ``text``; an empty ``text`` means there is nothing to say.
    """

    text: str

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True)
class Word:
    """One word of the spoken text with its place in the audio.

    ``start_s`` and ``end_s`` are seconds from the start of the audio of one ``speak`` call. Marks belong to
    the word before them, so the words of a whole sentence, joined, are the sentence.
    """

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class SpeechChunk:
    """A piece of speech at the rate that was asked for, with the words that begin in it."""

    pcm: bytes
    words: tuple[Word, ...] = ()

    def seconds(self, rate: int) -> float:
        """Return how long this chunk sounds at ``rate`` samples per second."""
        return len(self.pcm) / BYTES_PER_SAMPLE / rate


class VoiceError(Exception):
    """A voice could not speak a sentence; the next voice in the chain should."""


class VoiceUnavailableError(VoiceError):
    """The voice cannot be reached at all: no network, no child process, breaker open."""


class VoiceStalledError(VoiceError):
    """The voice let a deadline pass: no first sound, or silence between two pieces."""


class VoiceTruncatedError(VoiceError):
    """The voice ended early: less sound than its own word times promise."""


class Voice(Protocol):
    """Something that speaks one sentence."""

    @property
    def name(self) -> str:
        """Name of engine and speaker, part of the cache key (``espeak:f2``)."""

    @property
    def local(self) -> bool:
        """Whether the text stays on this machine, so that names and full numbers may be given to it."""

    @property
    def steady(self) -> bool:
        """Whether its sentences do not break off, so that they may be heard while they are still made."""

    @property
    def rates(self) -> tuple[int, ...]:
        """Sampling rates in Hz this voice can deliver."""

    def speak(self, text: SpokenText, rate: int, speed: float) -> AsyncGenerator[SpeechChunk, None]:
        """Speak ``text`` at ``rate`` Hz; ``speed`` 1.0 is normal, 0.8 slow.

        Raises ``VoiceError`` when it cannot. Closing the generator stops the voice in mid-sentence.
        """

    async def close(self) -> None:
        """Give back processes and connections."""
