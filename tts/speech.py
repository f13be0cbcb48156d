"""A whole spoken sentence in memory: its sound and its words, cut into chunks when it is played."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tts.ports import BYTES_PER_SAMPLE, SpeechChunk, Word

_FIRST_S, _LATER_S = 0.16, 0.4


@dataclass(frozen=True)
class Speech:
    """The complete sound of one sentence at one rate (s16 mono PCM) with the time of every word."""

    pcm: bytes
    words: tuple[Word, ...]

    @classmethod
    def of(cls, chunks: Iterable[SpeechChunk]) -> Speech:
        """Join chunks whose word times already count from the first one."""
        kept = tuple(chunks)
        return cls(b"".join(chunk.pcm for chunk in kept), tuple(word for chunk in kept for word in chunk.words))

    def seconds(self, rate: int) -> float:
        """Return its length at ``rate``."""
        return len(self.pcm) / BYTES_PER_SAMPLE / rate

    def followed_by(self, mark: str) -> Speech:
        """Return it with a mark after its last word."""
        if not (mark and self.words):
            return self
        last = self.words[-1]
        return Speech(self.pcm, (*self.words[:-1], replace(last, text=last.text + mark)))

    def chunks(self, rate: int) -> Iterator[SpeechChunk]:
        """Yield it in pieces, a short one first, each with the words that begin in it."""
        start = 0
        waiting = list(self.words)
        while start < len(self.pcm):
            size = round((_LATER_S if start else _FIRST_S) * rate) * BYTES_PER_SAMPLE
            end = min(len(self.pcm), start + size)
            border = end / BYTES_PER_SAMPLE / rate
            count = sum(1 for word in waiting if word.start_s < border) if end < len(self.pcm) else len(waiting)
            yield SpeechChunk(self.pcm[start:end], tuple(waiting[:count]))
            del waiting[:count]
            start = end
