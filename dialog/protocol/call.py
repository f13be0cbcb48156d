"""What a call is about from outside, and the question in the air: the words that events and effects share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class HotlineProfile:
    """The hotline that the called number chose (``config/hotlines.yaml``)."""

    name: str
    brand: str
    called: str
    greeting: str
    skills: tuple[str, ...] = ("general",)
    agent_name: str = "人工客服"


@dataclass(frozen=True, slots=True)
class Staffing:
    """Whether a person can be reached now, and what to say when not."""

    open_now: bool
    person_reachable: bool
    wait_s: int | None = None  # honest estimate; None when unknown
    opens_at: datetime | None = None
    contacts: bool = False  # whether outlets and couriers can be rung through a line that hides both numbers


class ExpectKind(StrEnum):
    """What kind of answer the last question asks for; turn-taking and understanding both depend on it."""

    NOTHING = "nothing"
    OPEN = "open"
    YES_NO = "yes_no"
    CHOICE = "choice"
    DIGITS = "digits"  # a short number: tail, code, key answer
    NUMBER = "number"  # a waybill or phone number, in pieces


@dataclass(frozen=True, slots=True)
class Expectation:
    """The question in the air.

    ``candidates`` are the numbers that would make sense (the caller's own parcels), used to bias hearing.
    While ``keys`` is "digits", 0 is a digit and ``*`` is a person; else 0 is a person. The answer to a ``secret``
    question (a one-time code) is written nowhere: see ``masked``.
    """

    kind: ExpectKind = ExpectKind.OPEN
    name: str = ""  # the question's own name, e.g. "confirm_parcel"
    min_digits: int = 0
    max_digits: int = 0
    candidates: tuple[str, ...] = ()
    keys: str = "menu"
    no_input_s: float = 8.0
    secret: bool = False


MASK = "•"
"""Stands in the ledger where a digit of a secret was said or keyed."""
_SPOKEN_DIGITS = frozenset("0123456789零〇一二两三四五六七八九十百千万幺洞拐")


def masked(text: str) -> str:
    """Words with every digit hidden, also one that was only spoken; all else stays readable."""
    return "".join(MASK if char.isdigit() or char in _SPOKEN_DIGITS else char for char in text)
