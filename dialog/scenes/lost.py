"""疑似丢件: the last valid record, a search that really starts, the outlet informed, proof by link."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.identity import Item
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind

_STILL_MOVING_HOURS = 48.0


def begin(t: Turn) -> None:
    """Search what is silent; show that what moves is not lost."""
    parcel = t.own_parcel
    if parcel.stage.is_signed:
        t.begin("signed", intent="signed_not_received")
        return
    facts = t.view().derived
    if facts is not None and facts.hours_since is not None and facts.hours_since < _STILL_MOVING_HOURS:
        t.say("lost.still_moving")
        t.begin("track", intent="eta")
        return
    t.say_first("lost.last", "track.stage", "track.nothing")
    process.start(t, OrderKind.LOST_SEARCH)


def opened(t: Turn) -> None:
    """The search runs; what proves the value is collected by link."""
    if process.opened(t, "lost.opened"):
        process.offer_link(t, "photo", Item.CLAIM, "link_sent")


def link_sent(t: Turn) -> None:
    """The link is on its way, or not."""
    process.link_sent(t, "lost.link_sent")


SCENE = Scene(
    name="lost",
    begin=begin,
    intents=("lost",),
    request="怀疑包裹丢失,要求查找",
    whisper="疑似丢件",
    steps={"opened": opened, "link_sent": link_sent},
    next_step="确认最后有效节点,推进查找,告知理赔流程",
)
