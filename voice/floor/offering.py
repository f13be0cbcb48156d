"""Asking one agent for one call: card first, then the ring, then what became of it in the ledger and on the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from telephony.bridge import Bridge
from telephony.hub import Role
from telephony.ports import SipCall
from voice.floor.agents import Agent, Refused, passed, talk, unanswered
from voice.floor.calls import CallFacts, FloorTools, Log
from voice.floor.line import Offered
from voice.floor.presence import moment
from voice.floor.ringing import Attempt, Outcome, Ringing, Speak
from voice.floor.store import LiveCall
from voice.floor.targets import WITHOUT_CALLER

# In the ledger: who refused, and who did not come to the telephone for whatever reason.
_EVENTS = {
    Outcome.DECLINED: "agent.declined",
    Outcome.BUSY: "agent.declined",
    Outcome.NO_ANSWER: "agent.no_answer",
    Outcome.FAILED: "agent.no_answer",
    Outcome.CALLER_LEFT: "agent.no_answer",
}
_GONE = {Outcome.BUSY: "failed"}
NOT_RINGING = "这通来电已不在等待您接听。"


class Offering:
    """The offers of one call; ``since`` tells how long its caller has waited, in seconds."""

    def __init__(
        self,
        tools: FloorTools,
        facts: CallFacts,
        bridge: Bridge,
        caller: SipCall,
        *,
        log: Log,
        speak: Speak,
        waited: Callable[[], float],
    ) -> None:
        self._tools, self._facts, self._bridge, self._caller = tools, facts, bridge, caller
        self._log, self._speak, self._waited = log, speak, waited
        self._rings: dict[str, Ringing] = {}

    async def attempt(
        self,
        offered: Offered,
        card: Mapping[str, object],
        *,
        role: Role = Role.AGENT,
        ring_s: float | None = None,
        last_agent: bool = False,
    ) -> Attempt:
        """Ask; ``accepted`` means that the leg is on the bridge and the caller of this may open the gates at once."""
        agent, offered.asked = offered.agent, True
        ring_s = self._tools.routing.rules.ring_s if ring_s is None else ring_s
        ticket, softphone = self._tools.tickets.issue(self._facts.call_id) if agent.device == "browser" else ("", None)
        attempt = Attempt(Outcome.FAILED)
        try:
            message = self._message(offered, card, ring_s, ticket, last_agent=last_agent)
            shown = self._ringing_call(agent, message) if role is Role.AGENT else None
            await self._tools.screens.offer(agent, message, shown)
            self._log("agent.offered", {"agent": agent.agent_id, "name": agent.name, "offer_id": offered.offer_id})
            ringing = self._rings[offered.offer_id] = Ringing(
                self._bridge,
                self._caller,
                offered,
                role=role,
                ring_s=ring_s,
                whisper=str(card.get("whisper") or ""),
                speak=self._speak,
                softphone=softphone,
                number=self._shown_to(agent),
                headers={"X-Hotline-Call": self._facts.call_id},
            )
            attempt = await ringing.run()
        finally:
            self._rings.pop(offered.offer_id, None)
            if ticket:
                self._tools.tickets.withdraw(ticket)
            if attempt.outcome is not Outcome.ACCEPTED:
                if self._caller.closed.done():
                    attempt = Attempt(Outcome.CALLER_LEFT, attempt.code, attempt.seconds)
                await asyncio.shield(self._failed(offered, attempt, role))
        return attempt

    async def accepted(self, offered: Offered, attempt: Attempt) -> None:
        """Note the acceptance; called after the gates are open."""
        agent = offered.agent
        data = {"agent": agent.agent_id, "name": agent.name, "outcome": Outcome.ACCEPTED.value}
        self._log("agent.accepted", data | {"seconds": attempt.seconds})
        await self._tools.line.settle(agent.agent_id, offered.offer_id, talk)

    def _shown_to(self, agent: Agent) -> str | None:
        """The number that rings: an outlet and a courier see the hotline's, never the customer's."""
        return (self._facts.called or None) if agent.agent_id in WITHOUT_CALLER else self._facts.number

    def answer(self, by: str, offer_id: str, *, accept: bool) -> None:
        """An agent's page accepts or declines.

        Raises:
            Refused: nothing rings for this agent, or another offer than the page shows.
        """
        for ringing in self._rings.values():
            offered = ringing.offered
            if offered.agent.agent_id == by and offer_id in ("", offered.offer_id):
                return ringing.accept() if accept else ringing.decline()
        raise Refused(NOT_RINGING)

    def withdraw(self) -> None:
        """Ask nobody any more."""
        for ringing in self._rings.values():
            ringing.offered.withdrawn.set()

    async def _failed(self, offered: Offered, attempt: Attempt, role: Role) -> None:
        agent, outcome = offered.agent, attempt.outcome
        data = {"agent": agent.agent_id, "name": agent.name, "outcome": outcome.value}
        self._log(_EVENTS[outcome], data | {"code": attempt.code, "seconds": attempt.seconds})
        gone = {"type": "offer.gone", "offer_id": offered.offer_id, "reason": _GONE.get(outcome, outcome.value)}
        if not agent.built_in:
            await self._tools.screens.tell(agent.agent_id, gone)
            if role is Role.AGENT:
                await self._tools.screens.forget(self._facts.call_id)
        no_answer = outcome is Outcome.NO_ANSWER
        await self._tools.line.settle(agent.agent_id, offered.offer_id, unanswered if no_answer else passed)

    def _message(
        self, offered: Offered, card: Mapping[str, object], ring_s: float, ticket: str, *, last_agent: bool
    ) -> dict[str, object]:
        facts = self._facts
        media = {
            "url": f"{self._tools.media_base}/api/v1/calls/{facts.call_id}/media",
            "ticket": ticket,
            "ice_servers": self._tools.ice_servers(),
        }
        return {
            "type": "offer",
            "offer_id": offered.offer_id,
            "call_id": facts.call_id,
            "ring_s": ring_s,
            "wait_s": round(self._waited(), 1),
            "last_agent": last_agent,
            "caller": facts.as_caller(),
            "called": facts.called,
            "hotline": facts.hotline,
            "card": dict(card),
            "media": media if ticket else None,
        }

    def _ringing_call(self, agent: Agent, message: Mapping[str, object]) -> LiveCall:
        board = self._tools.board
        call = call_message(self._facts.call_id, "ringing", board.now)
        return LiveCall(self._facts.call_id, board.process, (agent.agent_id,), call, message)


def call_message(
    call_id: str, phase: str, since: float, *, muted: bool = False, consult: Mapping[str, object] | None = None
) -> dict[str, object]:
    """What screens are told of a call's phase."""
    return {
        "type": "call",
        "call_id": call_id,
        "phase": phase,
        "since": moment(since),
        "muted": muted,
        "consult": consult,
    }
