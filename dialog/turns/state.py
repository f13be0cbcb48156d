"""Whether the caller has said what there is to say, from the interim text alone.

Four states: ``finished`` (answer now), ``unfinished`` (trailing off, in the middle of a sentence or a number), ``wait``
(the caller asks for silence or time) and ``backchannel`` (a murmur that leaves the floor to us).
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from dialog.numbers import NumberCapture, read_line
from dialog.numbers.formats import is_mobile
from dialog.numbers.remarks import Group, Instead, Place, steps
from dialog.protocol import Expectation, ExpectKind
from dialog.turns import signals
from dialog.turns.model import STATES, TurnState, turn_model
from dialog.understanding.context import fixed_reading
from dialog.understanding.normalise import normalise

_TAIL = Expectation(ExpectKind.DIGITS, min_digits=4, max_digits=4)
_WAYBILL_SIGNS = 12  # the shortest waybill of a large carrier
_ASKED = np.array([3.0, 1.0, 1.0, 0.3], np.float32)
_NUMBER_SIGN = "[零一二三四五六七八九两洞拐勾a-z]"
_LABELLED = re.compile(
    r"^(?:[嗯呃额啊哦那是对好喂,]|那个|就是|你好|我想查|帮我查|查一下|查)*(?:我|我的|他的|收件人的?)?"
    r"(?P<tail>(?:手机|电话|单号)?号?(?:码)?(?:尾号|后四位))?"
    r"(?:快递单号|运单号|订单号|单号|手机号码?|电话号码|电话|手机|号码)?(?:就?是|呢|,|叫)*"
    rf"(?:{_NUMBER_SIGN}[, ]?)+(?:的|那个|的那个|啊|呃|嗯|,)*$"
)
"""A number given by the caller's own accord: what it is, and its digits."""


class TurnReading(NamedTuple):
    """How a text stands, and the probability that it does; what a rule decides is certain."""

    state: TurnState
    certainty: float = 1.0


def read_turn(text: str, expect: Expectation) -> TurnReading:
    """Judge an interim text against the question in the air; any text gives an answer, an empty one ``unfinished``."""
    flat = normalise(text)
    asked = expect.kind in (ExpectKind.YES_NO, ExpectKind.CHOICE)
    state = _by_rule(text, flat, expect, asked=asked)
    return TurnReading(state) if state else _by_model(flat, asked=asked)


def turn_state(text: str, expect: Expectation) -> TurnState:
    """The state of ``read_turn`` alone."""
    return read_turn(text, expect).state


def _by_rule(text: str, flat: str, expect: Expectation, *, asked: bool) -> TurnState | None:
    """What answers, murmurs, fillers, pleas for time and digits are; None for other words."""
    if not flat:
        return "unfinished"
    if asked and (signals.is_answer(flat) or fixed_reading(flat, expect)):
        return "finished"
    if signals.is_murmur(flat):
        return "backchannel"
    if signals.is_filler(flat):
        return "unfinished"
    if signals.asks_for_time(flat):
        return "wait"
    return _number_reading(text, flat, expect)


def hesitates(text: str) -> bool:
    """Whether a murmur may be the beginning of a sentence (嗯…): no word, only sounds."""
    return signals.is_only_sound(normalise(text))


def _by_model(flat: str, *, asked: bool) -> TurnReading:
    """The model's reading; an answer to a question of few words is seldom broken off."""
    probabilities = turn_model().read(flat)
    if asked:
        probabilities = probabilities * _ASKED
    likeliest = int(probabilities.argmax())
    return TurnReading(STATES[likeliest], float(probabilities[likeliest] / probabilities.sum()))


def _number_reading(text: str, flat: str, expect: Expectation) -> TurnState | None:
    """How digits stand: with a question for a number, or given of the caller's own accord; None for other words."""
    if not _holds_digits(text):
        return None
    if expect.kind in (ExpectKind.NUMBER, ExpectKind.DIGITS):
        return _number_state(text, expect)
    label = _LABELLED.match(flat)
    if label is None:
        return None
    wanted = _TAIL if label["tail"] else Expectation(ExpectKind.NUMBER)
    long_enough = sum(char.isascii() and char.isalnum() for char in read_line(text).text) >= _WAYBILL_SIGNS
    return "finished" if long_enough else _number_state(text, wanted)


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
