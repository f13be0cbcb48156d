"""Out of scope: say so in one sentence, and what can be done here."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn


def begin(t: Turn) -> None:
    """No small talk and no guessing."""
    t.say("outside.scope")


SCENE = Scene(name="outside", begin=begin, intents=("out_of_domain",), needs_parcel=False)
