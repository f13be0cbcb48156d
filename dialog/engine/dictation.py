"""A number spoken in pieces: groups over several turns, with corrections, until it is whole."""

from __future__ import annotations

from collections.abc import Mapping

from dialog.engine.flow import run
from dialog.engine.state import Question
from dialog.engine.turn import Answer, Turn
from dialog.protocol import ExpectKind, Heard

_PHONE_DIGITS = 11
_TAIL_DIGITS = 4
_WAYBILL_DIGITS = range(12, 21)


def add_piece(t: Turn, question: Question, event: Heard, intents: list[str], slots: Mapping[str, str]) -> Answer | None:
    """Add one turn to the number; a partial answer leaves the question in the air.

    None means that the turn held nothing of a number.
    """
    named = slots.get("waybill_no") or slots.get("waybill_tail4") or slots.get("phone_tail4")
    pieces = (*t.state.pieces, event)
    before = t.dialogue.hear_number(t.state.pieces, question.expect).digits if t.state.pieces else ""
    capture = t.dialogue.hear_number(pieces, question.expect)
    if named and len(named) >= question.expect.min_digits and not t.state.pieces:
        return _whole(t, named, event.text, slots)
    if capture.digits == before:
        if "deny" in intents and not before:
            return Answer(text=event.text, yes=False, slots=slots)
        return _whole(t, before, event.text, slots) if before and "affirm" in intents else None
    t.change(pieces=pieces)
    if capture.complete or _is_whole(question, capture.digits):
        return _whole(t, capture.digits, event.text, slots)
    t.remember(so_far=capture.digits[-_TAIL_DIGITS:])
    t.say("number.more" if capture.digits else "number.again")
    t.keep_asking(question)
    return Answer(partial=True)


def finish_pieces(t: Turn) -> bool:
    """The caller fell silent: take what there is when it is long enough to be a number."""
    question = t.state.question
    if question is None or not t.state.pieces:
        return False
    digits = t.dialogue.hear_number(t.state.pieces, question.expect).digits
    if len(digits) < question.expect.min_digits:
        return False
    t.answer = _whole(t, digits, "", {})
    t.change(misses=0)
    run(t, question.step)
    return True


def _is_whole(question: Question, digits: str) -> bool:
    if question.expect.kind is ExpectKind.DIGITS:
        return len(digits) >= question.expect.max_digits
    # A waybill may still go on, so only lengths that end most numbers close one here; silence closes the others.
    return len(digits) in _WAYBILL_DIGITS or (len(digits) == _PHONE_DIGITS and digits.startswith("1"))


def _whole(t: Turn, digits: str, text: str, slots: Mapping[str, str]) -> Answer:
    t.change(pieces=())
    return Answer(text=text, digits=digits, slots=slots)
