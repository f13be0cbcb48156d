"""Who asks: what this room needs to know of a signed-in person or program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

# ``require("agent", "supervisor")`` gives the FastAPI dependency that returns a ``Person`` or refuses.
Require = Callable[..., Callable[..., Any]]

WORKERS = ("agent", "supervisor", "operations")
LEADS = ("supervisor", "operations")
PROGRAMS = ("operations",)


class Person(Protocol):
    """A signed-in person, or a program with an API key."""

    @property
    def name(self) -> str:
        """The name that goes into the ledger beside what was done."""

    @property
    def is_program(self) -> bool:
        """Whether an API key acts, not a person."""
