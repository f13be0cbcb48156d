"""破损、少件: registered at once, what to keep, photos by link."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.identity import Item
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind


def begin(t: Turn) -> None:
    """Register; fresh goods have a faster way."""
    parcel = t.parcel
    if parcel is not None and parcel.perishable:
        t.begin("perishable", intent="perishable")
        return
    process.start(t, OrderKind.DAMAGE, issue=t.memory.get("issue_desc", ""), goods=t.memory.get("goods_type", ""))


def opened(t: Turn) -> None:
    """Say what to keep before it is thrown away."""
    if process.opened(t, "damage.opened"):
        t.say("damage.keep")
        process.offer_link(t, "photo", Item.CLAIM, "link_sent")


def link_sent(t: Turn) -> None:
    """The link is on its way, or not."""
    process.link_sent(t, "damage.link_sent")


SCENE = Scene(
    name="damage",
    begin=begin,
    intents=("damage",),
    request="包裹破损或少件",
    whisper="破损或少件",
    steps={"opened": opened, "link_sent": link_sent},
    next_step="查看照片,核对责任,说明理赔流程",
)
