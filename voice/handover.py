"""The warm hand-over: from the caller's wish for a person, through the queue, to the end of the talk.

The caller's leg is never touched: the hub changes who hears whom. Whatever happens on the way, the caller ends with a
person, with the bot, or leaves: never in silence.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from dialog.protocol import HandoverCard, Transfer, TransferOutcome
from ledger.commands import Command, CommandResult
from telephony.bridge import Bridge
from telephony.hub import Hub, MusicLeg, Role
from telephony.ports import SipCall, SipEndpoint
from voice.floor.agents import Agent, Refused
from voice.floor.calls import CallFacts, FloorTools, card_as_dict
from voice.floor.line import News, Nobody, Offered, Place, Standing
from voice.floor.offering import Offering
from voice.floor.queue_told import QueueTold
from voice.floor.ringing import Attempt, Outcome, Speak
from voice.floor.talk import End, Ending, Talk
from voice.floor.targets import OUTSIDE, WITHOUT_CALLER, Target, telephone
from voice.floor.wish import Urgency, Wish, wish_of
from voice.music import hold_music

logger = logging.getLogger(__name__)

REDIS_AWAY_S = 8.0
NO_TALK = "这通电话现在没有人工在通话中。"

_OUTCOMES = {
    Outcome.BUSY: TransferOutcome.BUSY,
    Outcome.NO_ANSWER: TransferOutcome.NO_ANSWER,
    Outcome.DECLINED: TransferOutcome.DECLINED,
    Outcome.FAILED: TransferOutcome.FAILED,
}


class Around(Protocol):
    """What a hand-over tells the call around it."""

    def log(self, type_: str, data: Mapping[str, object]) -> None:
        """Append to the call's ledger."""

    def progress(self, outcome: TransferOutcome, position: int | None = None, estimate_s: int | None = None) -> None:
        """Tell the dialogue."""

    def bridged(self, agent_id: str) -> Callable[[], Awaitable[None]]:
        """A person has the call: the bot falls silent, people's words are written; returns what ends that."""

    def hang_up(self, cause: str) -> None:
        """End the caller's call."""


