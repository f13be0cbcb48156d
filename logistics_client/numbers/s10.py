"""International postal numbers after UPU S10: two letters, eight digits, a check digit, a country."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def check_digit(serial: str) -> int:
    """Return the check digit of an eight-digit serial (UPU S10-12: weights 8 6 4 2 3 5 9 7, modulus 11).

    Raises:
        ValueError: the serial is not eight digits.
    """
    if len(serial) != 8 or not (serial.isascii() and serial.isdigit()):
        raise ValueError("give the eight digits between the letters and the check digit")
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, serial, strict=True))
    rest = 11 - total % 11
    return {10: 0, 11: 5}.get(rest, rest)


def is_s10(number: str) -> bool:
    """Whether ``number`` has the shape and the right check digit."""
    return _SHAPE.fullmatch(number) is not None and check_digit(number[2:10]) == int(number[10])
