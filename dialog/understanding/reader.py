"""From one utterance and the question in the air to what the caller means."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dialog.protocol import Expectation
from dialog.understanding import context, emotion, slots
from dialog.understanding.breath import clauses
from dialog.understanding.figures import plainly
from dialog.understanding.intents import ALL_INTENTS, SERVICE_INTENTS
from dialog.understanding.model import intent_model, softmax
from dialog.understanding.negation import without_refused
from dialog.understanding.normalise import normalise, shorten
from dialog.understanding.reading import IntentScore, Understanding
from dialog.understanding.urgent import RISK_LINE, URGENT_INTENTS

LINE = 0.45
"""Confidence from which an intent is served without asking."""

_FIXED = 0.97
"""Confidence of a reading that the question alone decides."""

_IS_SERVICE = np.array([intent in SERVICE_INTENTS for intent in ALL_INTENTS])

_CERTAIN = 0.8
"""Confidence of the whole from which a mere pause does not split it."""

_SHORTEST_REST = 3
"""Characters left beside a refusal that can be a wish."""

_JOINED_LINE = 0.6
_PAUSE_LINE = 0.85
"""Confidence that a clause needs to be a wish of its own: less after 顺便 or 还要 than after a mere pause."""


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
    spoken = shorten(text)
    flat = normalise(spoken)
    if not flat:
        return Understanding(text)
    served, ranked = _read(plainly(flat), expect, confidence)
    served = context.without_groundless(served, flat)
    names = tuple(score.intent for score in served)
    found = slots.fill(spoken, flat, names, expect, candidates)
    if context.only_a_remark(found, flat):
        served = ()
    return Understanding(text, served, ranked, found, emotion.of(flat), (served or ranked)[0].confidence)


def _read(flat: str, expect: Expectation, confidence: float) -> tuple[tuple[IntentScore, ...], tuple[IntentScore, ...]]:
    """The intents to serve and the ranking of the whole."""
    fixed = context.fixed_reading(flat, expect)
    if fixed is not None:
        scores = (IntentScore(fixed, _FIXED * confidence),)
        return scores if scores[0].confidence >= LINE else (), scores
    left = without_refused(flat)
    if left is not None:
        return _read_rest(left, expect, confidence)
    whole = _probabilities(flat, expect)
    if len(flat) == 1:  # one syllable is too little to start anything on
        return (), _ranked(whole, confidence)
    wishes = context.always_served(flat, _wishes(flat, whole, expect), LINE)
    ranked = _ranked(whole, confidence)
    weighed = [IntentScore(wish.intent, wish.confidence * confidence) for wish in wishes]
    served = [score for score in weighed if score.confidence >= LINE]
    return (*served, *_at_risk(served, ranked)), ranked


def _at_risk(served: list[IntentScore], ranked: tuple[IntentScore, ...]) -> list[IntentScore]:
    """What may well be danger is served below the line; a caller who asks whether it is fraud is not in it."""
    if {score.intent for score in served} & {*URGENT_INTENTS, "fraud_check"}:
        return []
    return [score for score in ranked if score.intent == "safety" and score.confidence >= RISK_LINE]


def _read_rest(
    left: str, expect: Expectation, confidence: float
) -> tuple[tuple[IntentScore, ...], tuple[IntentScore, ...]]:
    """What a sentence wants besides what it refuses; nothing besides is a no."""
    if len(left.replace(",", "")) >= _SHORTEST_REST:
        served, ranked = _read(left, expect, confidence)
        if served:
            return served, ranked
    refused = (IntentScore("deny", _FIXED * confidence),)
    return refused if refused[0].confidence >= LINE else (), refused


def _probabilities(flat: str, expect: Expectation) -> NDArray[np.float32]:
    return softmax(intent_model().logits(flat) + context.bias(expect))


def _service_only(clause: str) -> NDArray[np.float32]:
    """A clause beside others is no answer and no murmur: only services compete."""
    logits = intent_model().logits(clause)
    return softmax(np.where(_IS_SERVICE, logits, -np.inf).astype(np.float32))


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
    certain = single[0].confidence >= _CERTAIN and not any(part.joined for part in parts)
    if len(parts) < 2 or certain:
        return single
    readings = [
        (_best(_service_only(part.text)), _JOINED_LINE)
        if part.joined
        else (_best(_probabilities(part.text, expect)), _PAUSE_LINE)
        for part in parts
    ]
    clear = [reading for reading, line in readings if reading.confidence >= line and reading.intent in SERVICE_INTENTS]
    several = tuple({r.intent: r for r in reversed(clear)}[name] for name in dict.fromkeys(r.intent for r in clear))
    return several if len(several) > 1 else single