class Handover:
    """One call's people; made for the first wish, it stays until the call is over."""

    def __init__(
        self,
        tools: FloorTools,
        endpoint: SipEndpoint,
        hub: Hub,
        caller: SipCall,
        facts: CallFacts,
        around: Around,
        *,
        speak: Speak,
        leave_path: bool = False,
    ) -> None:
        self._tools, self._caller, self._facts, self._around = tools, caller, facts, around
        self._endpoint, self._leave_path = endpoint, leave_path
        music = MusicLeg(hold_music(hub.rate), hub.rate)
        self._bridge = Bridge(hub, caller, endpoint, music=music, on_person_left=self._person_left)
        self._since = 0.0
        self._offering = Offering(
            tools,
            facts,
            self._bridge,
            caller,
            log=around.log,
            speak=speak,
            waited=lambda: tools.board.now - self._since,
        )
        self._talk: Talk | None = None
        self._talked = False
        self._stopped = asyncio.Event()

    async def reach(self, transfer: Transfer, urgency: Urgency | None = None) -> None:
        """Find a person, and stay until the talk is over; the dialogue is told every step."""
        card = card_as_dict(transfer.card)
        self._around.log("transfer.requested", {"reason": transfer.reason, "skill": transfer.skill, "card": card})
        self._since = self._tools.board.now
        self._stopped.clear()
        urgency = urgency or Urgency()
        wish = wish_of(transfer, urgency, self._tools.routing.trunk)
        try:
            if wish.skill in OUTSIDE and not wish.uri:
                # Without a line that hides numbers nobody is rung, and no agent can stand in for an outlet.
                await self._give_back(TransferOutcome.UNAVAILABLE, failed=TransferOutcome.UNAVAILABLE)
                return
            await self._serve(wish, card, urgency, transfer.card)
        except Exception:
            logger.exception("a hand-over failed; the caller is back with the bot")
            self._around.log("degraded", {"what": "hand-over"})
            await self._give_back(TransferOutcome.ENDED if self._talked else TransferOutcome.FAILED)

    async def converse(self, offered: Offered, leg: SipCall, card: HandoverCard) -> None:
        """A call that an agent made: the agent is there already, and what follows is as after any hand-over."""
        self._since = self._tools.board.now
        self._bridge.take(Role.AGENT, leg)
        await self._connect(offered, Attempt(Outcome.ACCEPTED))
        try:
            await self._serve(Wish("general"), card_as_dict(card), Urgency(), card, first=offered)
        except Exception:
            logger.exception("a call that an agent made failed; it ends")
            self._around.log("degraded", {"what": "hand-over"})
            await self._give_back(TransferOutcome.ENDED)

    def stop_waiting(self) -> None:
        """The caller does not want to wait any longer; who is asked just now is asked no more."""
        self._stopped.set()
        if self._talk is None:
            self._offering.withdraw()

    async def close(self) -> None:
        """The caller has gone: everybody else is hung up."""
        await self._bridge.back_to_bot("caller_left")

    async def steer(self, command: Command) -> CommandResult:
        """Run one command of a person.

        Raises:
            Refused: it cannot be done now.
        """
        arguments = command.arguments
        if command.verb in ("accept", "answer", "decline"):
            offer_id = str(arguments.get("offer_id") or "")
            self._offering.answer(command.by, offer_id, accept=command.verb != "decline")
            return CommandResult(True)
        if self._talk is None:
            raise Refused(NO_TALK)
        return CommandResult(True, data=await self._talk.steer(command.verb, command.by, arguments))

    # --- the way to a person -----------------------------------------------------------------------------------------

    async def _serve(
        self,
        wish: Wish,
        card: dict[str, object],
        urgency: Urgency,
        plain: HandoverCard,
        *,
        first: Offered | None = None,
    ) -> None:
        """Find a person (``first`` is one who is connected already), converse, and do what the talk's end asks for."""
        self._talked = False
        while True:
            offered, first, outcome = first, None, None
            if offered is None:
                self._bridge.wait()
                offered, outcome = await self._find(wish, card, urgency, plain)
            if offered is None:
                if outcome is not None:
                    # The dialogue takes a failure only while it waits for its first person.
                    await self._give_back(TransferOutcome.ENDED if self._talked else outcome, failed=outcome)
                else:
                    await self._bridge.back_to_bot()
                return
            self._talked = True
            ending, last = await self._converse(offered, card)
            following = await self._after(ending, last)
            if following is None:
                return
            wish = following

    async def _find(
        self, wish: Wish, card: dict[str, object], urgency: Urgency, plain: HandoverCard
    ) -> tuple[Offered | None, TransferOutcome | None]:
        """Ring people until one accepts: the agent; or nobody and how it failed; or nobody, the caller having left."""
        if wish.uri:
            target = Target(wish.label, uri=wish.uri)
            return await self._ring_telephone(target, card, wish.ring_s)
        waiting = wish.waiting(
            self._facts.call_id, self._tools.board.process, self._since, urgency, label=plain.request
        )
        place = await self._tools.line.join(waiting)
        try:
            return await self._wait(place, wish, card)
        finally:
            await self._tools.line.leave(place)

    async def _wait(
        self, place: Place, wish: Wish, card: dict[str, object]
    ) -> tuple[Offered | None, TransferOutcome | None]:
        failed = TransferOutcome.UNAVAILABLE
        queue = QueueTold(self._tell_standing)
        while True:
            news = await self._next(place)
            if self._caller.closed.done():
                return None, None
            if self._stopped.is_set():
                self._around.log("transfer.failed", {"outcome": "given_up"})
                return None, None
            if isinstance(news, Offered):
                last = news.agent.agent_id == wish.last_agent
                self._around.progress(TransferOutcome.RINGING)
                attempt = await self._offering.attempt(news, card, last_agent=last)
                if attempt.outcome is Outcome.ACCEPTED:
                    await self._connect(news, attempt)
                    return news, None
                if attempt.outcome is Outcome.CALLER_LEFT:
                    return None, None
                failed = _OUTCOMES[attempt.outcome]
                queue.forget()
                await self._tools.line.back(place)
            elif isinstance(news, Standing):
                queue.tell(news, self._tools.board.now)
            elif isinstance(news, Nobody):
                return None, failed
            elif self._overdue():
                return await self._ring_telephone(Target("overflow", uri=self._tools.routing.overflow), card, None)
            elif not self._tools.board.connected and self._tools.board.now - self._since > REDIS_AWAY_S:
                return None, TransferOutcome.FAILED
            else:
                queue.again(self._tools.board.now)

    async def _next(self, place: Place) -> News | None:
        """The next news of the place; None after a second without."""
        getting = asyncio.ensure_future(place.news.get())
        stopping = asyncio.ensure_future(self._stopped.wait())
        waiting: set[asyncio.Future[Any]] = {getting, stopping, self._caller.closed}
        try:
            await asyncio.wait(waiting, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
            return getting.result() if getting.done() else None
        finally:
            getting.cancel()
            stopping.cancel()

    def _overdue(self) -> bool:
        routing = self._tools.routing
        return bool(routing.overflow) and self._tools.board.now - self._since > routing.overflow_after_s

    async def _ring_telephone(
        self, target: Target, card: dict[str, object], ring_s: float | None
    ) -> tuple[Offered | None, TransferOutcome | None]:
        self._around.progress(TransferOutcome.RINGING)
        offered = Offered(telephone(target), f"o-{secrets.token_hex(8)}", asyncio.Event())
        attempt = await self._offering.attempt(offered, card, ring_s=ring_s)
        if attempt.outcome is Outcome.ACCEPTED:
            await self._connect(offered, attempt)
            return offered, None
        return None, _OUTCOMES.get(attempt.outcome)

    # --- the talk ----------------------------------------------------------------------------------------------------

    async def _connect(self, offered: Offered, attempt: Attempt) -> None:
        """Open the gates first; everything else can wait."""
        self._bridge.join()
        self._end_bridged = self._around.bridged(offered.agent.agent_id)
        self._around.progress(TransferOutcome.BRIDGED)
        agent = offered.agent
        seconds = round(self._tools.board.now - self._since, 2)
        await self._offering.accepted(offered, attempt)
        self._around.log("transfer.bridged", {"agent": agent.agent_id, "name": agent.name, "seconds": seconds})

    async def _converse(self, offered: Offered, card: dict[str, object]) -> tuple[Ending, Agent]:
        """How the talk ended, and with whom: a call may have been handed on meanwhile."""
        talk = Talk(
            self._tools,
            self._facts,
            self._bridge,
            self._caller,
            self._offering,
            self._endpoint,
            offered=offered,
            card=card,
            log=self._around.log,
        )
        if self._bridge.agent is None:
            talk.end(Ending(End.AGENT_LEFT, cause="gone"))
        self._talk = talk
        try:
            await talk.show()
            if self._leave_path and await self._bridge.leave_path():
                self._around.log("hold", {"state": "left_path"})
            waiting: set[asyncio.Future[Any]] = {talk.ended, self._caller.closed}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            ending = Ending(End.CALLER_LEFT) if self._caller.closed.done() else talk.ended.result()
            if ending.end is End.TRANSFER or ending.end is End.TO_BOT:
                self._bridge.wait()
            return ending, talk.agent
        finally:
            self._talk = None
            await self._end_bridged()
            await asyncio.shield(talk.close())
            self._tools.board.later(lambda: self._tools.board.store.talked(self._tools.board.now - talk.began))

    async def _after(self, ending: Ending, agent: Agent) -> Wish | None:
        """What follows a talk: another person, the bot, or the end."""
        if ending.end is not End.CALLER_LEFT:
            self._around.log(
                "hold", {"state": "agent_left", "cause": ending.cause or ending.end.value, "agent": agent.agent_id}
            )
        if ending.end is End.CALLER_LEFT:
            return None
        if ending.end is End.TRANSFER and ending.target is not None:
            target = ending.target
            await self._bridge.drop(Role.AGENT, "transferred")
            self._since = self._tools.board.now
            tried = (agent.agent_id,)
            return Wish(target.skill or "general", target.agent_id, target.uri, target.label, dropped=True, tried=tried)
        if ending.end is End.AGENT_LOST and agent.agent_id not in WITHOUT_CALLER:
            self._since = self._tools.board.now
            return Wish(agent.skills[0] if agent.skills else "general", last_agent=agent.agent_id, dropped=True)
        if ending.end is End.HANGUP:
            await self._bridge.drop(Role.AGENT, "hangup")
            self._around.hang_up("agent_hangup")
            return None
        await self._give_back(TransferOutcome.LOST if ending.end is End.AGENT_LOST else TransferOutcome.ENDED)
        return None

    async def _give_back(self, outcome: TransferOutcome, *, failed: TransferOutcome | None = None) -> None:
        """The bot has the caller again."""
        if failed is not None:
            self._around.log("transfer.failed", {"outcome": failed.value})
        await self._bridge.back_to_bot()
        self._around.progress(outcome)

    def _tell_standing(self, standing: Standing) -> None:
        self._around.log("transfer.queued", {"position": standing.position, "estimate_s": standing.estimate_s})
        self._around.progress(TransferOutcome.QUEUED, standing.position, standing.estimate_s)

    def _person_left(self, role: Role, cause: str) -> None:
        if self._talk is not None:
            self._talk.person_left(role, cause)
