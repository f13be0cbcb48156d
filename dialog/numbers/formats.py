"""What the hearing of numbers must know about their shapes: a port for the carriers' formats, and where numbers end."""

from __future__ import annotations

import re
from typing import Protocol


class Plausibility(Protocol):
    """How well a whole number fits a known format: 0 not at all, 1 beyond doubt (``logistics_client.numbers``)."""

    def __call__(self, number: str) -> float:
        """Judge one number (digits and capital letters)."""


def unknown_formats(number: str) -> float:
    """The plausibility when no carrier formats are at hand: nothing fits."""
    return 0.0


# Shapes after which no further digit can come, whatever the carrier.
_CLOSED = re.compile(r"(?:SF|YT|JT|YQ)\d{13}|DN\d{12}|STO\d{10}|[A-Z]{2}\d{9}[A-Z]{2}|77\d{13}|7[345689]\d{12}|4\d{12}")
_MOBILE = re.compile(r"1[3-9]\d{9}")


def is_closed(number: str) -> bool:
    """Whether the number is at its end by its shape alone."""
    return _CLOSED.fullmatch(number) is not None


def is_mobile(number: str) -> bool:
    """Whether this is a whole mobile number."""
    return _MOBILE.fullmatch(number) is not None
