"""What one utterance was understood to mean."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IntentScore:
    """One intent with its calibrated confidence, 0..1."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """One utterance, read in the context of the question that was asked.

    ``intents`` are those to serve now, in the order they were spoken; empty when nothing stands above the line.
    ``ranked`` are the likeliest readings of the whole utterance, best first, for "do you mean A or B".
    ``slots`` use the names of the contract (``waybill_no``, ``time_window``, ``location_hint`` ...).
    ``emotion`` is neutral, anxious, angry or abusive.
    """

    text: str
    intents: tuple[IntentScore, ...] = ()
    ranked: tuple[IntentScore, ...] = ()
    slots: dict[str, str] = field(default_factory=dict)
    emotion: str = "neutral"
    confidence: float = 0.0

    @property
    def intent(self) -> str | None:
        """The first intent to serve, None below the line."""
        return self.intents[0].intent if self.intents else None

    def has(self, intent: str) -> bool:
        """Whether the intent is among those to serve."""
        return any(score.intent == intent for score in self.intents)
