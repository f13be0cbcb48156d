"""What ``hotline doctor`` found out about one thing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from voice.config import Settings

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    name: str
    state: str
    text: str


Check = Callable[[Settings], Awaitable[Finding]]
"""Looks at one thing; what it raises becomes a finding, too."""
