"""代收货款、到付、运费争议: checked before anybody argues about money."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind


def begin(t: Turn) -> None:
    """Have it checked."""
    process.start(t, OrderKind.FEE_CHECK, issue=t.memory.get("issue_desc", ""))


def opened(t: Turn) -> None:
    """A specialist answers."""
    if process.opened(t, "fee.opened"):
        t.say("fee.meanwhile")


SCENE = Scene(
    name="fee",
    begin=begin,
    intents=("fee_cod",),
    request="费用有争议",
    whisper="费用争议",
    steps={"opened": opened},
    next_step="核对运费、到付和代收货款",
)
