"""The key menu: for a caller whom we cannot hear."""

from __future__ import annotations

from dialog.engine.questions import CHOICE
from dialog.engine.scene import Scene
from dialog.engine.state import Choice
from dialog.engine.turn import Turn

_CHOICES = (
    Choice("track", "1", ("查件", "查快递", "到哪")),
    Choice("urge_delivery", "2", ("催派", "催件", "催")),
    Choice("complaint", "3", ("投诉",)),
)


def begin(t: Turn) -> None:
    """Offer the keys."""
    t.ask("menu.choice", "chosen", CHOICE, choices=_CHOICES, sticky=False)


def chosen(t: Turn) -> None:
    """Go where the key leads."""
    intent = t.answer.choice or "track"
    t.begin(t.dialogue.scene_for(intent).name, intent=intent)


SCENE = Scene(name="menu", begin=begin, needs_parcel=False, steps={"chosen": chosen})
