"""A caller and an agent in conversation, and everything the agent (or a supervisor) may do with the call."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from telephony.bridge import Bridge
from telephony.hub import Role
from telephony.ports import SipCall, SipEndpoint
from voice.floor.agents import Agent, Refused, wrap_up
from voice.floor.calls import CallFacts, FloorTools, Log
from voice.floor.chores import Chores
from voice.floor.line import Offered
from voice.floor.offering import Offering, call_message
from voice.floor.ringing import Outcome
from voice.floor.store import LiveCall
from voice.floor.supervision import LEADERS, Supervision
from voice.floor.targets import Target, read_target, telephone
from voice.floor.waiting import Waiting

CONSULT_FREE_WITHIN_S = 3.0
_KEYS = re.compile(r"[0-9A-D*#]{1,32}", re.ASCII)
_LOST = ("media_timeout", "failed")


class End(StrEnum):
    """How the talk with a person ended."""

    CALLER_LEFT = "caller_left"
    AGENT_LEFT = "agent_left"
    AGENT_LOST = "agent_lost"  # the agent's line broke: the caller is put through to somebody again
    TO_BOT = "to_bot"
    HANGUP = "hangup"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Ending:
    """The end, and whom to try next after a transfer."""

    end: End
    target: Target | None = None
    cause: str = ""


@dataclass(slots=True)
class Consult:
    """The agent's second opinion."""

    target: Target
    phase: str = "ringing"
    offered: Offered | None = None
    task: asyncio.Task[None] | None = None


