"""The hand-over card as the ledger holds it, with the agents' corrections laid over and marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from desk.errors import BadRequest, NotFound
from ledger import StoredEvent

LISTS = ("processes", "notes", "trace", "promises", "unconfirmed")
TEXTS = ("request", "emotion", "identity", "intent", "waybill", "whisper", "line")
# What an agent may correct: what a caller said or wants; never what was promised, opened or scanned.
CORRECTABLE = ("request", "emotion", "intent", "waybill")
_LINE = re.compile(r"(notes|unconfirmed)\.(\d{1,2})", re.ASCII)
_LABELS = {"processes": "已触发", "notes": "补充信息", "trace": "轨迹", "promises": "已承诺", "unconfirmed": "未确认项"}
MAX_TEXT = 500


def card_of(events: Iterable[StoredEvent]) -> dict[str, Any] | None:
    """The newest card of a call; ``corrected`` says by field what stood there, and who changed it when."""
    card: dict[str, Any] | None = None
    for stored in events:
        data = stored.event.data
        if stored.event.type == "transfer.requested" and isinstance(data.get("card"), Mapping):
            corrected = card["corrected"] if card else {}
            card = _whole(data["card"])  # type: ignore[arg-type]  # checked in the line above
            card["corrected"] = {}
            for name, mark in corrected.items():
                _lay_over(card, name, mark)
        elif stored.event.type == "card.corrected" and card is not None:
            mark = {key: data.get(key) for key in ("before", "after", "by")}
            _lay_over(card, str(data.get("field")), mark | {"at": stored.event.at.isoformat(timespec="seconds")})
    return card


def value_at(card: Mapping[str, Any], field: str) -> str:
    """What stands in a field that may be corrected: ``request`` or ``notes.0``.

    Raises:
        BadRequest: no such field, or not one for agents to change.
        NotFound: the card has no such line.
    """
    if field in CORRECTABLE:
        return str(card[field] or "")
    match = _LINE.fullmatch(field)
    if match is None:
        raise BadRequest("这一项不能更正;可以更正诉求、意图、情绪、运单号、补充信息和未确认项。")
    lines = card[match[1]]
    if int(match[2]) >= len(lines):
        raise NotFound("卡片上没有这一行,请刷新后再试。")
    return str(lines[int(match[2])]["text"])


def _whole(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Fill what is missing, and turn plain lines into lines with their turn."""
    card: dict[str, Any] = {name: str(raw.get(name) or "") for name in TEXTS}
    card["waybill"] = card["waybill"] or None
    card["next_steps"] = [str(step) for step in raw.get("next_steps") or ()]
    for name in LISTS:
        card[name] = [_line(name, line) for line in raw.get(name) or ()]
    if not card["line"]:
        parts = [("用户诉求", card["request"])]
        parts += [(_LABELS[name], "、".join(line["text"] for line in card[name])) for name in ("processes", "notes")]
        card["line"] = ";".join(f"{title}:{text}" for title, text in parts if text)
    return card


def _line(name: str, line: object) -> dict[str, Any]:
    if isinstance(line, Mapping):
        return {
            "label": str(line.get("label") or _LABELS[name]),
            "text": str(line.get("text") or ""),
            "turn": line.get("turn") or 0,
            "confidence": line.get("confidence", 1.0),
        }
    return {"label": _LABELS[name], "text": str(line), "turn": 0, "confidence": 1.0}


def _lay_over(card: dict[str, Any], field: str, mark: Mapping[str, Any]) -> None:
    match = _LINE.fullmatch(field)
    if field in CORRECTABLE:
        card[field] = mark["after"]
    elif match is not None and int(match[2]) < len(card[match[1]]):
        card[match[1]][int(match[2])]["text"] = mark["after"]
    else:
        return
    first = card["corrected"].get(field, mark)["before"]
    card["corrected"][field] = {**mark, "before": first}
