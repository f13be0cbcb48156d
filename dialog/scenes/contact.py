"""快递员、网点联系方式: what the table allows, and a courier who calls back."""

from __future__ import annotations

from dialog.engine.questions import YES_NO
from dialog.engine.scene import Scene
from dialog.engine.turn import Turn
from dialog.scenes import connect, process
from logistics_client.vocabulary import OrderKind, Stage


def begin(t: Turn) -> None:
    """The courier's number for the receiver, the outlet's for others."""
    told = t.say_first("contact.courier_phone", "contact.courier", "contact.outlet_phone", "contact.outlet")
    if not told:
        t.say("contact.none")
    if connect.offers(t, "courier", "outlet"):
        return
    if t.parcel is not None and t.parcel.stage in (Stage.OUT_FOR_DELIVERY, Stage.AT_OUTLET):
        t.ask("contact.offer_call", "call", YES_NO, sticky=False)


def call(t: Turn) -> None:
    """Have the courier call."""
    if t.answer.yes:
        process.start(t, OrderKind.URGE_DELIVERY, wish="请快递员给用户回电")


def opened(t: Turn) -> None:
    """The outlet passes it on."""
    process.opened(t, "contact.opened")


SCENE = Scene(
    name="contact",
    begin=begin,
    intents=("courier_contact",),
    request="要快递员或网点电话",
    whisper="要快递员电话",
    steps={"call": call, "opened": opened},
    suits=(Stage.OUT_FOR_DELIVERY,),
    next_step="协助联系快递员",
)
