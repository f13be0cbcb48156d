"""Which calls a page watches, and what of the ledger it is told; pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from desk.calls.fold import agent_of

# The dialogue's inner state is large and nobody's business; voice activity comes many times a second.
_SILENT = frozenset({"dialogue.state", "vad"})
_REMEMBERED = 500
# Calls that a page was told of stay watched after their end: the last words and the recording come late.
_WATCHED = 20


class Watching:
    """One page's view of the ledger."""

    def __init__(self, agent_id: str) -> None:
        self._agent_id = agent_id
        self._offers: dict[str, str] = {}  # offer -> call
        self._calls: OrderedDict[str, None] = OrderedDict()
        self._told: OrderedDict[tuple[object, ...], None] = OrderedDict()

    def told(self, message: Mapping[str, Any]) -> None:
        """Take note of what the floor tells the page: which calls ring, talk and go."""
        match message["type"]:
            case "hello":
                for call in message.get("calls") or ():
                    self._watch(str(call.get("call_id")))
                if isinstance(message.get("offer"), Mapping):
                    self.told({**message["offer"], "type": "offer"})
            case "offer":
                call_id = str(message.get("call_id"))
                self._offers[str(message.get("offer_id"))] = call_id
                self._watch(call_id)
            case "offer.gone":
                call_id = self._offers.pop(str(message.get("offer_id")), "")
                if call_id not in self._offers.values():
                    self._calls.pop(call_id, None)
            case "call":
                self._watch(str(message.get("call_id")))
        self._remember(_key(message))

    def is_repeated(self, message: Mapping[str, Any]) -> bool:
        """Whether the page knows an event or a promise's state already."""
        key = _key(message)
        return key is not None and key in self._told

    def messages(self, envelope: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """What the page is told of one committed event."""
        found: list[Mapping[str, Any]] = []
        type_, data = str(envelope["type"]), envelope["data"]
        if envelope["call_id"] in self._calls and type_ not in _SILENT:
            found.append({"type": "event", "event": envelope})
        mine = agent_of(data) == self._agent_id or data.get("by") == self._agent_id
        if type_.startswith("promise.") and mine and (data.get("id") or data.get("promise_id")):
            found.append(
                {
                    "type": "promise",
                    "id": data.get("id") or data.get("promise_id"),
                    "call_id": envelope["call_id"],
                    "waybill": data.get("waybill") or None,
                    "what": data.get("what") or "",
                    "due_at": data.get("due_at"),
                    "state": type_.removeprefix("promise."),
                }
            )
        new = [message for message in found if not self.is_repeated(message)]
        for message in new:
            self._remember(_key(message))
        return new

    def _watch(self, call_id: str) -> None:
        self._calls[call_id] = None
        self._calls.move_to_end(call_id)
        while len(self._calls) > _WATCHED:
            self._calls.popitem(last=False)

    def _remember(self, key: tuple[object, ...] | None) -> None:
        if key is not None:
            self._told[key] = None
            while len(self._told) > _REMEMBERED:
                self._told.popitem(last=False)


def _key(message: Mapping[str, Any]) -> tuple[object, ...] | None:
    """What makes an event or a promise's state the same when it is told twice."""
    if message["type"] == "event" and isinstance(message.get("event"), Mapping):
        return ("event", message["event"].get("id"))
    if message["type"] == "promise":
        return ("promise", message.get("id"), message.get("state"), message.get("due_at"))
    return None
