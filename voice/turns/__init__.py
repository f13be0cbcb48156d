"""Turn-taking: who may speak now; a pure policy on an injected clock."""

from voice.turns.decision import Act, Decision, Piece
from voice.turns.policy import TurnPolicy
from voice.turns.timing import TurnTiming

__all__ = ["Act", "Decision", "Piece", "TurnPolicy", "TurnTiming"]
