"""The next best step for the agent, from the card and from what the caller says now; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dialog.facts.of_order import ORDER_WORDS
from dialog.protocol import HandoverCard
from logistics_client.vocabulary import OrderKind

CONFIDENT = 0.5

_ORDERS = {
    "urge_delivery": OrderKind.URGE_DELIVERY,
    "stuck_outlet": OrderKind.URGE_DELIVERY,
    "perishable": OrderKind.PERISHABLE_CLAIM,
    "stuck_hub": OrderKind.HUB_QUERY,
    "signed_not_received": OrderKind.OUTLET_CHECK,
    "change_address": OrderKind.CHANGE_ADDRESS,
    "change_time": OrderKind.CHANGE_TIME,
    "intercept_return": OrderKind.INTERCEPT,
    "lost": OrderKind.LOST_SEARCH,
    "damage": OrderKind.DAMAGE,
    "wrong_item": OrderKind.WRONG_ITEM,
    "claim": OrderKind.CLAIM,
    "customs": OrderKind.CUSTOMS_HELP,
    "doorstep": OrderKind.DOORSTEP,
    "locker_station": OrderKind.RESEND_CODE,
    "complaint": OrderKind.COMPLAINT,
    "pickup_urge": OrderKind.PICKUP_URGE,
    "fee_cod": OrderKind.FEE_CHECK,
}
_WORDS = {
    "authority": "用户提到申诉,先致歉,说明处理时限,必要时请班长介入",
    "abuse": "用户情绪激动,先安抚再处理",
    "progress_followup": "先告知已有流程的进度和承诺时间,再看是否升级",
    "courier_contact": "可代为联系快递员,不要报出快递员号码",
    "eta": "按轨迹告知预计时间,没有依据不要报具体钟点",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line for the agent; ``action`` is the order kind that it would open, or empty."""

    text: str
    action: str = ""


def at_first(card: HandoverCard) -> list[Suggestion]:
    """What the card suggests before anything is said."""
    steps = [Suggestion(step) for step in card.next_steps[:2]]
    if card.unconfirmed:
        steps.append(Suggestion("先核实:" + "、".join(line.text for line in card.unconfirmed[:2])))
    return steps


def on_words(intents: Iterable[tuple[str, float]], card: HandoverCard, said: frozenset[str]) -> Suggestion | None:
    """What the caller's words suggest; nothing that was suggested before (``said``), nothing that is not clear."""
    running = " ".join(line.text for line in card.processes)
    for intent, confidence in intents:
        if confidence < CONFIDENT:
            continue
        kind = _ORDERS.get(intent)
        if kind is not None:
            word = ORDER_WORDS[kind]
            if word in running:
                found = Suggestion(f"{word}已在进行,告知进度和时限,超时则升级")
            else:
                found = Suggestion(f"可为用户发起{word}", kind.value)
        elif intent in _WORDS:
            found = Suggestion(_WORDS[intent])
        else:
            continue
        if found.text not in said:
            return found
    return None
