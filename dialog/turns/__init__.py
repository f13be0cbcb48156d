"""Whether a turn is over by its meaning; turn-taking uses it beside the silence it measures."""

from dialog.turns.model import TurnState
from dialog.turns.state import Reading, read_turn, turn_state

__all__ = ["Reading", "TurnState", "read_turn", "turn_state"]
