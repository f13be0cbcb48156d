"""Small real backends for tests of everything around the recogniser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from asr.backend import Step
from asr.ports import Token, Transcript


@dataclass
class Counting:
    """State of one utterance: how much it heard."""

    rate: int
    start_ms: int
    heard: bytearray = field(default_factory=bytearray)
    steps: int = 0


@dataclass
class CountingBackend:
    """'Recognises' the first sample of every step as a number; one token per step; remembers its batches."""

    name: str = "counting"
    chunk_ms: int = 100
    later_ms: int = 200
    batches: list[int] = field(default_factory=list)
    fail_on: int | None = None

    def new_utterance(self, rate: int, start_ms: int) -> Counting:
        return Counting(rate, start_ms)

    def run(self, steps: Sequence[Step]) -> list[Transcript]:
        self.batches.append(len(steps))
        return [self._step(step) for step in steps]

    def _step(self, step: Step) -> Transcript:
        utterance: Counting = step.utterance
        utterance.heard += step.pcm
        utterance.steps += 1
        if self.fail_on is not None and step.pcm[:1] == bytes([self.fail_on]):
            raise ValueError("this sound breaks the network")
        end = utterance.start_ms + len(utterance.heard) * 500 // utterance.rate
        tokens = (Token(str(len(utterance.heard)), utterance.start_ms, end, 0.9),) if utterance.heard else ()
        return Transcript("".join(t.text for t in tokens), tokens, step.last, stable=len(tokens))


def sound(ms: int, first: int = 1, rate: int = 8000) -> bytes:
    """``ms`` of s16 sound whose first byte is ``first``."""
    return bytes([first]) + bytes(ms * rate // 1000 * 2 - 1)
