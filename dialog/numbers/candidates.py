"""Which of the caller's own parcels was meant: one misheard digit still finds it, two near ones are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dialog.numbers.formats import Plausibility, unknown_formats
from dialog.protocol import HeardToken

# Digits that sound alike on a telephone line (幺 and 七 only when 一 was said; 六 and 九 share their vowel).
_ALIKE = {
    frozenset(pair): cost
    for pair, cost in (("69", 0.5), ("17", 0.5), ("06", 0.75), ("34", 0.75), ("19", 0.75), ("28", 0.8), ("01", 0.8))
}
_MISHEARD = 1.0
_LOST = 0.9
_LOST_TWIN = 0.6
"""A digit lost beside its twin: 八八 is easily heard as one 八."""

_SHORT_LIMIT = 1.0
_LONG_LIMIT = 2.2
_LIMIT_PER_DIGIT = 0.28
"""Two unrelated numbers of fourteen digits are seven or more apart, a badly heard one is less than four."""

_MARGIN = 0.75
_MARGIN_SHARE = 0.5
"""The worse the best fits, the clearer it must stand before the next."""

_SURELY_ANOTHER = 0.8
"""Plausibility from which a number that is no candidate is taken for a parcel of its own."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One number that may have been meant; ``cost`` is 0 when heard exactly, about 1 per misheard digit."""

    number: str
    cost: float

    @property
    def exact(self) -> bool:
        """Whether every digit was heard."""
        return self.cost == 0


@dataclass(frozen=True, slots=True)
class Match:
    """The decision: take one, ask between several, or none fits."""

    kind: Literal["one", "several", "none"]
    candidates: tuple[Candidate, ...] = ()


def rank_candidates(
    digits: str,
    tokens: tuple[HeardToken, ...],
    candidates: Sequence[str],
    plausibility: Plausibility = unknown_formats,
) -> tuple[Candidate, ...]:
    """The candidates that the heard digits can be, best first.

    Up to six digits are compared with the candidates' last digits (尾号), more with the whole number; letters count
    only when the caller said letters. A digit heard with low confidence costs less to change. Digits that are a
    whole, well-formed other number are never bent into a candidate.
    """
    heard = digits.upper()
    if not heard:
        return ()
    sure = _confidences(heard, tokens)
    is_tail = len(heard) <= 6
    ranked = sorted(
        (
            Candidate(number, _cost(heard, sure, _compared(number, heard, is_tail)))
            for number in dict.fromkeys(candidates)
        ),
        key=lambda candidate: candidate.cost,
    )
    fitting = tuple(candidate for candidate in ranked if candidate.cost <= _limit(candidate.number, is_tail=is_tail))
    if fitting and fitting[0].cost > _MISHEARD and plausibility(heard) >= _SURELY_ANOTHER:
        return ()
    return fitting


def _limit(number: str, *, is_tail: bool) -> float:
    """The highest cost at which this may be the number meant."""
    return _SHORT_LIMIT if is_tail else max(_LONG_LIMIT, _LIMIT_PER_DIGIT * len(number))


def decide(ranked: Sequence[Candidate]) -> Match:
    """One when it stands clear of the next, several when two are near, none when nothing fits; never a guess."""
    if not ranked:
        return Match("none")
    margin = max(_MARGIN, _MARGIN_SHARE * ranked[0].cost)
    near = tuple(candidate for candidate in ranked if candidate.cost - ranked[0].cost < margin)
    if ranked[0].exact:
        near = tuple(candidate for candidate in near if candidate.exact)
    return Match("one" if len(near) == 1 else "several", near)


def _compared(number: str, heard: str, is_tail: bool) -> str:
    plain = number.upper()
    if is_tail:
        return plain[-len(heard) :]
    return plain if heard[0].isalpha() else plain.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _confidences(heard: str, tokens: tuple[HeardToken, ...]) -> tuple[float, ...]:
    sure = tuple(token.confidence for token in tokens)
    return sure if len(sure) == len(heard) else (1.0,) * len(heard)


def _cost(heard: str, sure: Sequence[float], meant: str) -> float:
    """Edit distance with telephone costs."""
    row = [0.0]
    for at, char in enumerate(meant):
        row.append(row[-1] + (_LOST_TWIN if at and meant[at - 1] == char else _LOST))
    for at, char in enumerate(heard):
        extra = _LOST_TWIN if at and heard[at - 1] == char else _LOST
        new = [row[0] + extra]
        for place, wanted in enumerate(meant):
            swap = 0.0 if char == wanted else _ALIKE.get(frozenset((char, wanted)), _MISHEARD) * (0.4 + 0.6 * sure[at])
            twin = place > 0 and meant[place - 1] == wanted
            new.append(min(row[place] + swap, row[place + 1] + extra, new[place] + (_LOST_TWIN if twin else _LOST)))
        row = new
    return row[-1]
