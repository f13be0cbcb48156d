"""Taking an answered turn back: a caller who goes on within a second had not finished.

The dialogue is pure, so the state before the turn is simply kept. It may return only while everything that happened
since is a consequence of that turn and leaves nothing behind outside: looking something up may be forgotten, an opened
order, a sent message or a call to a person may not. Then the rest of the sentence is a turn of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from dialog.engine import DialogueState
from dialog.protocol import Heard, LookUp, LookupDone, Note, Say, SpeechEnded


@dataclass(frozen=True, slots=True)
class Resumed:
    """The caller went on: ``whole`` is the turn from its beginning, ``later`` only what is new.

    ``withdraw`` is called before the turn is stepped again: what waits to be said belongs to the forgotten answer.
    """

    whole: Heard
    later: Heard
    withdraw: Callable[[], None]


@dataclass(slots=True)
class TurnMark:
    """The state before a turn, and whether it may still return."""

    before: DialogueState
    revocable: bool = True
    requests: set[str] = field(default_factory=set)
    says: set[str] = field(default_factory=set)

    def happened(self, event: object) -> None:
        """Note an event that was stepped after the turn."""
        match event:
            case LookupDone(request_id=request):
                self.revocable &= request in self.requests
            case SpeechEnded(say_id=say):
                self.revocable &= say in self.says
            case _:
                self.revocable = False

    def caused(self, effect: object) -> None:
        """Note an effect of the turn or of what followed from it."""
        match effect:
            case LookUp(request_id=request):
                self.requests.add(request)
            case Say(say_id=say):
                self.says.add(say)
            case Note():
                pass
            case _:
                self.revocable = False

    def restored(self, now: DialogueState) -> DialogueState:
        """The state before the turn; ids go on counting, so that late answers to the forgotten turn match nothing."""
        return replace(self.before, serial=now.serial)
