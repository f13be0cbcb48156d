"""The engine: ``step(state, event) -> (state, effects)``, pure."""

from dialog.engine.dialogue import Dialogue
from dialog.engine.load import load_dialogue
from dialog.engine.state import DialogueState, Phase
from dialog.located_yaml import ConfigError

__all__ = ["ConfigError", "Dialogue", "DialogueState", "Phase", "load_dialogue"]
