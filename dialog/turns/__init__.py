"""How a caller's words stand: whether the turn is over by its meaning, whether words over the bot are meant for it."""

from dialog.turns.claim import FloorClaim, floor_claim, is_new_thought
from dialog.turns.model import TurnState
from dialog.turns.state import TurnReading, hesitates, read_turn, turn_state

__all__ = [
    "FloorClaim",
    "TurnReading",
    "TurnState",
    "floor_claim",
    "hesitates",
    "is_new_thought",
    "read_turn",
    "turn_state",
]
