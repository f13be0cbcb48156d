"""Questions that the knowledge file answers: prices, hours, invoices, who we are."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn


def begin(t: Turn) -> None:
    """Answer from the file; what it does not hold is not made up."""
    text = t.state.heard[-1].text if t.state.heard else ""
    entry = t.dialogue.knowledge.find(text)
    if entry is not None:
        t.remember(knowledge=entry)
        t.say("knowledge.answer")
    else:
        t.say("knowledge.unknown")


SCENE = Scene(
    name="knowledge",
    begin=begin,
    intents=("faq", "price_time"),
    needs_parcel=False,
    request="咨询业务问题",
    whisper="业务咨询",
    next_step="按知识库解答",
)
