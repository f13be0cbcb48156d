"""内件不符: the contents are not what was sent."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.identity import Item
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind


def begin(t: Turn) -> None:
    """Register; sender and outlet compare."""
    process.start(t, OrderKind.WRONG_ITEM, issue=t.memory.get("issue_desc", ""))


def opened(t: Turn) -> None:
    """Say what to keep."""
    if process.opened(t, "wrong_item.opened"):
        t.say("wrong_item.keep")
        process.offer_link(t, "photo", Item.CLAIM, "link_sent")


def link_sent(t: Turn) -> None:
    """The link is on its way, or not."""
    process.link_sent(t, "damage.link_sent")


SCENE = Scene(
    name="wrong_item",
    begin=begin,
    intents=("wrong_item",),
    request="收到的东西不对",
    whisper="内件不符",
    steps={"opened": opened, "link_sent": link_sent},
    next_step="和寄件方核对内件",
)
