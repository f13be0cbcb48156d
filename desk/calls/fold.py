"""From events to rows: pure, one event at a time, and the same result when an event is seen again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from desk.calls.place import place_of
from desk.database import to_text
from desk.reading import Seen
from logistics_client.vocabulary import OrderKind, OrderStatus

# Words of the dialogue itself; what a caller wants is the first intent that is none of these.
_MANNERS = frozenset(
    [
        *("affirm", "deny", "repeat", "hold", "slower", "bye", "give_number", "correct", "backchannel", "abuse"),
        *("no_recording", "out_of_domain", "human"),
    ]
)
_EMOTIONS = ("neutral", "anxious", "angry", "abusive")
_EMOTION_OF = {"平稳": "neutral", "着急": "anxious", "生气": "angry", "情绪激动": "abusive"}
_BROKEN = frozenset({"error", "failed", "rtp_timeout", "crashed", "lost"})
_INSTEAD = frozenset({OrderKind.CALL_BACK.value, OrderKind.MESSAGE.value})


@dataclass(slots=True)
class Folded:
    """Rows of one batch by key, as they stand in the table or are to be written."""

    calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    promises: dict[str, dict[str, Any]] = field(default_factory=dict)
    people: set[tuple[str, str]] = field(default_factory=set)  # agent, call
    parcels: set[tuple[str, str]] = field(default_factory=set)  # waybill, call


def new_call(call_id: str) -> dict[str, Any]:
    """A call of which nothing is known yet."""
    return {
        "call_id": call_id,
        **dict.fromkeys(("ended_at", "seconds", "number", "tail", "requested_at", "bridged_at", "solved"), None),
        **dict.fromkeys(("started_at", "place", "caller_class", "called", "hotline", "transport", "intent"), ""),
        **dict.fromkeys(("emotion", "cause", "who", "agent", "offered", "waybill"), ""),
        "recording_s": None,
        "outcome": "live",
        **dict.fromkeys(("called_back", "refused_recording", "summarised"), False),
    }


def fold(into: Folded, seen: Seen) -> None:
    """Take one event into the rows."""
    if not seen.call_id:
        return
    row = into.calls.setdefault(seen.call_id, new_call(seen.call_id))
    if not row["started_at"] or seen.at < row["started_at"]:
        row["started_at"] = seen.at
    row["called"] = row["called"] or seen.called
    _call(row, seen)
    for waybill in _waybills(seen):
        into.parcels.add((waybill, seen.call_id))
        row["waybill"] = row["waybill"] or waybill
    if (agent := agent_of(seen.data)) and seen.type in ("agent.accepted", "agent.offered", "transfer.bridged"):
        into.people.add((agent, seen.call_id))
    if seen.type.startswith("work_order."):
        _order(into, row, seen)
    elif seen.type.startswith("promise."):
        _promise(into, seen)
    row["outcome"] = outcome(row)


def outcome(row: Mapping[str, Any]) -> str:
    """How a call went: ``live``, ``transferred``, ``abandoned``, ``failed`` or ``contained``.

    Abandoned is who asked for a person, reached none, was promised no call-back, and left.
    """
    if row["bridged_at"]:
        return "transferred" if row["ended_at"] else "live"
    if not row["ended_at"]:
        return "live"
    if row["cause"] in _BROKEN:
        return "failed"
    if row["requested_at"] and not row["called_back"]:
        return "abandoned" if row["who"] == "caller" else "failed"
    return "failed" if row["solved"] is False else "contained"


def agent_of(data: Mapping[str, Any]) -> str:
    """The agent that an event names, by account id or telephone."""
    value = data.get("agent") or data.get("agent_id") or ""
    return str(value.get("id", "") if isinstance(value, Mapping) else value)[:64]


def _call(row: dict[str, Any], seen: Seen) -> None:
    data = seen.data
    match seen.type:
        case "call.started":
            _started(row, seen)
        case "intent":
            _intent(row, data)
        case "transfer.requested":
            row["requested_at"] = row["requested_at"] or seen.at
            _card(row, data.get("card"))
        case "agent.offered":
            row["offered"] = agent_of(data)
        case "agent.accepted":
            row["agent"] = agent_of(data) or row["offered"]
        case "transfer.bridged":
            row["bridged_at"] = row["bridged_at"] or seen.at
            row["agent"] = agent_of(data) or row["agent"]
        case "card.corrected" if data.get("field") in ("intent", "waybill"):
            row[data["field"]] = str(data.get("after") or "")[:32]
        case "survey" if isinstance(data.get("solved"), bool):
            row["solved"] = data["solved"]
        case "recording.ready":
            row["recording_s"] = _number(data.get("seconds"))
        case "recording.refused":
            row["refused_recording"] = True
        case "call.summary":
            row["summarised"] = True
        case "call.ended":
            row["ended_at"] = seen.at
            row["cause"], row["who"] = str(data.get("cause") or "")[:40], str(data.get("who") or "")[:16]
            row["seconds"] = _number(data.get("seconds"))
            if row["seconds"] is None:
                row["seconds"] = _between(row["started_at"], seen.at)


def _started(row: dict[str, Any], seen: Seen) -> None:
    data = seen.data
    row["started_at"] = seen.at
    number = data.get("caller")
    row["number"] = str(number)[:40] if number else None
    row["tail"] = "".join(filter(str.isdigit, row["number"] or ""))[-4:] or None
    row["place"] = str(data.get("place") or place_of(row["number"]))[:40]
    row["caller_class"] = str(data.get("caller_class") or "")[:16]
    row["called"] = str(data.get("called") or row["called"])[:32]
    row["hotline"] = str(data.get("hotline") or "")[:64]
    row["transport"] = str(data.get("transport") or "")[:16]


def _intent(row: dict[str, Any], data: Mapping[str, Any]) -> None:
    wanted = [intent for intent in data.get("intents") or () if intent not in _MANNERS]
    if wanted and not row["intent"]:
        row["intent"] = str(wanted[0])[:32]
    _felt(row, data.get("emotion"))


def _card(row: dict[str, Any], card: object) -> None:
    if not isinstance(card, Mapping):
        return
    intent = str(card.get("intent") or "")[:32]
    if intent and (intent not in _MANNERS or not row["intent"]):
        row["intent"] = intent
    if card.get("waybill"):
        row["waybill"] = str(card["waybill"])[:32]
    _felt(row, _EMOTION_OF.get(str(card.get("emotion")), card.get("emotion")))


def _felt(row: dict[str, Any], emotion: object) -> None:
    """Keep the strongest: a caller who shouted once is not neutral because he thanked at the end."""
    if emotion in _EMOTIONS and _EMOTIONS.index(emotion) >= _EMOTIONS.index(row["emotion"] or "neutral"):
        row["emotion"] = emotion


def _waybills(seen: Seen) -> list[str]:
    data = seen.data
    named = [data.get("waybill")] if seen.type != "card.corrected" else []
    if seen.type == "transfer.requested" and isinstance(data.get("card"), Mapping):
        named.append(data["card"].get("waybill"))
    if seen.type == "card.corrected" and data.get("field") == "waybill":
        named.append(data.get("after"))
    return [str(waybill)[:32] for waybill in named if waybill]


def _order(into: Folded, call: dict[str, Any], seen: Seen) -> None:
    data = seen.data
    order_id = str(data.get("order_id") or "")[:40]
    if not order_id:
        return
    row = into.orders.setdefault(order_id, new_order(order_id))
    status = seen.type.removeprefix("work_order.")
    row["status"] = status
    row["running"] = OrderStatus(status).is_running if status in set(OrderStatus) else True
    if status == "opened":
        row |= {"call_id": seen.call_id, "opened_at": seen.at}
        call["called_back"] = call["called_back"] or data.get("kind") in _INSTEAD
    for key, size in (("kind", 32), ("waybill", 32), ("owner", 100)):
        row[key] = str(data.get(key) or row[key])[:size]
    row["outcome"] = str(data["outcome"]) if data.get("outcome") else row["outcome"]


def new_order(order_id: str) -> dict[str, Any]:
    """An order of which nothing is known yet."""
    return {
        "order_id": order_id,
        **dict.fromkeys(("call_id", "kind", "waybill", "opened_at", "owner"), ""),
        "status": "opened",
        "running": True,
        "due_at": None,
        "outcome": None,
    }


def new_promise(promise_id: str) -> dict[str, Any]:
    """A promise of which nothing is known yet."""
    named = dict.fromkeys(("call_id", "agent", "waybill", "what"), "")
    return {"promise_id": promise_id, **named, "due_at": None, "state": "offered", "claimed": 0}


def _promise(into: Folded, seen: Seen) -> None:
    data = seen.data
    promise_id = str(data.get("id") or data.get("promise_id") or data.get("order_id") or "")[:40]
    if not promise_id:
        return
    row = into.promises.setdefault(promise_id, new_promise(promise_id))
    row["state"] = seen.type.removeprefix("promise.")
    row["call_id"] = row["call_id"] or seen.call_id
    row["agent"] = agent_of(data) or str(data.get("by") or "")[:64] or row["agent"]
    row["waybill"] = str(data.get("waybill") or row["waybill"])[:32]
    row["what"] = str(data.get("what") or row["what"])[:500]
    row["due_at"] = in_utc(data.get("due_at")) or row["due_at"]
    if (order := into.orders.get(str(data.get("order_id") or ""))) is not None:
        order["due_at"] = row["due_at"]


def in_utc(value: object) -> str | None:
    """A time of an event in the form of the tables; None when it cannot be read."""
    try:
        return to_text(datetime.fromisoformat(str(value)))
    except ValueError:
        return None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _between(first: str, last: str) -> float | None:
    try:
        return round((datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds(), 2)
    except ValueError:
        return None
