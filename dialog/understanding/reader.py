"""From one utterance and the question in the air to what the caller means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dialog.protocol import Expectation
from dialog.understanding import context, emotion, slots
from dialog.understanding.breath import clauses
from dialog.understanding.intents import ALL_INTENTS, SERVICE_INTENTS
from dialog.understanding.model import intent_model, softmax
from dialog.understanding.normalise import normalise
from dialog.understanding.reading import IntentScore, Understanding

LINE = 0.45
"""Confidence from which an intent is served without asking."""

CLAUSE_LINE = 0.7
"""Confidence that each clause of a breath needs before the breath is served as several wishes."""


def understand(
    text: str, expect: Expectation, *, candidates: tuple[str, ...] = (), confidence: float = 1.0
) -> Understanding:
    """Read one utterance.

    Args:
        text: what was heard or typed; anything, also empty or 10,000 characters.
        expect: the question that was asked; it decides what 「嗯」 or 「三六七九」 means.
        candidates: numbers that would make sense (the caller's own parcels), to tell a waybill tail from a phone tail.
        confidence: the recogniser's, 0..1; it lowers every intent's confidence.

    """
    flat = normalise(text)
    found = slots.fill(text, flat, expect, candidates)
    mood = emotion.of(flat)
    fixed = context.fixed_reading(flat, expect)
    if not flat:
        return Understanding(text, slots=found, emotion=mood)
    if fixed is not None:
        scores: tuple[IntentScore, ...] = (IntentScore(fixed, 0.97 * confidence),)
        return Understanding(text, scores, scores, found, mood, scores[0].confidence)
    whole = _probabilities(flat, expect)
    ranked = _ranked(whole, confidence)
    wishes = context.always_served(flat, _wishes(flat, whole, expect), LINE)
    served = tuple(IntentScore(wish.intent, wish.confidence * confidence) for wish in wishes)
    served = tuple(score for score in served if score.confidence >= LINE)
    return Understanding(text, served, ranked, found, mood, (served or ranked)[0].confidence)


def _probabilities(flat: str, expect: Expectation) -> NDArray[np.float32]:
    return softmax(intent_model().logits(flat) + context.bias(expect))


def _ranked(probabilities: NDArray[np.float32], confidence: float, top: int = 4) -> tuple[IntentScore, ...]:
    best = np.argsort(-probabilities)[:top]
    return tuple(IntentScore(ALL_INTENTS[i], float(probabilities[i]) * confidence) for i in best)


def _best(probabilities: NDArray[np.float32]) -> IntentScore:
    best = int(probabilities.argmax())
    return IntentScore(ALL_INTENTS[best], float(probabilities[best]))


def _wishes(flat: str, whole: NDArray[np.float32], expect: Expectation) -> tuple[IntentScore, ...]:
    """The whole as one wish, or the clauses when each of them is clearly a wish of its own."""
    single = (_best(whole),)
    parts = clauses(flat)
    if len(parts) < 2:
        return single
    readings = [_best(_probabilities(part, expect)) for part in parts]
    clear = [r for r in readings if r.intent in SERVICE_INTENTS and r.confidence >= CLAUSE_LINE]
    several = tuple({r.intent: r for r in reversed(clear)}[name] for name in dict.fromkeys(r.intent for r in clear))
    return several if len(several) > 1 else single
