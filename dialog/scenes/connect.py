"""接通网点、快递员 within the outlet's hours, over a line that hides both numbers; else what helps instead."""

from __future__ import annotations

from collections.abc import Callable

from dialog.engine.handover import reach_outside
from dialog.engine.questions import CHOICE, OPEN, YES_NO
from dialog.engine.scene import Scene
from dialog.engine.state import Choice
from dialog.engine.turn import Turn
from dialog.facts.outlet_hours import is_open
from dialog.identity import Item, Leave
from dialog.scenes import process
from logistics_client.vocabulary import OrderKind, Parcel, Stage

_COURIER, _OUTLET = "courier", "outlet"
_OFFERS = {_COURIER: "connect.offer_courier", _OUTLET: "connect.offer_outlet"}
_CALLS_BACK = {_COURIER: "contact.offer_call", _OUTLET: "connect.offer_call"}
_OPENED = {_COURIER: "contact.opened", _OUTLET: "connect.opened"}
_WISHES = {_COURIER: "请快递员给用户回电", _OUTLET: "请网点给用户回电"}
_UNREACHED = {"no_answer": "connect.no_answer", "lost": "connect.lost"}
_RIGHTS = {_COURIER: Item.COURIER_PHONE, _OUTLET: Item.TRACE}
_CALL_ME = Choice("call", "3", ("给我打", "打给我", "给我回", "让他打", "回电", "打电话给我"))
_URGE = Choice("urge", "1", ("催派", "催一下", "催"))
_MESSAGE = Choice("message", "2", ("留言", "转告", "记下"))
_NONE = Choice("none", "3", ("不用", "算了", "不要", "没事", "没了"))


def offers(t: Turn, *wishes: str) -> bool:
    """Offer to connect the first of ``courier`` and ``outlet`` who can be reached; False when none can be."""
    parcel = t.parcel
    if parcel is None or not t.call.staffing.contacts or t.state.queued is not None:
        return False
    if "connect.unreachable" in t.state.said or is_open(parcel.outlet, t.now) is None:
        return False
    whom = next((whom for whom in wishes if _may_reach(t, parcel, whom)), None)
    if whom is not None:
        t.begin("connect", intent=t.topic.intent, whom=whom)
    return whom is not None


def _may_reach(t: Turn, parcel: Parcel, whom: str) -> bool:
    return bool(_number(parcel, whom)) and t.may(_RIGHTS[whom]) is Leave.YES


def _number(parcel: Parcel, whom: str) -> str:
    phone = (parcel.courier.phone if parcel.courier else None) if whom == _COURIER else None
    if whom == _OUTLET and parcel.outlet is not None:
        phone = parcel.outlet.phone
    digits = (phone or "").replace("-", "").replace(" ", "")
    return digits if digits.isascii() and digits.isdigit() else ""


def begin(t: Turn) -> None:
    """Now, when they are there; else when they open, and what can be done until then."""
    whom, parcel = t.memory["whom"], t.own_parcel
    if is_open(parcel.outlet, t.now):
        t.ask(_OFFERS[whom], "answered", YES_NO, choices=(_CALL_ME,), sticky=False)
    else:
        t.say("connect.closed")
        t.ask("connect.meanwhile", "chosen", CHOICE, choices=(_URGE, _MESSAGE, _NONE), sticky=False)


def answered(t: Turn) -> None:
    """「要我帮您接通吗」."""
    parcel, whom = t.parcel, t.memory["whom"]
    if t.answer.choice == "call":
        _have_them_call(t)
    elif t.answer.yes and parcel is not None:
        reach_outside(t, f"{whom}:{_number(parcel, whom)}")


def unreached(t: Turn) -> None:
    """Back from ringing: what they can be asked to do instead."""
    t.say(_UNREACHED.get(str(t.memory.get("outcome")), "connect.unreachable"))
    t.ask(_CALLS_BACK[t.memory["whom"]], "call_back", YES_NO, sticky=False)


def call_back(t: Turn) -> None:
    """「要我让他给您打电话吗」."""
    if t.answer.yes:
        _have_them_call(t)


def _have_them_call(t: Turn) -> None:
    near = t.parcel is not None and t.parcel.stage in (Stage.OUT_FOR_DELIVERY, Stage.AT_OUTLET)
    kind = OrderKind.URGE_DELIVERY if near else OrderKind.OUTLET_CHECK
    process.start(t, kind, wish=_WISHES[t.memory["whom"]])


def opened(t: Turn) -> None:
    """The outlet passes it on."""
    process.opened(t, _OPENED[t.memory["whom"]])


def chosen(t: Turn) -> None:
    """Nobody is there before they open."""
    match t.answer.choice:
        case "urge":
            t.begin("urge", intent="urge_delivery")
        case "message":
            t.ask("nobody.message", "message", OPEN, free=True)


def message(t: Turn) -> None:
    """Keep the words for the outlet."""
    if t.answer.text:
        t.remark(t.answer.text)
    process.start(t, OrderKind.MESSAGE, "left", text=t.answer.text)


def left(t: Turn) -> None:
    """The message is in the book."""
    process.opened(t, "nobody.message_left")


_STEPS: dict[str, Callable[[Turn], None]] = {
    "answered": answered,
    "unreached": unreached,
    "call_back": call_back,
    "opened": opened,
    "chosen": chosen,
    "message": message,
    "left": left,
}

SCENE = Scene(name="connect", begin=begin, steps=_STEPS)
