"""Waybill formats: which carrier a number can belong to, the likeliest first.

Public tables disagree and domestic numbers carry no check digit, so a format only ranks candidates. The carrier is
decided by letters said, then by the name the caller gives, then by our own orders, then by this ranking.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from logistics_client.numbers.s10 import is_s10


@dataclass(frozen=True, slots=True)
class Format:
    """One shape of a carrier's waybills; a higher ``weight`` is a narrower, safer shape."""

    carrier: str
    pattern: re.Pattern[str]
    weight: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A carrier that a number can belong to; ``weight`` as in ``Format``."""

    carrier: str
    weight: int


def _format(carrier: str, pattern: str, weight: int) -> Format:
    return Format(carrier, re.compile(pattern), weight)


FORMATS: tuple[Format, ...] = (
    _format("yunque", r"YQ\d{13}", 100),
    _format("sf", r"SF\d{12,13}", 100),
    _format("yto", r"YT\d{13}", 100),
    _format("jt", r"JT\d{13}", 100),
    _format("jd", r"JD[A-Z0-9]{10,18}", 95),
    _format("jd", r"V[AC]\d{11}", 80),
    _format("sto", r"STO\d{10}", 95),
    _format("deppon", r"DPK\d{9,12}", 95),
    _format("danniao", r"DN\d{12}", 90),
    _format("cainiao", r"CA\d{9,12}", 60),
    _format("cainiao", r"LP\d{14,20}", 70),
    # Count the digits: 77... with 14 is 中通, with 13 or 15 it is 申通; tested before any general 13-digit shape.
    _format("zto", r"7[3-9]\d{12}", 90),
    _format("sto", r"77\d{11}", 90),
    _format("sto", r"77\d{13}", 90),
    _format("yunda", r"4[0-9]\d{11}", 80),
    _format("yunda", r"(58|31)\d{11}", 70),
    _format("sto", r"(22|33|44|55|66|88|99)\d{11}", 60),
    _format("ems", r"(1[01]|5[01]|9[5-9])\d{11}", 60),
    _format("yunda", r"[13]\d{12}", 50),
    _format("sto", r"11\d{11}", 45),
    _format("sf", r"\d{12}", 50),
    _format("zto", r"\d{12}", 30),
    _format("yunda", r"\d{13}", 20),
    _format("yunda", r"\d{15}", 20),
    _format("yto", r"[6-9]\d{17}", 40),
    _format("yto", r"[A-Z0-9]{2}(\d{8}|\d{10})", 25),
    _format("deppon", r"\d{8,10}", 15),
)

# Letters that the carrier's own name supplies when a caller reads the digits only, with the digits then needed.
_PREFIXES: dict[str, tuple[str, tuple[int, ...]]] = {
    "sf": ("SF", (13, 12)),
    "yto": ("YT", (13,)),
    "jt": ("JT", (13,)),
    "yunque": ("YQ", (13,)),
    "deppon": ("DPK", (12, 11, 10, 9)),
}


def cleaned(number: str) -> str:
    """Return a number as carriers write it: half-width, upper case, without spaces and dashes."""
    text = unicodedata.normalize("NFKC", number).upper()
    return "".join(char for char in text if char.isascii() and char.isalnum())


def candidates(number: str) -> tuple[Candidate, ...]:
    """Return the carriers whose format fits, the likeliest first; empty when none does."""
    waybill = cleaned(number)
    best: dict[str, int] = {}
    for shape in FORMATS:
        if shape.pattern.fullmatch(waybill):
            best[shape.carrier] = max(shape.weight, best.get(shape.carrier, 0))
    if is_s10(waybill):
        best["ems"] = 100
    ranked = sorted(best.items(), key=lambda item: -item[1])
    return tuple(Candidate(carrier, weight) for carrier, weight in ranked)


def completed_waybill(number: str, carrier: str) -> str | None:
    """Return the whole waybill of a named carrier, its letters supplied when only digits were said.

    Returns:
        The waybill, or None when this can be no number of that carrier.
    """
    waybill = cleaned(number)
    if any(candidate.carrier == carrier for candidate in candidates(waybill)):
        return waybill
    letters, lengths = _PREFIXES.get(carrier, ("", ()))
    if letters and waybill.isdigit() and len(waybill) in lengths:
        return letters + waybill
    return None
