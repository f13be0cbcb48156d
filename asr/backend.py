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


class Backend(Protocol):
    """A recogniser that holds no stream state of its own; used from one thread."""

    @property
    def name(self) -> str:
        """Short name for logs and statistics."""

    @property
    def chunk_ms(self) -> int:
        """Sound per step in milliseconds; the last step of an utterance may be shorter."""

    def new_utterance(self, rate: int, start_ms: int) -> Any:
        """State of an utterance of ``rate`` Hz that begins ``start_ms`` into its stream."""

    def run(self, steps: Sequence[Step]) -> list[Transcript]:
        """Advance every utterance (in place) and say what is heard so far, in the order of ``steps``."""
