"""``GET /api/v1/events``: the ledger as server-sent events, resumed from the table by ``Last-Event-ID``.

At least once: ids of several processes may be committed a little out of order, so a resumed stream begins a few ids
early; a reader knows an event by its id.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth import Account, Gate, Me
from desk.calls.fold import agent_of
from desk.calls.masking import for_role
from desk.calls.schema import call_people
from desk.errors import BadRequest
from desk.http import desk_router
from desk.live.feed import Feed
from desk.reading import writers
from ledger import Ledger

PING_S = 15.0
PAGE = 500
OVERLAP = 100
# A table of another type would not be read by anybody outside.
_NEVER = frozenset({"dialogue.state", "vad"})


@dataclass(slots=True)
class Wanted:
    """What one reader wants; ``calls`` grows with the agent's calls when ``agent`` narrows."""

    types: frozenset[str]
    call_id: str
    agent: str
    calls: set[str]

    def takes(self, envelope: Mapping[str, Any]) -> bool:
        """Whether an event is for this reader."""
        type_, data, call_id = envelope["type"], envelope["data"], envelope["call_id"]
        if self.agent:
            if agent_of(data) == self.agent:
                self.calls.add(call_id)
            elif call_id not in self.calls:
                return False
        if type_ in _NEVER or (self.call_id and call_id != self.call_id):
            return False
        return not self.types or any(type_ == name or type_.startswith(f"{name}.") for name in self.types)


class EventStream:
    """Serves readers of events."""

    def __init__(self, gate: Gate, ledger: Ledger, engine: AsyncEngine, feed: Feed, *, ping_s: float = PING_S) -> None:
        self._gate = gate
        self._ledger = ledger
        self._engine = engine
        self._feed = feed
        self._ping_s = ping_s

    def router(self) -> APIRouter:
        """Return the route."""
        router = desk_router()
        anyone = [Depends(self._gate.require())]
        router.add_api_route(
            "/api/v1/events", self.events, methods=["GET"], dependencies=anyone, response_class=StreamingResponse
        )
        return router

    async def events(
        self,
        request: Request,
        account: Me,
        types: str = "",
        call_id: str = "",
        agent_id: str = "",
        after: str = "",
    ) -> StreamingResponse:
        """Stream events; agents see those of their own calls only.

        Args:
            request: carries ``Last-Event-ID``.
            types: event types or families (``call,transfer,agent.accepted``); empty is all.
            call_id: one call only.
            agent_id: one agent's calls only.
            after: as ``Last-Event-ID``, for the first connection.
            account: who reads.
        """
        last = request.headers.get("last-event-id") or after
        if last and not (last.isascii() and last.isdigit() and len(last) < 19):
            raise BadRequest("Last-Event-ID 应为数字。")
        agent = agent_id if account.role != "agent" else account.account_id
        families = frozenset(name.strip().rstrip(".") for name in types.split(",") if name.strip())
        wanted = Wanted(families, call_id, agent, await self._calls_of(agent))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        body = self._body(wanted, int(last) if last else None, account)
        return StreamingResponse(body, media_type="text/event-stream", headers=headers)

    async def _body(self, wanted: Wanted, last: int | None, account: Account) -> AsyncIterator[str]:
        with self._feed.listening() as queue:  # before the table is read: nothing falls between the two
            yield "retry: 2000\n\n"
            sent: set[int] = set()
            if last is not None:
                async for envelope in self._past(last):
                    sent.add(envelope["id"])
                    if wanted.takes(envelope):
                        yield _frame(envelope, account)
            while True:
                try:
                    news = await asyncio.wait_for(queue.get(), self._ping_s)
                except TimeoutError:
                    if not await self._may_go_on(account):
                        return
                    yield ": ping\n\n"
                    continue
                if news is None:
                    return
                if news["id"] not in sent and wanted.takes(news):
                    yield _frame(news, account)

    async def _past(self, last: int) -> AsyncIterator[dict[str, Any]]:
        async with self._engine.connect() as connection:
            several = len(await writers(connection)) > 1
        place = max(0, last - OVERLAP) if several else last
        while page := await self._ledger.read_after(place, limit=PAGE):
            for stored in page:
                yield stored.as_dict()
            place = page[-1].id

    async def _calls_of(self, agent: str) -> set[str]:
        if not agent:
            return set()
        async with self._engine.connect() as connection:
            query = select(call_people.c.call_id).where(call_people.c.agent == agent)
            return set((await connection.execute(query)).scalars())

    async def _may_go_on(self, account: Account) -> bool:
        """Whether the session is still good; a revoked key ends its streams at their next connection."""
        return account.is_program or await self._gate.sessions.check(account.session) is not None


def _frame(envelope: Mapping[str, Any], account: Account) -> str:
    data = json.dumps(for_role(envelope, account), ensure_ascii=False)
    return f"id: {envelope['id']}\nevent: {envelope['type']}\ndata: {data}\n\n"
