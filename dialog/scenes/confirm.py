"""订单手机确认: a calling number can be forged; who reads a text on the order's phone may move or stop the parcel.

A six-digit code is texted there and said or keyed back. Where that does not work a signed link goes to the same phone,
and where neither arrives a person takes over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dialog.engine.questions import CHOICE, CODE
from dialog.engine.scene import Scene
from dialog.engine.state import Choice
from dialog.engine.turn import Turn
from dialog.protocol import Heard
from dialog.scenes import process
from logistics_client.vocabulary import CodeCheck, OrderKind

_TRIES = 3  # wrong codes in one call, whatever they were for
_TEXTS = 2  # codes for one matter; then the link
_UNCLEAR = 2
_NO_WRONG_LEFT = "confirm.wrong_out"
_KEPT = ("new_address",)  # what the matter heard before and needs again afterwards

# The key is none: while digits are keyed every key is part of the code.
_MISSING = Choice("missing", "#", ("没收到", "没有收到", "收不到", "没来短信", "没有短信", "没看到短信", "还没到"))
_AGAIN = Choice("again", "1", ("再发", "重发", "重新发", "再来", "验证码"))
_LINK = Choice("link", "2", ("链接", "连接"))
_WHILE_WAITING = (_MISSING, replace(_AGAIN, key="#", words=_AGAIN.words[:-1]), replace(_LINK, key="#"))
_SECRET_CHOICE = replace(CHOICE, secret=True)  # the code may arrive, and be said, at this very moment


@dataclass(frozen=True, slots=True)
class _Matter:
    """What is confirmed: the scene that goes on with it, and the link that would do as well."""

    scene: str
    purpose: str
    link_sent: str
    terms: str


_MATTERS: Mapping[OrderKind, _Matter] = {
    OrderKind.CHANGE_ADDRESS: _Matter("change", "address", "change.link_sent", "change.terms"),
    OrderKind.INTERCEPT: _Matter("intercept", "intercept", "intercept.link_sent", "intercept.terms"),
}


def by_code(t: Turn, kind: OrderKind) -> None:
    """Have this confirmed with a code; the matter starts anew when it was."""
    kept = {name: t.memory[name] for name in _KEPT if t.memory.get(name)}
    way = "link" if _NO_WRONG_LEFT in t.state.said else "code"
    t.begin("confirm", intent=t.topic.intent, kind=kind.value, way=way, **kept)


def by_link(t: Turn, kind: OrderKind) -> None:
    """Have this confirmed, and filled in, on the page of a link."""
    t.begin("confirm", intent=t.topic.intent, kind=kind.value, way="link")


def is_proven(t: Turn, kind: OrderKind) -> bool:
    """Whether the order's phone has confirmed this."""
    return _proof(t, kind) in t.state.proven


def spend(t: Turn, kind: OrderKind) -> bool:
    """Use the confirmation for the one order it allows; False when there is none."""
    if not is_proven(t, kind):
        return False
    t.change(proven=tuple(proof for proof in t.state.proven if proof != _proof(t, kind)))
    return True


def _proof(t: Turn, kind: OrderKind) -> str:
    return f"{kind.value}:{t.waybill}"


def _kind(t: Turn) -> OrderKind:
    return OrderKind(t.memory["kind"])


def begin(t: Turn) -> None:
    """Text the code, or the link."""
    if t.memory["way"] == "link":
        t.send_link(_MATTERS[_kind(t)].purpose, "link_sent")
    else:
        _text(t)


def _text(t: Turn) -> None:
    texts = int(t.memory.get("texts", "0")) + 1
    t.remember(texts=str(texts))
    if texts > _TEXTS:
        t.send_link(_MATTERS[_kind(t)].purpose, "link_sent")
    else:
        t.send_code(_kind(t), "sent")


def sent(t: Turn) -> None:
    """Only the gateway's receipt counts; without one the link is tried."""
    tail = t.code_sent.phone_tail if t.code_sent is not None else None
    if tail is None:
        t.send_link(_MATTERS[_kind(t)].purpose, "link_sent")
        return
    t.remember(phone_tail=tail)
    t.say("confirm.sent")
    _ask(t)


def _ask(t: Turn) -> None:
    t.ask("confirm.code", "code", CODE, choices=_WHILE_WAITING)


def code(t: Turn) -> None:
    """Six digits, or 「没收到」."""
    if t.answer.digits:
        t.check_code(_kind(t), t.answer.digits, "checked")
    elif t.answer.choice in ("again", "link"):
        chosen(t)
    else:
        _offer(t, "confirm.missing")


def _offer(t: Turn, name: str) -> None:
    t.ask(name, "chosen", _SECRET_CHOICE, choices=(_AGAIN, _LINK), free=True)


def chosen(t: Turn) -> None:
    """Again, by link, or the code after all."""
    match t.answer.choice:
        case "again":
            _text(t)
        case "link":
            t.send_link(_MATTERS[_kind(t)].purpose, "link_sent")
        case _:
            _late(t)


def _late(t: Turn) -> None:
    said = t.dialogue.hear_number((Heard(t.now, t.answer.text),), CODE).digits
    unclear = int(t.memory.get("unclear", "0")) + 1
    t.remember(unclear=str(unclear))
    if len(said) == CODE.min_digits:
        t.check_code(_kind(t), said, "checked")
    elif unclear > _UNCLEAR:
        t.begin("person", intent=t.topic.intent)
    else:
        _offer(t, "confirm.missing")


def checked(t: Turn) -> None:
    """Right goes on with the matter; wrong is asked again, three times in all."""
    outcome = t.code_checked.outcome if t.code_checked is not None else None
    match outcome:
        case CodeCheck.RIGHT:
            t.say("confirm.right")
            t.change(proven=(*t.state.proven, _proof(t, _kind(t))))
            kept = {name: t.memory[name] for name in _KEPT if name in t.memory}
            t.begin(_MATTERS[_kind(t)].scene, intent=t.topic.intent, **kept)
        case CodeCheck.WRONG if t.state.said.get("confirm.wrong", 0) < _TRIES - 1:
            t.say("confirm.wrong")
            _ask(t)
        case CodeCheck.WRONG:
            t.say(_NO_WRONG_LEFT)
            t.begin("person", intent="code_wrong")
        case CodeCheck.SPENT:
            _offer(t, "confirm.spent")
        case _:
            t.send_link(_MATTERS[_kind(t)].purpose, "link_sent")


def link_sent(t: Turn) -> None:
    """Nothing is moved or stopped before the page was used; without a receipt a person takes over."""
    matter = _MATTERS[_kind(t)]
    if process.link_sent(t, matter.link_sent):
        t.say(matter.terms)
    else:
        t.begin("person", intent=t.topic.intent)


SCENE = Scene(
    name="confirm",
    begin=begin,
    steps={"sent": sent, "code": code, "chosen": chosen, "checked": checked, "link_sent": link_sent},
)
