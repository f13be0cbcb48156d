"""A small floor in memory: it speaks the messages of ``docs/desk.md``, so that the desk can be tested without calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from desk.ports import AgentSeat, Message


class SmallFloor:
    """Signs agents in, keeps what pages ask, and says what a test tells it to."""

    def __init__(self) -> None:
        self.screens: dict[str, asyncio.Queue[Message | None]] = {}
        self.states: dict[str, str] = {}
        self.asked: list[tuple[str, Message]] = []
        self.news = asyncio.Event()  # a page has asked something
        self.left = asyncio.Event()  # somebody has signed out
        self.slow: asyncio.Event | None = None
        self.shown: list[str] = []  # offers whose page asked for the next message

    async def attend(self, seat: AgentSeat) -> AsyncIterator[Message]:
        queue: asyncio.Queue[Message | None] = asyncio.Queue()
        self.screens[seat.agent_id] = queue
        self.states[seat.agent_id] = "idle"
        try:
            agent = {"id": seat.agent_id, "name": seat.name, "role": seat.role, "skills": list(seat.skills)}
            yield {"type": "hello", "agent": agent, "state": "idle", "reason": "", "calls": [], "promises": []}
            while (message := await queue.get()) is not None:
                yield message
                if message["type"] == "offer":
                    self.shown.append(str(message["offer_id"]))
        finally:
            if self.screens.get(seat.agent_id) is queue:  # a page that came back has a screen of its own already
                del self.screens[seat.agent_id]
                self.states[seat.agent_id] = "offline"
            self.left.set()

    async def tell(self, agent_id: str, message: Message) -> Message:
        self.asked.append((agent_id, message))
        self.news.set()
        if self.slow is not None and message["type"] == "transfer":
            await self.slow.wait()
        if message["type"] == "state":
            if agent_id not in self.screens:
                return {"type": "error", "error": "您还没有签入,请刷新页面后重试。"}
            self.states[agent_id] = str(message["state"])
        if message.get("call_id") == "c-gone":
            return {"type": "error", "error": "这通电话已经结束,操作没有执行。"}
        return {"type": "done"}

    async def until_asked(self, type_: str) -> None:
        """Return when some page has asked this."""
        while not any(message["type"] == type_ for _, message in self.asked):
            self.news.clear()
            await self.news.wait()

    async def agents(self) -> Sequence[Message]:
        return [{"id": agent, "state": state} for agent, state in self.states.items()]

    async def queue(self) -> Sequence[Message]:
        return [{"call_id": "c-waiting", "position": 1, "caller": {"number": "13800138000"}}]

    async def media_offer(self, call_id: str, ticket: str, sdp: str) -> str:
        raise PermissionError("this floor has no softphones")

    def show(self, agent_id: str, message: Message) -> None:
        self.screens[agent_id].put_nowait(message)
