"""What the engine asks of a way to recognise: utterances as values, one step for a batch of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from asr.ports import Transcript


@dataclass(frozen=True, slots=True)
class Step:
    """The next piece of one utterance: its state, s16 sound at its rate, and whether the utterance ends here."""

    utterance: Any
    pcm: bytes
    last: bool


EARLY_STEPS = 3
"""Steps of an utterance that are short, because what is said over the bot is decided upon within its first second.

Later ones may be longer: they cost less per second of sound and hear better, and the end of an utterance waits for
none of them.
"""

SAMPLE = 2
"""Bytes."""


class Backend(Protocol):
    """A recogniser that holds no stream state of its own; used from one thread."""

    @property
    def name(self) -> str:
        """Short name for logs and statistics."""

    @property
    def chunk_ms(self) -> int:
        """Sound of each of the first ``EARLY_STEPS`` in milliseconds; the last step of an utterance may be shorter."""

    @property
    def later_ms(self) -> int:
        """Sound of each further step."""

    def new_utterance(self, rate: int, start_ms: int) -> Any:
        """State of an utterance of ``rate`` Hz that begins ``start_ms`` into its stream."""

    def run(self, steps: Sequence[Step]) -> list[Transcript]:
        """Advance every utterance (in place) and say what is heard so far, in the order of ``steps``."""


def step_bytes(backend: Backend, rate: int, number: int) -> int:
    """Bytes of step ``number`` (from 0) of an utterance of ``rate`` Hz."""
    return (backend.chunk_ms if number < EARLY_STEPS else backend.later_ms) * rate // 1000 * SAMPLE


def in_steps(backend: Backend, pcm: bytes, rate: int) -> list[tuple[bytes, bool]]:
    """The sound of a whole utterance cut into steps, each with whether it is the last; never empty."""
    pieces: list[tuple[bytes, bool]] = []
    at = 0
    while not pieces or at < len(pcm):
        end = at + step_bytes(backend, rate, len(pieces))
        pieces.append((pcm[at:end], end >= len(pcm)))
        at = end
    return pieces


def hear_together(backend: Backend, sounds: Sequence[tuple[int, bytes]], rate: int) -> list[Transcript]:
    """The final transcripts of whole utterances, heard side by side; each is where it begins in ms, and its sound."""
    cut = [in_steps(backend, pcm, rate) for _, pcm in sounds]
    utterances = [backend.new_utterance(rate, start_ms) for start_ms, _ in sounds]
    finals: dict[int, Transcript] = {}
    for number in range(max(map(len, cut), default=0)):
        running = [index for index, pieces in enumerate(cut) if number < len(pieces)]
        steps = [Step(utterances[index], *cut[index][number]) for index in running]
        finals.update(zip(running, backend.run(steps), strict=True))
    return [finals[index] for index in range(len(sounds))]
