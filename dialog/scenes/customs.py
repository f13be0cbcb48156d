"""清关: whether it will be sent back first, then the missing paper, then the link."""

from __future__ import annotations

from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.identity import Item
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind, Stage


def begin(t: Turn) -> None:
    """Answer the fear before the question."""
    parcel = t.own_parcel
    if not parcel.stage.is_customs:
        t.say("customs.not_there")
        t.begin("track", intent="track")
        return
    t.say("customs.return_first")
    if t.say("customs.missing") and process.offer_link(t, "customs", Item.CLAIM, "link_sent"):
        return
    process.start(t, OrderKind.CUSTOMS_HELP)


def link_sent(t: Turn) -> None:
    """Papers are never read aloud and only filed in the official app; without a link a specialist helps."""
    if not process.link_sent(t, "customs.link_sent"):
        process.start(t, OrderKind.CUSTOMS_HELP)


def opened(t: Turn) -> None:
    """The customs team has it."""
    process.opened(t, "customs.opened")


SCENE = Scene(
    name="customs",
    begin=begin,
    intents=("customs",),
    request="包裹清关受阻",
    whisper="清关缺资料",
    steps={"link_sent": link_sent, "opened": opened},
    suits=(Stage.CUSTOMS_HELD, Stage.CUSTOMS_PENDING, Stage.CUSTOMS_CLEARING),
    next_step="核对缺少的清关资料,告知提交方式",
)
