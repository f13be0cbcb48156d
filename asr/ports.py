"""What a call needs from the recogniser, whichever backend runs behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Token:
    """One recognised character; times in milliseconds of the stream's own audio, confidence 0..1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """Text of the running utterance: interim (may still grow) or final.

    ``stable`` is how many leading tokens no later interim will change. ``late_ms`` is how long the newest audio
    waited before it was recognised. ``lost`` marks a final that was cut short because the recogniser restarted.
    """

    text: str
    tokens: tuple[Token, ...]
    final: bool
    stable: int = 0
    confidence: float = 1.0
    late_ms: float = 0.0
    lost: bool = False


class RecogniserStream(Protocol):
    """One caller's audio; every method is cheap and never waits for inference."""

    def feed(self, pcm: bytes) -> None:
        """Append s16 mono PCM at the stream's rate; opens an utterance when none runs."""

    def finish(self) -> None:
        """End the utterance: exactly one final transcript follows, also for an empty one."""

    def close(self) -> None:
        """Free the stream; no transcript follows."""


class Recogniser(Protocol):
    """A connection to the recogniser process."""

    async def open_stream(self, rate: int, on_transcript: Callable[[Transcript], None]) -> RecogniserStream:
        """Open a stream of ``rate`` Hz; transcripts are delivered on the event loop.

        Raises:
            RecogniserUnavailable: the process is away; the caller should be offered keys or a person.
        """

    @property
    def alive(self) -> bool:
        """Whether the process answers now."""


class RecogniserUnavailable(RuntimeError):  # noqa: N818 - a state of the world, in the words of the house
    """The recogniser process cannot be reached; it is being restarted."""
