"""The warm hand-over: the agent's telephone rings, the agent hears a whisper, then both talk on the caller's hub.

The caller's leg is never touched: the hub changes who hears whom. If either side leaves, the other is told or freed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from dialog.protocol import HandoverCard, Transfer, TransferOutcome
from telephony.hub import BotLeg, Hub, Mode, MusicLeg, Role
from telephony.ports import DialFailed, SipCall
from voice.music import hold_music
from voice.services import Services

logger = logging.getLogger(__name__)

RING_S = 20.0
WHISPER_DEADLINE_S = 8.0

_OUTCOMES = {
    "busy": TransferOutcome.BUSY,
    "no_answer": TransferOutcome.NO_ANSWER,
    "declined": TransferOutcome.DECLINED,
}
_EVENTS = {
    TransferOutcome.NO_ANSWER: "agent.no_answer",
    TransferOutcome.DECLINED: "agent.declined",
    TransferOutcome.BUSY: "agent.declined",
}


class Handover:
    """One attempt to reach a person for one call.

    ``log`` appends to the ledger, ``progress`` tells the dialogue, ``bridged`` is called when both can talk.
    """

    def __init__(
        self,
        services: Services,
        hub: Hub,
        *,
        call_id: str,
        number: str | None,
        log: Callable[[str, dict[str, object]], None],
        progress: Callable[[TransferOutcome], None],
        bridged: Callable[[], None],
    ) -> None:
        self._services = services
        self._hub = hub
        self._call_id = call_id
        self._number = number
        self._log = log
        self._progress = progress
        self._bridged = bridged
        self._agent: SipCall | None = None

    async def run(self, transfer: Transfer, agent_sip: str) -> None:
        """Try once, and stay until the conversation with the person is over."""
        self._log(
            "transfer.requested", {"reason": transfer.reason, "skill": transfer.skill, "card": _card(transfer.card)}
        )
        if not agent_sip:
            self._fail(TransferOutcome.UNAVAILABLE)
            return
        self._hub.attach_music(MusicLeg(hold_music(self._hub.rate), self._hub.rate))
        self._hub.set_mode(Mode.WAITING)
        self._log("agent.offered", {"agent": agent_sip})
        self._progress(TransferOutcome.RINGING)
        try:
            agent = await self._services.endpoint.dial(
                agent_sip,
                from_number=self._number,
                headers={"X-Hotline-Call": self._call_id},
                timeout=RING_S,
            )
        except DialFailed as failure:
            self._back_to_bot()
            self._fail(_OUTCOMES.get(failure.reason, TransferOutcome.FAILED), code=failure.code)
            return
        await self._talk(agent, transfer.card)

    async def close(self) -> None:
        """Hang the agent up, when the caller has gone."""
        if self._agent is not None:
            await self._agent.hangup("caller_left")

    async def _talk(self, agent: SipCall, card: HandoverCard) -> None:
        self._agent = agent
        self._log("agent.accepted", {})
        self._hub.attach(Role.AGENT, agent)
        try:
            await self._whisper(card.whisper, agent)
            if not agent.closed.done():
                self._hub.set_mode(Mode.BRIDGED)
                self._bridged()
                self._log("transfer.bridged", {})
            cause = await asyncio.shield(agent.closed)
        finally:
            self._hub.detach(Role.AGENT)
            self._hub.detach(Role.WHISPER)
            self._back_to_bot()
        self._log("hold", {"state": "agent_left", "cause": cause})
        self._progress(TransferOutcome.ENDED)

    async def _whisper(self, text: str, agent: SipCall) -> None:
        if not text:
            return
        leg = BotLeg(self._hub.rate)
        self._hub.attach_voice(Role.WHISPER, leg)
        async for chunk in self._services.speaker.speak(text, rate=self._hub.rate, private=True):
            leg.write(chunk.pcm)
        played = asyncio.ensure_future(leg.wait_below(0))
        waiting: set[asyncio.Future[Any]] = {played, agent.closed}
        await asyncio.wait(waiting, timeout=WHISPER_DEADLINE_S, return_when=asyncio.FIRST_COMPLETED)
        played.cancel()

    def _back_to_bot(self) -> None:
        self._hub.attach_music(None)
        self._hub.set_mode(Mode.BOT)

    def _fail(self, outcome: TransferOutcome, *, code: int = 0) -> None:
        if outcome in _EVENTS:
            self._log(_EVENTS[outcome], {"code": code})
        self._log("transfer.failed", {"outcome": outcome.value, "code": code})
        self._progress(outcome)


def _card(card: HandoverCard) -> dict[str, object]:
    def lines(entries: tuple[object, ...]) -> list[str]:
        return [getattr(entry, "text", str(entry)) for entry in entries]

    return {
        "request": card.request,
        "processes": lines(card.processes),
        "notes": lines(card.notes),
        "trace": lines(card.trace),
        "promises": lines(card.promises),
        "emotion": card.emotion,
        "unconfirmed": lines(card.unconfirmed),
        "next_steps": list(card.next_steps),
        "identity": card.identity,
        "intent": card.intent,
        "waybill": card.waybill,
        "whisper": card.whisper,
    }
