"""理赔: how it goes and how long it takes, never an amount."""

from __future__ import annotations

from dialog.engine.questions import YES_NO
from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.identity import Item, Leave
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind


def begin(t: Turn) -> None:
    """Explain, then offer to register."""
    running = t.running(OrderKind.CLAIM, OrderKind.PERISHABLE_CLAIM, OrderKind.DAMAGE, OrderKind.LOST_SEARCH)
    t.say("claim.rule")
    if running is not None:
        process.report(t, running)
    elif t.may(Item.CLAIM) is not Leave.YES:
        t.say("claim.owner_only")
    else:
        t.ask("claim.offer", "accepted", YES_NO)


def accepted(t: Turn) -> None:
    """Register the claim, or leave it."""
    if t.answer.yes:
        process.start(t, OrderKind.CLAIM, issue=t.memory.get("issue_desc", ""), value=t.memory.get("goods_value", ""))


def opened(t: Turn) -> None:
    """The claim is in the book; proofs by link."""
    if process.opened(t, "claim.opened"):
        process.offer_link(t, "photo", Item.CLAIM, "link_sent")


def link_sent(t: Turn) -> None:
    """The link is on its way, or not."""
    process.link_sent(t, "claim.link_sent")


SCENE = Scene(
    name="claim",
    begin=begin,
    intents=("claim",),
    request="咨询或申请理赔",
    whisper="要理赔",
    steps={"accepted": accepted, "opened": opened, "link_sent": link_sent},
    next_step="核对保价和凭证,说明核定方式,不报金额",
)
