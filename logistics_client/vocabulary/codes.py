"""One-time codes: what became of six digits that somebody said."""

from __future__ import annotations

from enum import StrEnum


class CodeCheck(StrEnum):
    """Whether what was said is the code that was texted last."""

    RIGHT = "right"  # once; the same digits are spent afterwards
    WRONG = "wrong"
    SPENT = "spent"  # no code can be right any more: too old, guessed at too often, or used
