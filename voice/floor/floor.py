"""The floor as the desk sees it: who is signed in, who waits, and what an agent's page may ask."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from desk.ports import AgentSeat, Message
from ledger.commands import CommandBook, CommandResult
from ledger.store import LedgerUnavailable
from telephony.ports import SipCall
from voice.floor.agents import Agent, Refused, State, choose, extend_wrap_up, finish_wrap_up
from voice.floor.board import AWAY, Board
from voice.floor.presence import Note, Presence, moment
from voice.floor.routing import in_order, position
from voice.floor.store import View
from voice.floor.tickets import Tickets

REDIS_AWAY = "坐席状态暂时无法更新，通话不受影响，请稍后再试。"
LEDGER_AWAY = "系统暂时无法记录操作，通话不受影响，请稍后再试。"
MALFORMED = "消息格式不正确，操作没有执行。"
NOT_YOURS = "这通电话不在您手上，或已经结束。"
NO_OFFER = "这通来电已不在等待您接听。"

_ON_CALLS = frozenset(
    [
        *("hold", "resume", "mute", "unmute", "hangup", "to_bot", "keys", "consult", "confer", "hand_on"),
        *("drop_consult", "transfer", "supervise", "leave"),
    ]
)
_SUPERVISING = ("supervise", "leave")
_ARGUMENTS = ("digits", "target", "stance")


class Softphones(Protocol):
    """Where browsers' legs come from; ``telephony.webrtc.WebEndpoint`` is one."""

    async def softphone(self, sdp: str) -> tuple[SipCall, str]:
        """Connect an agent's browser: the leg and the SDP answer."""


Dial = Callable[[Agent, str, str], Awaitable[Message]]
"""Calls a number for an agent, on behalf of an earlier call (its id, may be empty); raises ``Refused``."""


