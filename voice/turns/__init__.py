"""Turn-taking: who may speak now; a pure policy on an injected clock."""

from voice.turns.policy import Decision, TurnPolicy
from voice.turns.timing import TurnTiming

__all__ = ["Decision", "TurnPolicy", "TurnTiming"]
