"""A number spoken in pieces: groups over several turns, with corrections, until it is whole."""

from __future__ import annotations

import re
from collections.abc import Mapping

from dialog.engine.flow import run
from dialog.engine.state import Question
from dialog.engine.turn import Answer, Turn
from dialog.protocol import ExpectKind, Heard

_DIGIT_RUN = re.compile("[0-9零〇一二两三四五六七八九幺洞拐]+")
_PHONE_DIGITS = 11
_TAIL_DIGITS = 4
_PAUSE_S = 3.0  # after a group the caller either goes on or has finished
_NAMES_A_TAIL = ("尾号", "后四位", "后4位", "最后四位")
_HAS_NONE = ("没有单号", "没单号", "不知道", "忘了", "找不到", "没记", "不记得", "没有号", "查不到单号")
_WAYBILL_DIGITS = range(12, 21)


def add_piece(t: Turn, question: Question, event: Heard, intents: list[str], slots: Mapping[str, str]) -> Answer | None:
    """Add one turn to the number; a partial answer leaves the question in the air.

    None means that the turn held nothing of a number.
    """
    secret = question.expect.secret  # a code names nothing, and is never said back
    named = "" if secret else slots.get("waybill_no") or slots.get("waybill_tail4") or slots.get("phone_tail4")
    pieces = (*t.state.pieces, event)
    before = t.dialogue.hear_number(t.state.pieces, question.expect).digits if t.state.pieces else ""
    capture = t.dialogue.hear_number(pieces, question.expect)
    if named and len(named) >= question.expect.min_digits and not t.state.pieces:
        return _whole(t, named, event.text, slots)
    if capture.unsure:
        t.change(pieces=pieces)
        t.say("number.where")
        t.keep_asking(question)
        return Answer(partial=True)
    if capture.digits == before:
        return _no_digits(t, question, event.text, intents, before)
    t.change(pieces=pieces)
    if capture.complete or _is_whole(t, question, capture.digits, event.text):
        return _whole(t, capture.digits, event.text, slots)
    if secret:
        t.say("number.go_on")
    else:
        t.remember(so_far=capture.digits[-_TAIL_DIGITS:])
        t.say(_encouragement(capture.digits))
    t.patience = _PAUSE_S
    t.keep_asking(question)
    return Answer(partial=True)


def _encouragement(digits: str) -> str:
    if not digits:
        return "number.again"
    return "number.more" if len(digits) != _TAIL_DIGITS else "number.more_or_tail"


def _no_digits(t: Turn, question: Question, text: str, intents: list[str], before: str) -> Answer | None:
    """「没了」 ends a number, 「没有单号」 refuses one; all else is no part of it."""
    ends = "affirm" in intents or "deny" in intents or "没" in text
    if before and ends and len(before) >= question.expect.min_digits:
        return _whole(t, before, text, {})
    if not before and ("deny" in intents or any(word in text for word in _HAS_NONE)):
        return Answer(text=text, yes=False)
    return None


def longest_run(text: str) -> int:
    """Length of the longest run of digit words: what may be a number, unlike 两点到四点."""
    return max((len(run) for run in _DIGIT_RUN.findall(text)), default=0)


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


def _is_whole(t: Turn, question: Question, digits: str, text: str) -> bool:
    if question.expect.kind is ExpectKind.DIGITS:
        return len(digits) >= question.expect.max_digits
    if len(digits) == _TAIL_DIGITS:
        tails = {tail for parcel in t.state.parcels for tail in (parcel.tail, parcel.receiver_phone_tail)}
        return digits in tails or any(word in text for word in _NAMES_A_TAIL)
    # A waybill may still go on, so only lengths that end most numbers close one here; silence closes the others.
    return len(digits) in _WAYBILL_DIGITS or (len(digits) == _PHONE_DIGITS and digits.startswith("1"))


def _whole(t: Turn, digits: str, text: str, slots: Mapping[str, str]) -> Answer:
    t.change(pieces=())
    return Answer(text=text, digits=digits, slots=slots)
