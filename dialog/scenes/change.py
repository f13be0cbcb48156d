"""改地址、改时间: who holds the order's phone gives a new address; a new time is passed to the courier."""

from __future__ import annotations

from dialog.engine.questions import CHOICE, OPEN, YES_NO
from dialog.engine.scene import Scene
from dialog.engine.state import Choice
from dialog.engine.turn import Turn
from dialog.identity import Item, Leave
from dialog.scenes import confirm, process
from dialog.scenes.dispute import frozen, role
from logistics_client.vocabulary import OrderKind

_SHORTEST_ADDRESS, _LONGEST_ADDRESS = 6, 40  # characters
_WAYS = (
    Choice("link", "1", ("链接", "连接", "自己填", "我填", "短信")),
    Choice("code", "2", ("验证码", "校验码", "电话里", "直接说", "跟你说", "口头")),
)


def begin(t: Turn) -> None:
    """What is delivered cannot be changed."""
    parcel = t.own_parcel
    if parcel.stage.is_closed:
        t.say("change.too_late")
        t.begin("track", intent="track")
    elif t.topic.intent == "change_time":
        _time(t)
    else:
        _address(t)


def _address(t: Turn) -> None:
    """A number can be forged: only the order's own phone may move a parcel."""
    if frozen(t):
        return
    if t.may(Item.CHANGE_ADDRESS) is Leave.NO:
        t.say("change.owner_only")
        return
    if _is_allowed(t):
        _take(t)
    else:
        t.ask("change.how", "how", CHOICE, choices=_WAYS)


def _is_allowed(t: Turn) -> bool:
    return t.may(Item.CHANGE_ADDRESS) is Leave.YES or confirm.is_proven(t, OrderKind.CHANGE_ADDRESS)


def how(t: Turn) -> None:
    """Filled in on a page, or said after the code."""
    if t.answer.choice == "code":
        confirm.by_code(t, OrderKind.CHANGE_ADDRESS)
    else:
        confirm.by_link(t, OrderKind.CHANGE_ADDRESS)


def _take(t: Turn) -> None:
    said = t.memory.get("new_address", "")
    if len(said) >= _SHORTEST_ADDRESS:
        _read_back(t, said)
    else:
        t.ask("change.new_address", "address", OPEN, free=True)


def address(t: Turn) -> None:
    """The new address in the caller's words; too little of one is asked for once more, then the page takes it."""
    said = t.answer.slots.get("new_address") or t.answer.text
    if t.answer.yes is False and len(said) < _SHORTEST_ADDRESS:
        return  # 「算了,不改了」
    if len(said) >= _SHORTEST_ADDRESS:
        _read_back(t, said)
    else:
        _once_more(t)


def _read_back(t: Turn, said: str) -> None:
    t.remember(address=said[:_LONGEST_ADDRESS])
    t.ask("change.read_back", "read_back", YES_NO)


def read_back(t: Turn) -> None:
    """「新地址是……,对吗」; the confirmation is used up by the order it allows."""
    if not t.answer.yes:
        _once_more(t)
    elif t.may(Item.CHANGE_ADDRESS) is Leave.YES or confirm.spend(t, OrderKind.CHANGE_ADDRESS):
        details = {"new_address": t.memory["address"], "role": role(t), "confirmed": "code"}
        process.start(t, OrderKind.CHANGE_ADDRESS, "address_opened", **details)
    else:  # the call broke off in between, and a new one has to prove itself anew
        _address(t)


def _once_more(t: Turn) -> None:
    if t.memory.get("twice"):
        confirm.by_link(t, OrderKind.CHANGE_ADDRESS)
    else:
        t.remember(twice="yes")
        t.ask("change.new_address", "address", OPEN, free=True)


def address_opened(t: Turn) -> None:
    """The courier has to agree."""
    if process.opened(t, "change.address_opened"):
        t.say("change.address_terms")


def _time(t: Turn) -> None:
    if t.memory.get("time_window"):
        _pass_on(t, t.memory["time_window"])
    else:
        t.ask("change.when", "when", OPEN, free=True)


def when(t: Turn) -> None:
    """The wish, in the caller's words."""
    _pass_on(t, t.answer.slots.get("time_window") or t.answer.text)


def _pass_on(t: Turn, wish: str) -> None:
    if not wish:
        t.ask("change.when", "when", OPEN, free=True)
        return
    t.remark(f"希望{wish}派送")
    process.start(t, OrderKind.CHANGE_TIME, time=wish)


def opened(t: Turn) -> None:
    """The courier decides the hour."""
    if process.opened(t, "change.time_opened"):
        t.say("change.time_terms")


SCENE = Scene(
    name="change",
    begin=begin,
    intents=("change_address", "change_time"),
    request="要求修改地址或派送时间",
    whisper="改地址或时间",
    steps={
        "how": how,
        "address": address,
        "read_back": read_back,
        "address_opened": address_opened,
        "when": when,
        "opened": opened,
    },
    next_step="确认修改是否已被快递员接受",
)
