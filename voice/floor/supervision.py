"""A supervisor in a talk: listening, whispering to the agent, or joining; at a browser or a telephone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from telephony.bridge import Bridge
from telephony.hub import Role, Stance
from telephony.ports import DialFailed, SipCall, SipEndpoint
from voice.floor.agents import Agent, Refused
from voice.floor.calls import CallFacts, FloorTools, Log
from voice.floor.chores import Chores
from voice.floor.offering import call_message

RINGS_S = 20.0
LEADERS = ("supervisor", "admin")


class Supervision:
    """Who supervises one talk, at most one person; ``show`` tells the screens that something changed."""

    def __init__(
        self,
        tools: FloorTools,
        facts: CallFacts,
        bridge: Bridge,
        endpoint: SipEndpoint,
        chores: Chores,
        *,
        log: Log,
        show: Callable[[], Awaitable[None]],
    ) -> None:
        self._tools, self._facts, self._bridge, self._endpoint = tools, facts, bridge, endpoint
        self._chores, self._log, self._show = chores, log, show
        self._names: tuple[str, ...] = ()
        self._tickets: list[str] = []  # given to the supervisor's page

    @property
    def names(self) -> tuple[str, ...]:
        """Accounts whose screen shows the call because they supervise it."""
        return self._names

    async def begin(self, by: str, stance: str) -> Mapping[str, object]:
        """Step in, or take another stance; returns what the page needs to connect its sound.

        Raises:
            Refused: no such stance, no supervisor, or another one is there.
        """
        if stance not in set(Stance):
            raise Refused("只能监听、耳语或插话。")
        known = self._tools.board.view.agents.get(by)
        if known is None or known.role not in LEADERS:
            raise Refused("只有班长可以监听、耳语或插话。")
        if set(self._names) - {by}:
            raise Refused("已有班长在这通电话里。")
        self._names = (by,)
        self._bridge.supervise(Stance(stance))
        self._log("command", {"verb": "supervise", "by": by, "stance": stance})
        told = {"stance": stance, **self._connect(known)}
        await self._show()
        return told

    async def leave(self, by: str) -> None:
        """Step out.

        Raises:
            Refused: this person does not supervise the call.
        """
        if by not in self._names:
            raise Refused("您不在这通电话里。")
        await self._bridge.drop(Role.SUPERVISOR, "left")
        await self.step_out()

    async def step_out(self) -> None:
        """Nobody listens any more; the screen that did is told that the call is over for it."""
        gone, self._names = self._names, ()
        self._withdraw_tickets()
        self._bridge.supervise(Stance.LISTEN)
        ended = call_message(self._facts.call_id, "ended", self._tools.board.now)
        for supervisor in gone:
            await self._tools.screens.tell(supervisor, ended)
        await self._show()

    async def close(self) -> None:
        """The talk is over."""
        await self._bridge.drop(Role.SUPERVISOR, "ended")
        self._withdraw_tickets()

    def _connect(self, supervisor: Agent) -> dict[str, object]:
        if self._bridge.person(Role.SUPERVISOR) is not None:
            return {}
        if supervisor.device != "browser":
            self._chores.start(self._ring(supervisor))
            return {}
        ticket, leg = self._tools.tickets.issue(self._facts.call_id)
        self._tickets.append(ticket)
        self._chores.start(self._take(leg))
        url = f"{self._tools.media_base}/api/v1/calls/{self._facts.call_id}/media"
        return {"media": {"url": url, "ticket": ticket, "ice_servers": self._tools.ice_servers()}}

    async def _ring(self, supervisor: Agent) -> None:
        try:
            leg = await self._endpoint.dial(supervisor.device, timeout=RINGS_S)
        except DialFailed:
            await self.step_out()
            return
        self._bridge.take(Role.SUPERVISOR, leg)

    async def _take(self, softphone: asyncio.Future[SipCall]) -> None:
        leg = await asyncio.shield(softphone)
        await leg.answer()
        self._bridge.take(Role.SUPERVISOR, leg)

    def _withdraw_tickets(self) -> None:
        """A softphone that comes after its supervisor has left would listen to a call that nobody shows it."""
        while self._tickets:
            self._tools.tickets.withdraw(self._tickets.pop())
