"""The calls of this process that people may act on, and the commands that reach them."""

from __future__ import annotations

from typing import Protocol

from ledger.commands import GONE, Command, CommandResult
from voice.floor.agents import Refused


class Steered(Protocol):
    """A call that takes commands."""

    async def steer(self, command: Command) -> CommandResult:
        """Do what was asked.

        Raises:
            Refused: it cannot be done now; the text is one Chinese sentence.
        """


class LiveCalls:
    """Calls by id."""

    def __init__(self) -> None:
        self._calls: dict[str, Steered] = {}

    def add(self, call_id: str, call: Steered) -> None:
        """The call takes commands from now on."""
        self._calls[call_id] = call

    def remove(self, call_id: str) -> None:
        """The call is over."""
        self._calls.pop(call_id, None)

    async def run(self, command: Command) -> CommandResult:
        """Run one command; what cannot be done is a refused result."""
        call = self._calls.get(command.call_id)
        if call is None:
            return CommandResult(False, GONE)
        try:
            return await call.steer(command)
        except Refused as refusal:
            return CommandResult(False, str(refusal))
