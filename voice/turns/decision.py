"""What the turn policy decides: acts, their reasons, and the words of a turn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What the call should do now."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    END_TURN = "end_turn"
    ACKNOWLEDGE = "acknowledge"
    FILL = "fill"
    NO_INPUT = "no_input"
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class Piece:
    """One recognised piece of a turn, with the confidence of every token."""

    text: str
    confidence: float
    tokens: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """One act with its reason; ``pieces`` are set for ``END_TURN``.

    ``earlier`` is how many of the pieces were a turn of their own that the caller then continued: what was answered to
    it is to be withdrawn.
    """

    act: Act
    reason: str = ""
    pieces: tuple[Piece, ...] = ()
    earlier: int = 0

    @property
    def text(self) -> str:
        """The whole turn's text."""
        return "".join(piece.text for piece in self.pieces)
