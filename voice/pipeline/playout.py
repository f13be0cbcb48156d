"""What the caller really heard: word times of the speech handed out, against the samples that reached the ear."""

from __future__ import annotations

from dataclasses import dataclass

from telephony.hub import BotLeg
from tts.ports import SpeechChunk


@dataclass(frozen=True, slots=True)
class _Span:
    """A word and the sample (of the bot leg) at which it is half said."""

    text: str
    middle: int


class Playout:
    """Tracks one call's bot voice. Samples are counted in the order in which speech is handed to the bot leg."""

    def __init__(self, leg: BotLeg) -> None:
        self._leg = leg
        self._handed = 0
        self._spans: list[_Span] = []
        self._started_at = 0
        self._sentences = 0
        self._starts: list[int] = []

    def begin(self, sentences: int = 1) -> None:
        """Forget earlier speech; the next samples belong to a new ``Say`` of so many sentences."""
        self._spans.clear()
        self._starts.clear()
        self._sentences = sentences
        self._handed = max(self._handed, self._leg.pulled_samples)
        self._started_at = self._handed

    def sentence(self) -> int:
        """Return the position of a sentence that starts now, for ``handed``."""
        self._starts.append(self._handed)
        return self._handed

    def asking(self) -> bool:
        """Whether the last sentence of the ``Say`` is being heard: the question, after what was told."""
        return len(self._starts) >= self._sentences > 0 and self._leg.heard_samples >= self._starts[-1]

    def handed(self, chunk: SpeechChunk, sentence_at: int) -> None:
        """Note a chunk on its way; its word times run from the sentence's start."""
        for word in chunk.words:
            middle = sentence_at + round((word.start_s + word.end_s) / 2 * self._leg.rate)
            self._spans.append(_Span(word.text, middle))
        self._handed += len(chunk.pcm) // 2

    def stopped(self) -> None:
        """Note that what was handed out and not heard was thrown away."""
        self._handed = self._leg.pulled_samples

    def heard_text(self) -> str:
        """Return the words that reached the caller's ear since ``begin``: a word counts when half of it was heard."""
        heard = self._leg.heard_samples
        return "".join(span.text for span in self._spans if span.middle <= heard)

    @property
    def progress(self) -> int:
        """Samples of this ``Say`` that reached the ear."""
        return max(0, self._leg.heard_samples - self._started_at)
