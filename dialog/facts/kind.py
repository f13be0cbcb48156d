"""What a fact is: a name, a source, who may hear it, and an example for the linter and the documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dialog.facts.view import View
from dialog.identity import Item, Leave


@dataclass(frozen=True, slots=True)
class FactKind:
    """One thing that can be said.

    ``read`` returns None when the source is silent; ``item`` is the column of the who-may-hear table that must say
    yes; ``private`` text never leaves this machine (names, addresses, full numbers, codes).
    """

    name: str
    read: Callable[[View], str | None]
    example: str
    item: Item | None = None
    private: bool = False

    def value(self, view: View) -> str | None:
        """Read the fact for this caller; None when there is no source or no right to hear it."""
        if self.item is not None and view.leave(self.item) is not Leave.YES:
            return None
        return self.read(view) or None
