"""Two likely readings of one utterance: ask which, never guess."""

from __future__ import annotations

from dialog.engine.questions import CHOICE
from dialog.engine.scene import Scene
from dialog.engine.state import Choice
from dialog.engine.turn import Turn


def begin(t: Turn) -> None:
    """Name both readings in plain words."""
    first, second = t.memory["reading1"], t.memory["reading2"]
    words = [t.dialogue.intent_words(first), t.dialogue.intent_words(second)]
    t.remember(first_intent=first, second_intent=second, reading1=words[0], reading2=words[1])
    choices = (
        Choice("first", "1", ("第一", "前一个", "前面", words[0])),
        Choice("second", "2", ("第二", "后一个", "后面", words[1])),
    )
    t.ask("either.ask", "chosen", CHOICE, choices=choices, sticky=False)


def chosen(t: Turn) -> None:
    """Serve the one that was meant."""
    intent = t.memory["first_intent" if t.answer.choice == "first" else "second_intent"]
    t.begin(t.dialogue.scene_for(intent).name, intent=intent)


SCENE = Scene(name="either", begin=begin, needs_parcel=False, steps={"chosen": chosen})