class Talk:
    """From the open gates to the end; ``ended`` is done when the agent has left."""

    def __init__(
        self,
        tools: FloorTools,
        facts: CallFacts,
        bridge: Bridge,
        caller: SipCall,
        offering: Offering,
        endpoint: SipEndpoint,
        *,
        offered: Offered,
        card: Mapping[str, object],
        log: Log,
    ) -> None:
        self._tools, self._facts, self._bridge, self._caller = tools, facts, bridge, caller
        self._offering = offering
        self._offered, self._card, self._log = offered, card, log
        self._phase, self._since, self._muted = "talking", tools.board.now, False
        self._consult: Consult | None = None
        self._chores = Chores()
        self._supervision = Supervision(tools, facts, bridge, endpoint, self._chores, log=log, show=self.show)
        self.began = tools.board.now
        self.ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    @property
    def agent(self) -> Agent:
        """Whom the caller talks with."""
        return self._offered.agent

    @property
    def agent_ids(self) -> tuple[str, ...]:
        """Everybody whose screen shows the call."""
        names = (self.agent.agent_id, self._consulted, *self._supervision.names)
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def _consulted(self) -> str:
        """Account or telephone of who is being consulted; empty when nobody is."""
        return self._consult.offered.agent.agent_id if self._consult and self._consult.offered else ""

    async def show(self) -> None:
        """Tell the screens where the call stands."""
        await self._tools.screens.call(self._as_call())

    async def close(self) -> None:
        """The talk is over: everybody else's part ends, and the agent has time for the summary."""
        self.end(Ending(End.CALLER_LEFT))
        if self._consult is not None and self._consult.task is not None:
            self._consult.task.cancel()
            await asyncio.gather(self._consult.task, return_exceptions=True)
        await self._end_consult("ended")
        await self._supervision.close()
        self._chores.stop()
        self._phase, self._since = "ended", self._tools.board.now
        await self._tools.screens.over(self._as_call())
        await self._wrap_up(self._offered)

    def end(self, ending: Ending) -> None:
        """End the talk; the first reason counts."""
        if not self.ended.done():
            self.ended.set_result(ending)

    def person_left(self, role: Role, cause: str) -> None:
        """A person hung up, or a person's line broke."""
        if role is Role.AGENT:
            if self._consult is not None and self._consult.phase == "talking":
                # The one who was consulted is still on the line: better than music.
                self._chores.start(self._succeed())
                return
            lost = cause.startswith(_LOST)
            self.end(Ending(End.AGENT_LOST if lost else End.AGENT_LEFT, cause=cause))
        elif role is Role.CONSULT:
            self._chores.start(self._consult_left())
        elif role is Role.SUPERVISOR:
            self._chores.start(self._supervision.step_out())

    # --- commands ----------------------------------------------------------------------------------------------------

    async def steer(self, verb: str, by: str, arguments: Mapping[str, object]) -> Mapping[str, object]:
        """Do what a person asks.

        Raises:
            Refused: not this person's call, or not possible now.
        """
        if verb == "supervise":
            return await self._supervision.begin(by, str(arguments.get("stance") or "listen"))
        if verb == "leave":
            await self._supervision.leave(by)
            return {}
        if verb == "hangup" and by == self._consulted:
            await self._bridge.drop(Role.CONSULT, "left")
            await self._consult_left()
            return {}
        self._check_right(by)
        if self.ended.done():
            raise Refused("这通电话正在结束，操作没有执行。")
        match verb:
            case "hold":
                self._to("held")
                self._bridge.hold()
                self._log("hold", {"state": "on", "agent": by})
            case "resume":
                self._resume(by)
            case "mute" | "unmute":
                self._muted = verb == "mute"
                self._bridge.mute(self._muted)
            case "keys":
                await self._keys(str(arguments.get("digits") or ""))
            case "hangup":
                self.end(Ending(End.HANGUP))
            case "to_bot":
                self.end(Ending(End.TO_BOT))
            case "transfer":
                self.end(Ending(End.TRANSFER, self._target(arguments)))
                return {}
            case "consult":
                self._begin_consult(self._target(arguments))
            case "confer":
                self._need_consulted()
                self._bridge.confer()
                self._to("conference")
            case "hand_on":
                self._need_consulted()
                await self._succeed()
            case "drop_consult":
                await self._drop_consult()
            case _:
                raise Refused("没有这个操作。")
        await self.show()
        return {}

    def _check_right(self, by: str) -> None:
        known = self._tools.board.view.agents.get(by)
        if by != self.agent.agent_id and known is not None and known.role not in LEADERS:
            raise Refused("这通电话不在您手上，操作没有执行。")

    def _target(self, arguments: Mapping[str, object]) -> Target:
        text = str(arguments.get("target") or "")
        return read_target(text, self._tools.board.view.agents, self._tools.routing, me=self.agent.agent_id)

    def _to(self, phase: str) -> None:
        self._phase, self._since = phase, self._tools.board.now

    def _resume(self, by: str) -> None:
        if self._consult is not None and self._consult.phase == "talking":
            self._bridge.confer()
            self._to("conference")
        else:
            self._bridge.join()
            self._to("talking")
        self._log("hold", {"state": "off", "agent": by})

    async def _keys(self, digits: str) -> None:
        if not _KEYS.fullmatch(digits.upper()):
            raise Refused("按键只能是数字、星号和井号。")
        await self._bridge.keys(digits.upper())

    # --- consult -----------------------------------------------------------------------------------------------------

    def _begin_consult(self, target: Target) -> None:
        if self._consult is not None:
            raise Refused("已经在咨询中，请先结束当前咨询。")
        self._consult = Consult(target)
        self._bridge.hold()
        self._to("consulting")
        self._consult.task = self._chores.start(self._ring_consult(self._consult))

    async def _ring_consult(self, consult: Consult) -> None:
        offered = await self._free(consult.target)
        if offered is None:
            await self._consult_failed("现在没有空闲的人可以咨询，已回到与客户的通话。")
            return
        consult.offered = offered
        attempt = await self._offering.attempt(offered, self._card, role=Role.CONSULT)
        if attempt.outcome is not Outcome.ACCEPTED:
            consult.offered = None
            await self._consult_failed("咨询的人没有接听，已回到与客户的通话。")
            return
        consult.phase = "talking"
        self._bridge.hold()
        await self._offering.accepted(offered, attempt)
        await self.show()

    async def _free(self, target: Target) -> Offered | None:
        """The person to consult: a telephone as it is, an agent who is free within a moment."""
        if target.uri:
            return Offered(telephone(target), f"o-{secrets.token_hex(8)}", asyncio.Event())
        board = self._tools.board
        waiting = Waiting(
            f"{self._facts.call_id}#consult",
            board.process,
            target.skill,
            board.now,
            dropped=True,
            only_agent=target.agent_id,
            tried=(self.agent.agent_id,),
            label="咨询",
        )
        place = await self._tools.line.join(waiting)
        try:
            async with asyncio.timeout(CONSULT_FREE_WITHIN_S):
                while not isinstance(news := await place.news.get(), Offered):
                    pass
                news.asked = True  # the ring begins next, and its outcome settles the agent
                return news
        except TimeoutError:
            return None
        finally:
            await self._tools.line.leave(place)

    async def _consult_failed(self, sentence: str) -> None:
        self._consult = None
        if self.ended.done():
            return
        self._bridge.join()
        self._to("talking")
        await self._tools.screens.tell(self.agent.agent_id, {"type": "error", "error": sentence, "request": None})
        await self.show()

    async def _consult_left(self) -> None:
        await self._end_consult("left")
        if not self.ended.done():
            self._bridge.join()
            self._to("talking")
            await self.show()

    async def _drop_consult(self) -> None:
        if self._consult is None:
            raise Refused("现在没有咨询。")
        if self._consult.phase == "ringing" and self._consult.task is not None:
            self._consult.task.cancel()
            await asyncio.gather(self._consult.task, return_exceptions=True)
        await self._end_consult("dropped")
        self._bridge.join()
        self._to("talking")

    async def _end_consult(self, cause: str) -> None:
        consult, self._consult = self._consult, None
        if consult is None:
            return
        await self._bridge.drop(Role.CONSULT, cause)
        if consult.offered is not None:
            ended = call_message(self._facts.call_id, "ended", self._tools.board.now)
            await self._tools.screens.tell(consult.offered.agent.agent_id, ended)
            await self._wrap_up(consult.offered)

    def _need_consulted(self) -> None:
        if self._consult is None or self._consult.phase != "talking":
            raise Refused("咨询还没有接通。")

    async def _succeed(self) -> None:
        """The consulted person becomes the agent; the former one has time for the summary."""
        consult, former = self._consult, self._offered
        if consult is None or consult.offered is None:
            return
        self._consult, self._offered, self._muted = None, consult.offered, False
        await self._bridge.hand_on()
        self._to("talking")
        data = {"agent": self.agent.agent_id, "name": self.agent.name, "from": former.agent.agent_id}
        self._log("hold", {"state": "agent_left", "cause": "handed_on", "agent": former.agent.agent_id})
        self._log("transfer.bridged", data | {"how": "handed_on"})
        ended = call_message(self._facts.call_id, "ended", self._tools.board.now)
        await self._tools.screens.tell(former.agent.agent_id, ended)
        await self.show()
        await self._wrap_up(former)

    # --- the rest ----------------------------------------------------------------------------------------------------

    async def _wrap_up(self, offered: Offered) -> None:
        acw_s = self._tools.routing.rules.acw_s
        await self._tools.line.settle(
            offered.agent.agent_id, offered.offer_id, lambda agent, now: wrap_up(agent, now, acw_s)
        )

    def _as_call(self) -> LiveCall:
        consult = None
        if self._consult is not None:
            phase = self._consult.phase
            consult = {"target": self._consult.target.label, "phase": phase, "agent": self._consulted}
        call = call_message(self._facts.call_id, self._phase, self._since, muted=self._muted, consult=consult)
        return LiveCall(self._facts.call_id, self._tools.board.process, self.agent_ids, call, {})
