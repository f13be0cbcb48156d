"""商家: many parcels are never read out; a list by link, one case for all, or the account's own queue."""

from __future__ import annotations

from dialog.engine.handover import reach_person
from dialog.engine.questions import CHOICE
from dialog.engine.scene import Scene
from dialog.engine.state import Choice
from dialog.engine.turn import Turn
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind

_CHOICES = (
    Choice("list", "1", ("清单", "列表", "链接", "发给我")),
    Choice("case", "2", ("一起", "批量", "统一", "全部", "都催")),
    Choice("one", "3", ("一件", "单个", "单号", "其中")),
    Choice("person", "4", ("专属", "客户经理", "对接")),
)


def begin(t: Turn) -> None:
    """Four ways, none of which reads numbers aloud."""
    if t.state.parcels:  # the link is sent on behalf of one of them
        t.update(waybill=t.state.parcels[0].waybill)
    t.say_first("merchant.hello", "merchant.hello_plain")
    t.ask("merchant.choice", "chosen", CHOICE, choices=_CHOICES, sticky=False)


def chosen(t: Turn) -> None:
    """Go where the merchant wants."""
    match t.answer.choice:
        case "list":
            t.send_link("merchant", "list_sent")
        case "case":
            t.update(waybill=None)
            process.start(t, OrderKind.CALL_BACK, reason="商家批量处理", parent="yes")
        case "one":
            t.begin("identify", intent="other_parcel")
        case "person":
            reach_person(t, "merchant", "merchant")


def list_sent(t: Turn) -> None:
    """The list goes to the account's phone."""
    process.link_sent(t, "merchant.list_sent")


def opened(t: Turn) -> None:
    """One case for all parcels."""
    process.opened(t, "merchant.opened")


SCENE = Scene(
    name="merchant",
    begin=begin,
    needs_parcel=False,
    request="商家批量件处理",
    whisper="商家来电",
    steps={"chosen": chosen, "list_sent": list_sent, "opened": opened},
    next_step="按商家账号统一处理",
)
