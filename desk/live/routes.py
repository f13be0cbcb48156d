"""REST for live calls and presence: the same verbs as the WebSocket."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from desk.auth import Account, Gate, Me, Role
from desk.calls.book import CallBook
from desk.calls.masking import for_role
from desk.errors import BadRequest, Conflict
from desk.http import desk_router
from desk.live.frames import STATES
from desk.ports import Floor
from ledger.commands import CommandBook

ANSWERS = ("answer", "decline")  # the floor knows which offer is meant
VERBS = ("answer", "decline", "hold", "resume", "hangup", "mute", "unmute", "to_bot")


class NewState(BaseModel):
    """What an agent chooses."""

    state: str = Field(max_length=16)
    reason: str = Field(default="", max_length=40)


class Target(BaseModel):
    """A skill group, an agent or a telephone."""

    target: str = Field(min_length=1, max_length=200)


class LiveRoutes:
    """The routes of live calls, agents and the queue."""

    def __init__(self, gate: Gate, floor: Floor, book: CallBook, commands: CommandBook) -> None:
        self._gate = gate
        self._floor = floor
        self._book = book
        self._commands = commands

    def router(self) -> APIRouter:
        """Return the routes."""
        router = desk_router()
        add: Any = router.add_api_route
        handlers = [Depends(self._gate.require(Role.AGENT, Role.SUPERVISOR))]
        leads = [Depends(self._gate.require(Role.SUPERVISOR))]
        for verb in VERBS:
            add(f"/api/v1/calls/{{call_id}}/{verb}", self._doing(verb), methods=["POST"], dependencies=handlers)
        add("/api/v1/calls/{call_id}/transfer", self.transfer, methods=["POST"], dependencies=handlers)
        add("/api/v1/agents/me/state", self.my_state, methods=["POST"], dependencies=handlers)
        add("/api/v1/agents/{agent_id}/state", self.their_state, methods=["POST"], dependencies=leads)
        add("/api/v1/agents", self.agents, methods=["GET"], dependencies=handlers)
        add("/api/v1/queue", self.queue, methods=["GET"], dependencies=handlers)
        return router

    def _doing(self, verb: str) -> Any:
        async def do(call_id: str, account: Me) -> dict[str, object]:
            return await self._act(call_id, verb, account)

        do.__doc__ = f"Ask the call's process to {verb.replace('_', ' ')}."
        do.__name__ = verb
        return do

    async def transfer(self, call_id: str, body: Target, account: Me) -> dict[str, object]:
        """Hand the caller on to a skill group, an agent or a telephone."""
        return await self._act(call_id, "transfer", account, {"target": body.target})

    async def my_state(self, body: NewState, account: Me) -> dict[str, object]:
        """Choose 示闲, 示忙 or 小休."""
        return await self._choose(account.account_id, body)

    async def their_state(self, agent_id: str, body: NewState) -> dict[str, object]:
        """Set another agent's state (强制示忙)."""
        return await self._choose(agent_id, body)

    async def agents(self, account: Me) -> dict[str, object]:
        """Every signed-in agent."""
        return {"agents": for_role(list(await self._floor.agents()), account)}

    async def queue(self, account: Me) -> dict[str, object]:
        """Every waiting call, first in line first."""
        return {"queue": for_role(list(await self._floor.queue()), account)}

    async def _choose(self, agent_id: str, body: NewState) -> dict[str, object]:
        if body.state not in STATES:
            raise BadRequest("状态只能是 idle、busy 或 rest。")
        told = await self._floor.tell(agent_id, {"type": "state", "state": body.state, "reason": body.reason})
        if told.get("type") == "error":
            raise Conflict(str(told.get("error")))
        return {"done": True}

    async def _act(
        self, call_id: str, verb: str, account: Account, arguments: dict[str, object] | None = None
    ) -> dict[str, object]:
        """Put a command into the table and wait for its answer."""
        await self._book.live(call_id, account, verb)
        if verb in ANSWERS:
            told = await self._floor.tell(account.account_id, {"type": verb, "call_id": call_id})
            if told.get("type") == "error":
                raise Conflict(str(told.get("error")), code="refused")
            return {"done": True}
        result = await self._commands.perform(call_id, verb, by=account.account_id, arguments=arguments)
        if not result.ok:
            raise Conflict(result.text, code="refused")
        return {"done": True, **dict(result.data)}
