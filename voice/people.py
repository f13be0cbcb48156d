"""People on a call, as the call's session sees them: the wish for a person, the queue, and what is said after."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

import webrtcvad

from dialog.protocol import Transfer, TransferOutcome, TransferProgress
from ledger import LedgerUnavailable
from ledger.commands import Command, CommandResult
from logistics_client.vocabulary import CallerProfile, OrderStatus
from telephony.hub import Hub
from telephony.ports import SipCall
from voice.conversation import Conversation
from voice.floor.aftercare import Aftercare
from voice.floor.agents import Refused
from voice.floor.calls import CallFacts
from voice.floor.overhearing import Overhearing
from voice.floor.wish import Urgency
from voice.handover import NO_TALK, Handover
from voice.pipeline.build import CallPipeline
from voice.pipeline.vad import AGGRESSIVENESS
from voice.services import Services

logger = logging.getLogger(__name__)


class People:
    """Hand-overs of one call; ``hang_up`` ends the call for the agent."""

    def __init__(
        self,
        services: Services,
        hub: Hub,
        call: SipCall,
        facts: CallFacts,
        profile: CallerProfile,
        conversation: Conversation,
        pipeline: CallPipeline,
        *,
        hang_up: Callable[[str], None],
        leave_path: bool = False,
    ) -> None:
        self._services, self._hub, self._call, self._facts = services, hub, call, facts
        self._profile, self._conversation, self._pipeline = profile, conversation, pipeline
        self._hang_up, self._leave_path = hang_up, leave_path
        self._handover: Handover | None = None
        self._request_id = ""
        self._reaching: asyncio.Task[None] | None = None
        self._aftercare: Aftercare | None = None

    async def begin(self) -> None:
        """Commands of people reach this call from now on."""
        self._services.floor.tools.live.add(self._facts.call_id, self)
        await self._book(self._services.floor.book.own(self._facts.call_id))

    async def close(self) -> None:
        """The call is over."""
        if self._handover is not None:
            await self._handover.close()
        if self._reaching is not None:
            await asyncio.wait({self._reaching}, timeout=5)
            self._reaching.cancel()
        self._services.floor.tools.live.remove(self._facts.call_id)
        await self._book(self._services.floor.book.disown(self._facts.call_id))

    async def steer(self, command: Command) -> CommandResult:
        """Run one command of a person.

        Raises:
            Refused: nobody is on the call, or it cannot be done now.
        """
        if self._handover is None:
            raise Refused(NO_TALK)
        return await self._handover.steer(command)

    def reach(self, transfer: Transfer) -> None:
        """Try to reach a person; a wish that is still open is given up for the new one."""
        self._request_id = transfer.request_id
        self._aftercare = Aftercare(self._services, self._facts.call_id, transfer.card, self.log)
        before, self._reaching = self._reaching, None
        if before is not None and not before.done() and self._handover is not None:
            self._handover.stop_waiting()
        self._reaching = asyncio.create_task(self._reach(transfer, before), name=f"people-{self._facts.call_id}")
        self._reaching.add_done_callback(_report)

    def leave_queue(self) -> None:
        """The caller does not wait for a person any longer."""
        if self._handover is not None:
            self._handover.stop_waiting()

    async def _reach(self, transfer: Transfer, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.gather(before, return_exceptions=True)
        if self._handover is None:
            services = self._services
            self._handover = Handover(
                services.floor.tools,
                services.endpoint,
                self._hub,
                self._call,
                self._facts,
                self,
                speak=self._speak,
                leave_path=self._leave_path,
            )
        await self._handover.reach(transfer, await self._urgency(transfer))

    # --- Around: what the hand-over tells ----------------------------------------------------------------------------

    def log(self, type_: str, data: Mapping[str, object]) -> None:
        """Append to the call's ledger."""
        self._conversation.log(type_, data)

    def progress(self, outcome: TransferOutcome, position: int | None = None, estimate_s: int | None = None) -> None:
        """Tell the dialogue."""
        now = self._services.clock.now()
        self._conversation.post(TransferProgress(now, self._request_id, outcome, position, estimate_s))

    def hang_up(self, cause: str) -> None:
        """End the caller's call."""
        self._hang_up(cause)

    def bridged(self, agent_id: str) -> Callable[[], Awaitable[None]]:
        """The bot falls silent and deaf; both people's words are written, and the agent is helped with them."""
        self._pipeline.dialogue.suspend()
        self._pipeline.deafen(True)
        aftercare = self._aftercare
        assert aftercare is not None, "a wish comes before its person"
        aftercare.begin(agent_id)
        ears = [
            Overhearing(self._hub, "caller", self._services.recogniser, self._voiced(), aftercare.caller_said),
            Overhearing(self._hub, "agent", self._services.recogniser, self._voiced(), aftercare.agent_said),
        ]

        async def end() -> None:
            for ear in ears:
                ear.close()
            self._pipeline.deafen(False)

        return end

    # --- the rest ----------------------------------------------------------------------------------------------------

    def _voiced(self) -> Callable[[bytes], bool]:
        detector, rate = webrtcvad.Vad(AGGRESSIVENESS), self._hub.rate
        return lambda pcm: bool(detector.is_speech(pcm, rate))

    async def _speak(self, text: str) -> AsyncIterator[bytes]:
        async for chunk in self._services.speaker.speak(text, rate=self._hub.rate, private=True):
            yield chunk.pcm

    async def _urgency(self, transfer: Transfer) -> Urgency:
        profile = self._profile
        last_agent = await self._last_agent(profile.dropped_call_id)
        return Urgency(
            missed_promises=missed_promises(profile, self._services.clock.now()),
            case_hours=case_hours(profile, self._services.clock.now()),
            fresh=any(p.perishable for p in profile.parcels if p.waybill == transfer.card.waybill),
            elderly=self._conversation.state.slow,
            dropped=bool(last_agent),
            last_agent=last_agent,
        )

    async def _last_agent(self, dropped_call_id: str | None) -> str:
        """The agent whom the caller was talking with when the last call broke off."""
        if not dropped_call_id:
            return ""
        try:
            events = await self._services.ledger.read(dropped_call_id)
        except LedgerUnavailable:
            return ""
        agents = [str(e.event.data.get("agent") or "") for e in events if e.event.type == "transfer.bridged"]
        return agents[-1] if agents else ""

    async def _book(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except LedgerUnavailable as error:
            logger.error("commands may not reach a call: %s", error)


def missed_promises(profile: CallerProfile, now: datetime) -> int:
    """Promises to this caller that were not kept."""
    return sum(
        order.status is OrderStatus.OVERDUE
        or (order.promise is not None and order.promise.kept is not True and order.promise.due_at <= now)
        for order in profile.orders
        if order.status.is_running
    )


def case_hours(profile: CallerProfile, now: datetime) -> float:
    """Age of the oldest open matter, in hours."""
    ages = [(now - order.opened_at).total_seconds() / 3600 for order in profile.orders if order.status.is_running]
    return round(max(ages, default=0.0), 1)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        logger.error("a hand-over failed", exc_info=task.exception())
