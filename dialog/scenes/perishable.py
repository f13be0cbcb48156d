"""生鲜延误: feeling first, then the priority claim, then what to photograph now."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.identity import Item
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind


def begin(t: Turn) -> None:
    """The specialist is called before anything is discussed."""
    t.say_first("perishable.late")
    process.start(t, OrderKind.PERISHABLE_CLAIM, goods=t.memory.get("goods_type", ""))


def opened(t: Turn) -> None:
    """Fresh goods change by the hour: say what to photograph now."""
    if process.opened(t, "perishable.opened"):
        t.say("perishable.photos")
        process.offer_link(t, "photo", Item.CLAIM, "link_sent")


def link_sent(t: Turn) -> None:
    """The link is on its way, or not."""
    process.link_sent(t, "damage.link_sent")


SCENE = Scene(
    name="perishable",
    begin=begin,
    intents=("perishable",),
    request="生鲜包裹延误或坏损",
    whisper="生鲜理赔",
    steps={"opened": opened, "link_sent": link_sent},
    next_step="优先联系用户,确认货损,走生鲜理赔",
)
