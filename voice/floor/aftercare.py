"""After the hand-over: the words of both people in the ledger, suggestions on the agent's screen, promises offered."""

from __future__ import annotations

import asyncio
import secrets

from dialog.protocol import Expectation, ExpectKind, HandoverCard
from voice.floor.calls import Log
from voice.floor.overhearing import Utterance
from voice.floor.promises import find_promise
from voice.floor.suggestions import Suggestion, at_first, on_words
from voice.services import Services


class Aftercare:
    """Helps one agent with one call."""

    def __init__(self, services: Services, call_id: str, card: HandoverCard, log: Log) -> None:
        self._services, self._call_id, self._card, self._log = services, call_id, card, log
        self._agent_id = ""
        self._said: set[str] = set()
        self._promised: set[tuple[str, object]] = set()
        self._turn = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, agent_id: str) -> None:
        """The agent has the call."""
        self._agent_id = agent_id
        for suggestion in at_first(self._card):
            self._suggest(suggestion)

    def caller_said(self, words: Utterance) -> None:
        """The caller's words: a turn, and perhaps a suggestion."""
        self._turn += 1
        self._log("turn.caller", self._data(words))
        read = self._services.dialogue.understand(words.text, Expectation(ExpectKind.OPEN))
        intents = [(score.intent, score.confidence) for score in (*read.intents, *read.ranked)]
        suggestion = on_words(intents, self._card, frozenset(self._said))
        if suggestion is not None:
            self._suggest(suggestion)

    def agent_said(self, words: Utterance) -> None:
        """The agent's words: a turn, and perhaps a promise that is offered for the promise ledger."""
        self._turn += 1
        self._log("turn.agent", self._data(words) | {"agent": self._agent_id})
        promise = find_promise(words.text, self._services.clock.now())
        if promise is None or (promise.what, promise.due_at) in self._promised:
            return
        self._promised.add((promise.what, promise.due_at))
        data = {
            "id": f"p-{secrets.token_hex(8)}",
            "agent": self._agent_id,
            "waybill": self._card.waybill or "",
            "what": promise.said if len(promise.said) <= 40 else promise.what,
            "due_at": promise.due_at.isoformat(timespec="seconds"),
        }
        self._log("promise.offered", data)

    def _data(self, words: Utterance) -> dict[str, object]:
        return {
            "text": words.text,
            "confidence": words.confidence,
            "start_ms": words.start_ms,
            "end_ms": words.end_ms,
            "to": "person",
        }

    def _suggest(self, suggestion: Suggestion) -> None:
        self._said.add(suggestion.text)
        message = {
            "type": "suggestion",
            "call_id": self._call_id,
            "text": suggestion.text,
            "action": suggestion.action,
            "turn": self._turn or None,
        }
        task = asyncio.create_task(self._services.floor.tools.screens.tell(self._agent_id, message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
