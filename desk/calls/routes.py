"""``/api/v1/calls``: lists, one call, notes, corrections, 小结."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from desk.auth import Gate, Me, Role
from desk.auth.accounts import AccountBook
from desk.calls import summary
from desk.calls.book import CallBook, is_called_back, people
from desk.calls.card import MAX_TEXT, card_of, value_at
from desk.calls.detail import detail
from desk.calls.fold import new_call
from desk.calls.lists import CallLists, Filter, listed
from desk.calls.projection import Projection
from desk.errors import BadRequest, Conflict
from desk.http import desk_router


class NewNote(BaseModel):
    """A remark on a call."""

    text: str = Field(min_length=1, max_length=2000)


class Correction(BaseModel):
    """What the agent heard differently; ``field`` is ``request``, ``intent``, ``waybill``, ``notes.0`` ..."""

    field: str = Field(max_length=32)
    after: str = Field(min_length=1, max_length=MAX_TEXT)
    before: str | None = Field(default=None, max_length=MAX_TEXT)


class Summary(BaseModel):
    """小结: three levels, what was done, and whether the caller's matter is settled."""

    category: list[str] = Field(min_length=3, max_length=3)
    result: str = Field(max_length=2000)
    solved: bool
    follow_up: bool = False
    request: str = Field(default="", max_length=MAX_TEXT)
    waybill: str | None = Field(default=None, max_length=32)


class CallRoutes:
    """The routes of calls."""

    def __init__(
        self, gate: Gate, accounts: AccountBook, projection: Projection, lists: CallLists, book: CallBook
    ) -> None:
        self._gate = gate
        self._accounts = accounts
        self._projection = projection
        self._lists = lists
        self._book = book

    def router(self) -> APIRouter:
        """Return the routes."""
        router = desk_router()
        add: Any = router.add_api_route
        anyone = [Depends(self._gate.require())]
        handlers = [Depends(self._gate.require(Role.AGENT, Role.SUPERVISOR))]
        add("/api/v1/calls", self.page, methods=["GET"], dependencies=anyone)
        add("/api/v1/summary-categories", self.categories, methods=["GET"], dependencies=anyone)
        add("/api/v1/calls/{call_id}", self.one, methods=["GET"], dependencies=anyone)
        add("/api/v1/calls/{call_id}/notes", self.note, methods=["POST"], dependencies=handlers, status_code=201)
        add("/api/v1/calls/{call_id}/card", self.correct, methods=["POST"], dependencies=handlers)
        add("/api/v1/calls/{call_id}/summary", self.summarise, methods=["POST"], dependencies=handlers)
        admin = [Depends(self._gate.require(Role.ADMIN))]
        add("/api/v1/calls/rebuild", self.rebuild, methods=["POST"], dependencies=admin, status_code=202)
        return router

    async def page(
        self,
        account: Me,
        before: str = "",
        limit: int = 50,
        number: str = "",
        intent: str = "",
        outcome: str = "",
        agent: str = "",
        waybill: str = "",
        hotline: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> dict[str, object]:
        """List calls, newest first; ``next`` is the ``before`` of the following page, empty at the end."""
        await self._projection.catch_up()
        agent = account.account_id if agent == "me" else agent
        asked = Filter(before, limit, number, intent, outcome, agent, waybill, hotline, since, until)
        rows, following = await self._lists.page(asked, account)
        names = await self._accounts.displays()
        return {"calls": [listed(row, account, names) for row in rows], "next": following}

    async def one(self, call_id: str, account: Me) -> dict[str, object]:
        """Show one call with everything that the ledger holds about it."""
        events = await self._book.events(call_id)
        await self._projection.catch_up()
        row = await self._lists.row(call_id) or new_call(call_id)
        names = await self._accounts.displays()
        shown = detail(events, account, names)
        if shown["summary"] is None:
            shown["summary"] = summary.draft(row, shown["card"], shown["work_orders"])
        mine = account.leads or account.account_id in people(events).known or is_called_back(events)
        recording = None
        if row["recording_s"] is not None and not row["refused_recording"] and mine:
            base = f"/api/v1/calls/{call_id}"
            recording = {"url": f"{base}/recording", "seconds": row["recording_s"], "peaks_url": f"{base}/peaks"}
        return {**listed(row, account, names), **shown, "recording": recording, "mine": mine}

    async def note(self, call_id: str, body: NewNote, account: Me) -> dict[str, object]:
        """Add a remark."""
        await self._book.own(call_id, account)
        stored = await self._book.append("agent.note", call_id, {"text": body.text, "by": account.account_id})
        return {"note": stored.as_dict()}

    async def correct(self, call_id: str, body: Correction, account: Me) -> dict[str, object]:
        """Correct a field of the card; what stood there is kept and the page shows a mark."""
        events = await self._book.own(call_id, account)
        card = card_of(events)
        if card is None:
            raise Conflict("这通电话还没有转接卡片,不能更正。", code="no_card")
        before = value_at(card, body.field)
        if body.before is not None and body.before != before:
            raise Conflict("这一项刚被别人改过,请刷新后再改。", code="changed_meanwhile")
        if before != body.after:
            change = {"field": body.field, "before": before, "after": body.after, "by": account.account_id}
            events = [*events, await self._book.append("card.corrected", call_id, change)]
        return {"card": card_of(events)}

    async def summarise(self, call_id: str, body: Summary, account: Me) -> dict[str, object]:
        """Keep the 小结; writing it again replaces it, and both stay in the ledger."""
        await self._book.own(call_id, account)
        if not summary.is_category(body.category):
            raise BadRequest("分类不存在,请从列表中选择三级分类。")
        data = {**body.model_dump(), "by": account.account_id}
        stored = await self._book.append("call.summary", call_id, data)
        return {"summary": data | {"at": stored.event.at.isoformat(timespec="seconds")}}

    async def categories(self) -> dict[str, object]:
        """The three levels of the 小结."""
        return {"categories": summary.categories()}

    async def rebuild(self) -> dict[str, object]:
        """Throw the lists away and fill them from the ledger again, in the background."""
        await self._projection.rebuild()
        return {"rebuilding": True}
