"""The dialogue in a terminal: the same conversation, typed instead of spoken."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

from dialog.engine import Dialogue
from dialog.protocol import (
    CallStarted,
    Heard,
    Say,
    Staffing,
    Transfer,
    TransferOutcome,
    TransferProgress,
)
from ledger import Ledger
from logistics_client.ports import Logistics
from voice.clock import Clock
from voice.config import Hotline
from voice.conversation import Conversation
from voice.effects import EffectRunner

QUIET_S = 0.3


class TypedMouth:
    """Prints what would be spoken; every sentence counts as heard at once."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self.conversation: Conversation | None = None
        self.busy = asyncio.Event()

    def say(self, say: Say) -> None:
        """Print and report as spoken."""
        self.busy.set()
        self._show(say.text)
        assert self.conversation is not None
        self.conversation.spoken(say, say.text, interrupted=False)


class TypedLine:
    """A line without a telephone: hand-overs are answered by nobody, hanging up ends the chat."""

    def __init__(self, show: Callable[[str], None], clock: Clock) -> None:
        self._show = show
        self._clock = clock
        self.conversation: Conversation | None = None
        self.ended = asyncio.Event()

    def hang_up(self, cause: str) -> None:
        """End the chat."""
        self._show(f"[挂机: {cause}]")
        self.ended.set()

    def transfer(self, transfer: Transfer) -> None:
        """Show the card; nobody answers in a terminal."""
        self._show(f"[转人工: {transfer.card.whisper}]")
        assert self.conversation is not None
        self.conversation.post(TransferProgress(self._clock.now(), transfer.request_id, TransferOutcome.UNAVAILABLE))

    def leave_queue(self, request_id: str) -> None:
        """Nobody queues in a terminal."""

    def stop_recording(self) -> None:
        """Say so; nothing is recorded here."""
        self._show("[录音已停止]")


class Chat:
    """One typed call."""

    def __init__(
        self,
        *,
        dialogue: Dialogue,
        logistics: Logistics,
        ledger: Ledger,
        clock: Clock,
        hotline: Hotline,
        show: Callable[[str], None],
    ) -> None:
        self._logistics = logistics
        self._clock = clock
        self._hotline = hotline
        self._call_id = f"t-{secrets.token_hex(8)}"
        self._mouth = TypedMouth(show)
        self._line = TypedLine(show, clock)
        self._dialogue, self._ledger = dialogue, ledger
        self._conversation: Conversation | None = None

    @property
    def ended(self) -> bool:
        """Whether the dialogue hung up."""
        return self._line.ended.is_set()

    async def start(self, number: str) -> None:
        """Ring and wait for the first words."""
        profile = await self._logistics.identify(number)
        effects = EffectRunner(self._call_id, number, self._logistics, self._ledger, self._clock)
        effects.know(profile.parcels)
        conversation = Conversation(
            self._call_id,
            dialogue=self._dialogue,
            ledger=self._ledger,
            effects=effects,
            mouth=self._mouth,
            clock=self._clock,
        )
        self._conversation = self._mouth.conversation = self._line.conversation = conversation
        conversation.attach(self._line)
        now = self._clock.now()
        staffing = Staffing(self._hotline.hours.open_at(now), person_reachable=self._hotline.hours.open_at(now))
        conversation.start(CallStarted(now, self._call_id, profile, self._hotline.profile, staffing))
        await self._settle()

    async def hear(self, text: str) -> None:
        """Take one typed line; ``#`` and digits press keys, an empty line is silence."""
        assert self._conversation is not None
        if not text:
            self._conversation.silent()
        elif text[0] == "#" and len(text) > 1:
            for key in text[1:]:
                self._conversation.key(key)
        else:
            self._conversation.heard(Heard(self._clock.now(), text))
        await self._settle()

    async def close(self) -> None:
        """Hang up."""
        if self._conversation is not None:
            await self._conversation.close()

    async def _settle(self) -> None:
        """Wait until nothing more is said: look-ups answer within a second, then it is the caller's turn."""
        self._mouth.busy.set()
        while self._mouth.busy.is_set():
            self._mouth.busy.clear()
            await asyncio.sleep(QUIET_S)
