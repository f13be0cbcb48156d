"""One offer to one agent: the card on the screen, the ring, the whisper, and the answer.

On a desk telephone lifting the receiver is the answer, and hanging up during the whisper declines. A softphone is
connected while it rings, with the gates closed; accepting only opens them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from telephony.bridge import Bridge
from telephony.bridge import Outcome as Rung
from telephony.hub import Role
from telephony.ports import SipCall
from voice.floor.agents import Refused
from voice.floor.line import Offered

logger = logging.getLogger(__name__)

WHISPER_DEADLINE_S = 8.0
CONNECT_AFTER_ACCEPT_S = 5.0

Speak = Callable[[str], AsyncIterator[bytes]]


class Outcome(StrEnum):
    """How an attempt to reach a person ended; the words of the ledger."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    CALLER_LEFT = "caller_left"


_RUNG = {
    Rung.BUSY: Outcome.BUSY,
    Rung.NO_ANSWER: Outcome.NO_ANSWER,
    Rung.DECLINED: Outcome.DECLINED,
    Rung.UNREACHABLE: Outcome.FAILED,
    Rung.FAILED: Outcome.FAILED,
    Rung.CALLER_LEFT: Outcome.CALLER_LEFT,
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt; ``code`` is the SIP status behind a refusal, 0 if none, ``seconds`` from the offer on."""

    outcome: Outcome
    code: int = 0
    seconds: float = 0.0


class Ringing:
    """One agent's telephone or softphone, ringing for one caller."""

    def __init__(
        self,
        bridge: Bridge,
        caller: SipCall,
        offered: Offered,
        *,
        role: Role = Role.AGENT,
        ring_s: float,
        whisper: str,
        speak: Speak,
        softphone: asyncio.Future[SipCall] | None,
        number: str | None,
        headers: Mapping[str, str],
    ) -> None:
        self.offered = offered
        self._bridge, self._caller, self._role = bridge, caller, role
        self._ring_s, self._whisper, self._speak = ring_s, whisper, speak
        self._softphone, self._number, self._headers = softphone, number, headers
        loop = asyncio.get_running_loop()
        self._accepted: asyncio.Future[None] = loop.create_future()
        self._declined: asyncio.Future[None] = loop.create_future()

    def accept(self) -> None:
        """The agent's page accepts.

        Raises:
            Refused: the agent has a desk telephone, which is answered by lifting the receiver.
        """
        if self._softphone is None:
            raise Refused("您使用的是话机，请直接摘机接听。")
        if not self._accepted.done():
            self._accepted.set_result(None)

    def decline(self) -> None:
        """The agent's page declines."""
        if not self._declined.done():
            self._declined.set_result(None)

    async def run(self) -> Attempt:
        """Ring until there is an outcome; accepted means that the gates may open."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        withdrawn = loop.create_task(self.offered.withdrawn.wait())
        ringing = loop.create_task(self._ring_browser() if self._softphone is not None else self._ring_telephone())
        waiting: set[asyncio.Future[Any]] = {ringing, withdrawn, self._declined, self._caller.closed}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            attempt = self._outcome(ringing)
        finally:
            withdrawn.cancel()
            ringing.cancel()
            await asyncio.gather(ringing, withdrawn, return_exceptions=True)
        if attempt.outcome is not Outcome.ACCEPTED:
            await self._bridge.drop(self._role, attempt.outcome.value)
        return Attempt(attempt.outcome, attempt.code, round(loop.time() - began, 3))

    def _outcome(self, ringing: asyncio.Task[Attempt]) -> Attempt:
        if self._caller.closed.done():
            return Attempt(Outcome.CALLER_LEFT)
        if ringing.done():
            return ringing.result()
        return Attempt(Outcome.DECLINED if self._declined.done() else Outcome.FAILED)

    # --- a desk telephone --------------------------------------------------------------------------------------------

    async def _ring_telephone(self) -> Attempt:
        rung = await self._bridge.ring(
            self.offered.agent.device,
            role=self._role,
            from_number=self._number,
            headers=self._headers,
            timeout=self._ring_s,
        )
        if rung.outcome is not Rung.ANSWERED:
            return Attempt(_RUNG[rung.outcome], rung.code)
        person = self._bridge.person(self._role)
        if person is None:
            return Attempt(Outcome.DECLINED)
        if self._role is Role.AGENT:
            await self._play_whisper(person)
        return Attempt(Outcome.DECLINED if person.closed.done() else Outcome.ACCEPTED)

    # --- a browser ---------------------------------------------------------------------------------------------------

    async def _ring_browser(self) -> Attempt:
        assert self._softphone is not None
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._ring_s
        connecting = loop.create_task(self._connect(self._softphone))
        try:
            await asyncio.wait({connecting, self._accepted}, timeout=self._ring_s, return_when=asyncio.FIRST_COMPLETED)
            if not self._accepted.done():
                await asyncio.wait({self._accepted}, timeout=max(0.0, deadline - loop.time()))
            if not self._accepted.done():
                return Attempt(Outcome.NO_ANSWER)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(connecting), CONNECT_AFTER_ACCEPT_S)
            person = self._bridge.person(self._role)
            up = connecting.done() and person is not None and not person.closed.done()
            return Attempt(Outcome.ACCEPTED if up else Outcome.FAILED)
        finally:
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)

    async def _connect(self, softphone: asyncio.Future[SipCall]) -> None:
        """Take the leg when it comes; the agent hears the whisper meanwhile, until accepting cuts it."""
        leg = await asyncio.shield(softphone)
        await leg.answer()
        self._bridge.take(self._role, leg)
        if self._role is Role.AGENT and not self._accepted.done():
            whispering = asyncio.create_task(self._play_whisper(leg))
            self._accepted.add_done_callback(lambda _done: self._bridge.whisper.flush())
            whispering.add_done_callback(_report)

    async def _play_whisper(self, person: SipCall) -> None:
        if not self._whisper:
            return
        leg = self._bridge.whisper
        async for pcm in self._speak(self._whisper):
            if person.closed.done() or self._accepted.done():
                return
            leg.write(pcm)
        played = asyncio.ensure_future(leg.wait_below(0))
        waiting: set[asyncio.Future[Any]] = {played, person.closed}
        await asyncio.wait(waiting, timeout=WHISPER_DEADLINE_S, return_when=asyncio.FIRST_COMPLETED)
        played.cancel()
        leg.flush()


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        logger.error("a whisper failed; the agent has the card", exc_info=task.exception())
