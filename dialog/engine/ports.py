"""What the engine needs from the understanding of words; ``dialog.understanding`` provides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from dialog.protocol import Expectation, Heard


class Scored(Protocol):
    """One reading of an utterance."""

    @property
    def intent(self) -> str:
        """Name of the contract's intent."""

    @property
    def confidence(self) -> float:
        """Calibrated, 0..1."""


class Understood(Protocol):
    """What one utterance means, in the context of the question that was asked."""

    @property
    def intents(self) -> Sequence[Scored]:
        """Readings above the line, in the order they were spoken."""

    @property
    def ranked(self) -> Sequence[Scored]:
        """All readings, the likeliest first."""

    @property
    def slots(self) -> Mapping[str, str]:
        """Slots of the contract."""

    @property
    def emotion(self) -> str:
        """One of neutral, anxious, angry, abusive."""

    @property
    def confidence(self) -> float:
        """Confidence of the best reading."""


class Understander(Protocol):
    """Reads one utterance; pure, at most 5 ms."""

    def __call__(
        self, text: str, expect: Expectation, *, candidates: tuple[str, ...] = (), confidence: float = 1.0
    ) -> Understood:
        """Read ``text`` as an answer to ``expect``."""


class Captured(Protocol):
    """A number as far as it was heard."""

    @property
    def digits(self) -> str:
        """Digits and letters so far, corrections applied."""

    @property
    def complete(self) -> bool:
        """Whether it can be no longer."""

    @property
    def unsure(self) -> bool:
        """Whether a correction did not say which digit it means."""


class NumberHearing(Protocol):
    """Reads a number out of the turns in which it was spoken; pure."""

    def __call__(self, pieces: tuple[Heard, ...], expect: Expectation) -> Captured:
        """Read the number from all turns since the question was asked."""