class HotlineFloor:
    """Presence and queue of all agents; :class:`desk.ports.Floor`."""

    def __init__(
        self,
        board: Board,
        book: CommandBook,
        tickets: Tickets,
        softphones: Softphones,
        *,
        note: Note,
    ) -> None:
        self._board, self._book, self._tickets, self._softphones = board, book, tickets, softphones
        self._presence = Presence(board, note=note)
        self.dial: Dial | None = None

    def attend(self, seat: AgentSeat) -> AsyncIterator[Message]:
        """Sign the agent in and yield what the screen is told, ``hello`` first; leaving the iterator signs out."""
        return self._presence.attend(seat)

    async def tell(self, agent_id: str, message: Message) -> Message:
        """Run what the agent's page asks; return ``done`` or ``error`` with one Chinese sentence."""
        request = message.get("request")
        try:
            data = await self._obey(agent_id, message)
        except Refused as refusal:
            return {"type": "error", "error": str(refusal), "request": request}
        except AWAY:
            return {"type": "error", "error": REDIS_AWAY, "request": request}
        except LedgerUnavailable:
            return {"type": "error", "error": LEDGER_AWAY, "request": request}
        return {"type": "done", "request": request, **data}

    async def agents(self) -> Sequence[Message]:
        """Every signed-in agent with state, since when, and call."""
        view = await self._view()
        return [_shown(agent) for agent in view.agents.values() if agent.state is not State.OFFLINE]

    async def queue(self) -> Sequence[Message]:
        """Every waiting call, first in line first."""
        view = await self._view()
        now = self._board.now
        return [
            {
                "call_id": caller.call_id,
                "position": position(caller, view.waiting.values()),
                "skill": caller.skill,
                "since": moment(caller.since),
                "wait_s": round(now - caller.since, 1),
                "request": caller.label,
                "fresh": caller.fresh,
                "elderly": caller.elderly,
                "missed_promises": caller.missed_promises,
                "offered": caller.offered,
            }
            for caller in in_order(view.waiting.values())
        ]

    async def media_offer(self, call_id: str, ticket: str, sdp: str) -> str:
        """Connect a browser's softphone with gates closed and return the SDP answer.

        Raises:
            PermissionError: the ticket is unknown, used, expired, or for another call.
        """
        waiting = self._tickets.redeem(call_id, ticket)
        leg, answer = await self._softphones.softphone(sdp)
        if waiting.done():
            await leg.hangup("too_late")
            raise PermissionError("这次来电已经结束。")
        waiting.set_result(leg)
        return answer

    def staffed(self) -> bool:
        """Whether somebody is on duty who could take a call; from the last picture, without waiting."""
        return any(
            agent.state not in (State.OFFLINE, State.BUSY, State.REST) for agent in self._board.view.agents.values()
        )

    async def close(self) -> None:
        """End every page."""
        self._presence.close()

    async def _view(self) -> View:
        try:
            return await self._board.store.view()
        except AWAY:
            return self._board.view

    # --- what a page asks --------------------------------------------------------------------------------------------

    async def _obey(self, agent_id: str, message: Message) -> Mapping[str, object]:
        verb = message.get("type")
        match verb:
            case "ping":
                return {}
            case "state":
                await self._choose(agent_id, message)
                return {}
            case "acw":
                await self._wrap_up(agent_id, message)
                return {}
            case "dial":
                return await self._dial(agent_id, message)
            case "accept" | "answer" | "decline":
                return await self._answer(agent_id, verb, message)
            case str() if verb in _ON_CALLS:
                return await self._act(agent_id, verb, message)
            case _:
                raise Refused("没有这个操作。")

    async def _choose(self, agent_id: str, message: Message) -> None:
        wanted, reason = message.get("state"), message.get("reason") or ""
        if not isinstance(reason, str) or len(reason) > 40:
            raise Refused(MALFORMED)
        try:
            state = State(str(wanted))
        except ValueError:
            raise Refused("只能选择示闲、示忙或小休。") from None
        await self._board.edit(agent_id, lambda agent: choose(agent, state, reason, self._board.now))

    async def _wrap_up(self, agent_id: str, message: Message) -> None:
        extend = bool(message.get("extend")) or message.get("do") == "extend"
        now, acw_s = self._board.now, self._board.rules.acw_s
        await self._board.edit(
            agent_id, lambda agent: extend_wrap_up(agent, now, acw_s) if extend else finish_wrap_up(agent, now)
        )

    async def _dial(self, agent_id: str, message: Message) -> Mapping[str, object]:
        number = message.get("number")
        if not isinstance(number, str) or not number:
            raise Refused("请给出要拨打的号码。")
        if self.dial is None:
            raise Refused("外呼暂未开通。")
        earlier = message.get("call_id")
        return await self.dial(await self._agent(agent_id), number, earlier if isinstance(earlier, str) else "")

    async def _answer(self, agent_id: str, verb: str, message: Message) -> Mapping[str, object]:
        agent, _ = await self._agent_or_last(agent_id)
        offer_id = message.get("offer_id") or ""
        mine = agent.offer_id if agent.state is State.RINGING else ""
        if not mine or (offer_id and offer_id != mine) or (not offer_id and message.get("call_id") != agent.call_id):
            raise Refused(NO_OFFER)
        return await self._command(agent.call_id, verb, agent_id, {"offer_id": mine})

    async def _act(self, agent_id: str, verb: str, message: Message) -> Mapping[str, object]:
        call_id = message.get("call_id")
        arguments = {name: message[name] for name in _ARGUMENTS if name in message}
        if not isinstance(call_id, str) or not all(isinstance(v, str) and len(v) <= 200 for v in arguments.values()):
            raise Refused(MALFORMED)
        agent, sure = await self._agent_or_last(agent_id)
        if sure and verb not in _SUPERVISING and agent.role == "agent" and agent.call_id != call_id:
            raise Refused(NOT_YOURS)  # else the call itself tells: it knows who has it
        return await self._command(call_id, verb, agent_id, arguments)

    async def _command(self, call_id: str, verb: str, by: str, arguments: Mapping[str, object]) -> Mapping[str, object]:
        result: CommandResult = await self._book.perform(call_id, verb, by=by, arguments=arguments)
        if not result.ok:
            raise Refused(result.text)
        return result.data

    async def _agent(self, agent_id: str) -> Agent:
        agent = (await self._board.store.view()).agents.get(agent_id)
        if agent is None or agent.state is State.OFFLINE:
            raise Refused("您还没有签入，请刷新页面后重试。")
        return agent

    async def _agent_or_last(self, agent_id: str) -> tuple[Agent, bool]:
        """The agent as the table has it; while Redis is away as it was last seen, False: calls go on without Redis."""
        try:
            return await self._agent(agent_id), True
        except AWAY:
            last = self._board.view.agents.get(agent_id)
            if last is None or last.state is State.OFFLINE:
                raise
            return last, False


def _shown(agent: Agent) -> Message:
    return {
        "id": agent.agent_id,
        "name": agent.name,
        "role": agent.role,
        "skills": list(agent.skills),
        "device": "browser" if agent.device == "browser" else "telephone",
        "state": agent.state.value,
        "reason": agent.reason,
        "since": moment(agent.since),
        "call_id": agent.call_id,
    }
