"""A number heard over several turns, with every correction applied: ``capture = capture.add(text, tokens)``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from dialog.numbers.formats import Plausibility, is_closed, unknown_formats
from dialog.numbers.remarks import (
    Clear,
    Digits,
    Group,
    Instead,
    LeftOut,
    Over,
    Place,
    Step,
    TooMany,
    Total,
    Wrong,
    steps,
)
from dialog.numbers.signs import Line, Sign, read_line, second_thoughts
from dialog.protocol import Expectation, Heard, HeardToken

_OVERLAP = 3
"""Digits that must agree at a joint before the repeated part is dropped."""

_SHORTEST_WHOLE = 10
"""No waybill or phone is shorter; a 后四位 said after so many digits replaces them."""

Signs = tuple[Sign, ...]


def _text(signs: Iterable[Sign]) -> str:
    return "".join(sign.char for sign in signs)


@dataclass(frozen=True, slots=True)
class Open:
    """What the next digits will replace: the last run, one place, or the first or last few."""

    kind: Literal["run", "place", "head", "tail"]
    at: int = 0


@dataclass(frozen=True, slots=True)
class Homeless:
    """Corrected digits whose position must be asked for; ``missing`` ones are put in, others replace."""

    signs: Signs
    missing: bool = False


@dataclass(frozen=True, slots=True)
class NumberCapture:
    """The number so far.

    ``signs`` are its digits and letters; ``last_run`` is where the newest run begins; ``pieces`` are the texts heard.
    ``open_edit`` waits for the digits of a correction; ``homeless`` waits for a position (``unsure`` says so).
    ``total`` is the length the caller named. ``twice`` are digits dropped at a joint as said twice, and where: when
    the number turns out too short without them, they come back.
    """

    signs: Signs = ()
    pieces: tuple[str, ...] = ()
    min_digits: int = 0
    max_digits: int = 0
    candidates: tuple[str, ...] = ()
    plausible: Plausibility = unknown_formats
    last_run: int = 0
    open_edit: Open | None = None
    homeless: Homeless | None = None
    total: int = 0
    over: bool = False
    corrections: int = 0
    twice: tuple[int, Signs] | None = None

    @classmethod
    def start(cls, expect: Expectation, plausible: Plausibility = unknown_formats) -> NumberCapture:
        """An empty capture for the question in the air."""
        return cls(
            min_digits=expect.min_digits,
            max_digits=expect.max_digits,
            candidates=expect.candidates,
            plausible=plausible,
        )

    @property
    def digits(self) -> str:
        """Digits and capital letters so far, corrections applied."""
        return _text(self.signs)

    @property
    def confidences(self) -> tuple[float, ...]:
        """One confidence per character of ``digits``."""
        return tuple(sign.confidence for sign in self.signs)

    @property
    def tokens(self) -> tuple[HeardToken, ...]:
        """The digits with their confidences, as ``rank_candidates`` takes them."""
        return tuple(HeardToken(sign.char, sign.confidence) for sign in self.signs)

    @property
    def unsure(self) -> bool:
        """Whether a correction did not say which digit it means, so the position must be asked for."""
        return self.homeless is not None

    @property
    def complete(self) -> bool:
        """Whether the number is at its end, so that nobody needs to wait for more."""
        number = self.digits
        if not number or self.open_edit is not None or self.unsure:
            return False
        if self.total:
            return len(number) >= self.total
        if self.over or number in self.candidates or is_closed(number):
            return len(number) >= self.min_digits
        return bool(self.max_digits) and len(number) >= self.max_digits

    def add(self, text: str, tokens: tuple[HeardToken, ...] = ()) -> NumberCapture:
        """The capture after one more turn of the caller."""
        line = read_line(text, tokens)
        capture = replace(self, pieces=(*self.pieces, text))
        heard = capture._read(line)
        if heard.complete or not heard.signs:
            return heard
        # 嗯 and 二 sound alike; only a number that comes to its end in one single way is read so
        others = {other.digits: other for other in map(capture._read, second_thoughts(line)) if other._is_shaped}
        return next(iter(others.values())) if len(others) == 1 else heard

    def _read(self, line: Line) -> NumberCapture:
        capture = self
        first = True
        for step in steps(line):
            capture = capture._apply(step, first_run=first)
            first = first and not isinstance(step, Digits)
        return capture._with_twice_said()

    @property
    def _is_shaped(self) -> bool:
        return self.complete and (self.digits in self.candidates or is_closed(self.digits))

    def _with_twice_said(self) -> NumberCapture:
        """The number with a dropped overlap put back, when only so it has the shape of a number."""
        if self.twice is None or is_closed(self.digits):
            return self
        at, dropped = self.twice
        whole = replace(self, signs=(*self.signs[:at], *dropped, *self.signs[at:]), twice=None)
        better = is_closed(whole.digits) or self.plausible(whole.digits) > self.plausible(self.digits)
        return whole if better else self

    def _apply(self, step: Step, *, first_run: bool) -> NumberCapture:
        match step:
            case Digits():
                return self._run(step, first_run=first_run)
            case Clear():
                if not step.hard and self.open_edit is not None and self.open_edit.kind != "run":
                    return self
                return replace(
                    self, signs=(), last_run=0, open_edit=None, homeless=None, over=False, twice=None
                )._corrected()
            case Wrong():
                return replace(self, open_edit=self.open_edit or Open("run"), over=False) if self.signs else self
            case Instead():
                return self._instead(step)
            case Place():
                return self._place(step)
            case Group():
                return self._group(step)
            case LeftOut():
                if step.at_end:
                    return self._put(len(self.signs), len(self.signs), (step.sign,))
                return replace(self, homeless=Homeless((step.sign,), missing=True), open_edit=None)
            case TooMany():
                return self._without(step.char)
            case Total():
                return replace(self, total=step.size)
            case Over():
                return replace(self, over=True)

    def _corrected(self) -> NumberCapture:
        return replace(self, corrections=self.corrections + 1)

    def _put(self, start: int, end: int, new: Signs) -> NumberCapture:
        signs = (*self.signs[:start], *new, *self.signs[end:])
        return replace(
            self, signs=signs, open_edit=None, homeless=None, last_run=min(self.last_run, start)
        )._corrected()

    def _run(self, step: Digits, *, first_run: bool) -> NumberCapture:
        new = step.signs
        if self.open_edit is not None and not step.follows:
            return self._mend(self.open_edit, new)
        if self._is_restatement(new):
            return replace(self, signs=new, last_run=0)
        shared = self._overlap(new) if first_run and not step.follows else 0
        start = len(self.signs) - shared
        twice = (start, new[:shared]) if shared else self.twice
        return replace(self, signs=(*self.signs[:start], *new), last_run=start, open_edit=None, twice=twice)

    def _is_restatement(self, new: Signs) -> bool:
        """A whole number said again after a whole number: the newer one counts."""
        limit = self.total or self.max_digits
        shortest = limit if 0 < limit <= 8 else max(self.min_digits, 8)
        if not self.signs or len(new) < shortest:
            return False
        if self.complete or 0 < limit < len(self.signs) + len(new):
            return True
        return self.plausible(self.digits) > 0 and self.plausible(_text(new)) > 0

    def _overlap(self, new: Signs) -> int:
        """How many digits at the joint were said twice."""
        old, added = self.digits, _text(new)
        for size in range(min(len(old), len(added)), _OVERLAP - 1, -1):
            joint = added[:size]
            if old.endswith(joint) and len(set(joint)) > 1:
                whole, merged = old + added, old + added[size:]
                return 0 if self.plausible(whole) > self.plausible(merged) else size
        return 0

    def _mend(self, edit: Open, new: Signs) -> NumberCapture:
        length = len(self.signs)
        if edit.kind == "place":
            return self._put(edit.at, edit.at + 1, new) if len(new) == 1 else self._mend(Open("run"), new)
        if edit.kind == "head":
            return self._put(0, edit.at, new)
        if edit.kind == "tail":
            return self._put(max(0, length - edit.at), length, new)
        newest = length - self.last_run
        if len(new) >= max(8, length - 2):
            return self._put(0, length, new)
        return self._put(length - min(len(new), newest) if len(new) < newest else self.last_run, length, new)

    def _instead(self, step: Instead) -> NumberCapture:
        if step.place is not None and len(step.right) == 1:
            return self._place(Place(step.place, step.right[0]))
        at = self._where(step.wrong, step.middle)
        if at is None and self._where(_text(step.right), step.middle) is not None:
            return replace(self, open_edit=None)
        if at is None:
            return replace(self, homeless=Homeless(step.right), open_edit=None) if self.signs else self
        return self._put(at, at + len(step.wrong), step.right)

    def _where(self, wrong: str, middle: bool) -> int | None:
        """The last place where the wrong digits stand; the one nearest the middle when the caller said so."""
        number = self.digits
        places = [at for at in range(len(number) - len(wrong) + 1) if number.startswith(wrong, at)]
        if not places:
            return None
        centre = (len(number) - len(wrong)) / 2
        return min(places, key=lambda at: abs(at - centre)) if middle else places[-1]

    def _place(self, step: Place) -> NumberCapture:
        length = len(self.signs)
        # Callers count the digits, not the letters before them.
        letters = length - len(self.digits.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        at = step.index + (letters if step.index >= 0 else length)
        waiting = self.homeless
        if step.sign is not None:
            waiting = Homeless((step.sign,))
        if not length:
            return replace(self, signs=waiting.signs if waiting else ())
        if not 0 <= at < length:
            return replace(self, homeless=waiting, open_edit=None)
        if waiting is None:
            return replace(self, open_edit=Open("place", at))
        if waiting.missing:
            at = at + 1 if step.index < 0 else at
            return self._put(at, at, waiting.signs)
        return self._put(at, at + len(waiting.signs), waiting.signs)

    def _group(self, step: Group) -> NumberCapture:
        length = len(self.signs)
        if not step.signs:
            return replace(self, open_edit=Open("tail" if step.last else "head", min(step.size, length)))
        if not self._is_repair(step):
            return self._run(Digits(step.signs, follows=True), first_run=True)
        size = min(step.size, length)
        return self._put(length - size, length, step.signs) if step.last else self._put(0, size, step.signs)

    def _is_repair(self, step: Group) -> bool:
        """Whether a named group replaces digits that were heard, or only says where the next ones belong."""
        length = len(self.signs)
        if length < step.size:
            return False
        if step.repaired or self.open_edit is not None:
            return True
        whole = self.digits + _text(step.signs)
        limit = self.total or self.max_digits
        if limit:
            return len(whole) > limit
        if step.follows or self.plausible(whole) > self.plausible(self.digits):
            return False
        return length >= _SHORTEST_WHOLE

    def _without(self, char: str) -> NumberCapture:
        number = self.digits
        at = number.rfind(char * 2)
        at = at if at >= 0 else number.rfind(char)
        return self if at < 0 else self._put(at, at + 1, ())


def hear_number(
    pieces: Iterable[Heard], expect: Expectation, plausible: Plausibility = unknown_formats
) -> NumberCapture:
    """Read a number from all turns since it was asked for."""
    capture = NumberCapture.start(expect, plausible)
    for piece in pieces:
        capture = capture.add(piece.text, piece.tokens)
    return capture
