"""Whether the caller has said what there is to say, from the interim text alone.

Four states: ``finished`` (answer now), ``unfinished`` (trailing off, in the middle of a sentence or a number), ``wait``
(the caller asks for silence or time) and ``backchannel`` (a murmur that leaves the floor to us).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from dialog.numbers import NumberCapture, read_line
from dialog.numbers.formats import is_mobile
from dialog.numbers.remarks import Group, Instead, Place, steps
from dialog.protocol import Expectation, ExpectKind
from dialog.turns import signals
from dialog.turns.endings import ending_model
from dialog.understanding.context import fixed_reading
from dialog.understanding.model import intent_model, softmax
from dialog.understanding.normalise import normalise

TurnState: TypeAlias = Literal["finished", "unfinished", "wait", "backchannel"]

_INTENT_LINE = 0.6
"""Confidence from which an unlisted way of asking for time, or an unlisted murmur, counts."""

_SELDOM, _DOUBT = 0.1, 0.5
_LONGEST_MURMUR = 8


def turn_state(text: str, expect: Expectation) -> TurnState:
    """Judge an interim text against the question in the air; any text gives an answer, an empty one ``unfinished``."""
    flat = normalise(text)
    if not flat:
        return "unfinished"
    asked = expect.kind in (ExpectKind.YES_NO, ExpectKind.CHOICE)
    if signals.is_murmur(flat):
        return "finished" if asked and signals.is_answer(flat) else "backchannel"
    if signals.is_filler(flat):
        return "unfinished"
    if signals.asks_for_time(flat):
        return "wait"
    if not signals.is_cut_off(flat):
        if not signals.is_no_request_for_time(flat) and _means("hold", flat):
            return "wait"
        if not asked and len(flat) <= _LONGEST_MURMUR and _means("backchannel", flat):
            return "backchannel"
    if expect.kind in (ExpectKind.NUMBER, ExpectKind.DIGITS) and _holds_digits(text):
        return _number_state(text, expect)
    if asked and (signals.is_answer(flat) or fixed_reading(flat, expect)):
        return "finished"
    return "unfinished" if signals.is_cut_off(flat) or _breaks_off(flat) else "finished"


def _read(flat: str) -> tuple[str, float]:
    """The likeliest intent and its confidence."""
    model = intent_model()
    probabilities = softmax(model.logits(flat))
    best = int(probabilities.argmax())
    return model.intents[best], float(probabilities[best])


def _means(intent: str, flat: str) -> bool:
    found, confidence = _read(flat)
    return found == intent and confidence >= _INTENT_LINE


def _breaks_off(flat: str) -> bool:
    """Whether sentences seldom end like this; the clearer the wish, the odder the ending may be."""
    return ending_model().probability(flat) < _SELDOM + _DOUBT * (1.0 - _read(flat)[1])


def _holds_digits(text: str) -> bool:
    return any(char.isascii() and char.isalnum() for char in read_line(text).text)


def _number_state(text: str, expect: Expectation) -> TurnState:
    """Digits wait for more until the number is at its end; a whole correction is one."""
    said = list(steps(read_line(text)))
    last = said[-1] if said else None
    whole_correction = (
        isinstance(last, Instead)
        or (isinstance(last, Place) and last.sign is not None)
        or (isinstance(last, Group) and last.repaired and bool(last.signs))
    )
    capture = NumberCapture.start(expect).add(text)
    if whole_correction or capture.complete or is_mobile(capture.digits):
        return "finished"
    return "unfinished"
