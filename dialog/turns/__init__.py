"""Whether a turn is over by its meaning; turn-taking uses it beside the silence it measures."""

from dialog.turns.state import TurnState, turn_state

__all__ = ["TurnState", "turn_state"]
