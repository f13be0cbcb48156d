"""One call as the desk shows it, built from its events: turns, orders, transfer attempts, notes. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from desk.auth.roles import Account
from desk.calls.card import card_of
from desk.calls.fold import agent_of
from desk.calls.masking import for_role
from ledger import StoredEvent
from logistics_client.vocabulary import ORDER_NAMES, OrderKind

_WHO = {"turn.caller": "caller", "turn.bot": "bot", "turn.agent": "agent"}
_ATTEMPT_ENDS = {
    "agent.accepted": "accepted",
    "agent.declined": "declined",
    "agent.no_answer": "no_answer",
}
# Not for screens: the dialogue's inner state is large, and voice activity is drawn from the recording.
_HIDDEN = frozenset({"dialogue.state", "vad", "turn.caller", "turn.bot", "turn.agent"})


def kind_name(kind: str) -> str:
    """The Chinese name of an order's kind."""
    return ORDER_NAMES[OrderKind(kind)] if kind in set(OrderKind) else kind


def detail(events: Sequence[StoredEvent], account: Account, names: Mapping[str, str]) -> dict[str, Any]:
    """What the events of one call say, for one reader.

    Args:
        events: the call's events in order, at least one.
        account: who reads; decides what is masked.
        names: shown names of accounts.
    """
    return {
        "card": for_role(card_of(events), account),
        "turns": turns(events),
        "work_orders": work_orders(events),
        "transfers": transfers(events, names),
        "events": [for_role(stored.as_dict(), account) for stored in events if stored.event.type not in _HIDDEN],
        "notes": _written(events, "agent.note", ("text", "by"), names),
        "corrections": _written(events, "card.corrected", ("field", "before", "after", "by"), names),
        "summary": next(iter(_written(events, "call.summary", None, names)[-1:]), None),
    }


def turns(events: Sequence[StoredEvent]) -> list[dict[str, Any]]:
    """Every turn in the order in which it began; times are milliseconds since the call was answered."""
    found = []
    for stored in events:
        data = stored.event.data
        if (who := _WHO.get(stored.event.type)) is None:
            continue
        found.append(
            {
                "seq": stored.seq,
                "turn": data.get("turn"),
                "who": who,
                "at": _text(stored.event.at),
                "start_ms": data.get("start_ms"),
                "end_ms": data.get("end_ms"),
                "text": str(data.get("text") or ""),
                "words": data.get("words") or [],
                "confidence": data.get("confidence"),
                "interrupted": bool(data.get("interrupted")),
            }
        )
    return sorted(found, key=_begins)


def _begins(turn: Mapping[str, Any]) -> tuple[bool, float, int]:
    start = turn["start_ms"]
    return (False, float(start), turn["seq"]) if isinstance(start, int | float) else (True, 0.0, turn["seq"])


def work_orders(events: Sequence[StoredEvent]) -> list[dict[str, Any]]:
    """The orders that this call opened or heard of, oldest first, with what was promised."""
    found: dict[str, dict[str, Any]] = {}
    for stored in events:
        data = stored.event.data
        order_id = str(data.get("order_id") or "")
        if not order_id or not stored.event.type.startswith(("work_order.", "promise.")):
            continue
        order = found.setdefault(order_id, {"order_id": order_id, "status": "opened"})
        if stored.event.type.startswith("work_order."):
            order["status"] = stored.event.type.removeprefix("work_order.")
            if order["status"] == "opened":
                order["opened_at"] = _text(stored.event.at)
                order["by"] = data.get("by") or "bot"
        else:
            order |= {"what": data.get("what"), "due_at": data.get("due_at")}
            order["promise"] = stored.event.type.removeprefix("promise.")
        order |= {key: data[key] for key in ("kind", "waybill", "owner", "outcome") if data.get(key)}
        order["label"] = kind_name(str(order.get("kind") or ""))
    return list(found.values())


def transfers(events: Sequence[StoredEvent], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every attempt to reach a person with its one outcome, and the seconds from offer (or request) to it."""
    found: list[dict[str, Any]] = []
    began: datetime | None = None  # of the attempt that is open
    agent = ""
    asked: datetime | None = None
    for stored in events:
        type_, data, at = stored.event.type, stored.event.data, stored.event.at
        if type_ == "transfer.requested":
            asked = at
        elif type_ == "agent.offered":
            began, agent = at, agent_of(data)
        outcome = _ends(type_, data)
        if not outcome or (began is None and type_ != "transfer.failed"):
            continue
        if began is None and (asked is None or (found and found[-1]["outcome"] == outcome)):
            continue  # the request's end repeats how its last attempt ended
        agent = agent_of(data) or agent
        found.append(
            {
                "at": _text(began or asked or at),
                "agent": {"id": agent, "name": names.get(agent) or data.get("name") or agent} if agent else None,
                "outcome": outcome,
                "seconds": round((at - (began or asked or at)).total_seconds(), 2),
                "waited_s": round((at - asked).total_seconds(), 2) if asked else None,
            }
        )
        began, agent = None, ""
    return found


def _ends(type_: str, data: Mapping[str, Any]) -> str:
    """How an event ends an attempt; empty when it does not."""
    if type_ in _ATTEMPT_ENDS:
        return str(data.get("outcome") or _ATTEMPT_ENDS[type_])
    return str(data.get("outcome") or "failed") if type_ == "transfer.failed" else ""


def _written(
    events: Sequence[StoredEvent], type_: str, keys: tuple[str, ...] | None, names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What people wrote, oldest first, with the shown name of who did."""
    found = []
    for stored in events:
        if stored.event.type == type_:
            data = stored.event.data
            entry = {key: data.get(key) for key in keys} if keys else dict(data)
            by = str(data.get("by") or "")
            found.append(entry | {"by": {"id": by, "name": names.get(by, by)}, "at": _text(stored.event.at)})
    return found


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
