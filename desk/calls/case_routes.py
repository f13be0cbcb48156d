"""Routes of the case: the parcel with everything about it, actions, my promises, the 回电 queue."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from desk.auth import Gate, Me, Role
from desk.calls.actions import PURPOSES, Actions
from desk.calls.book import CallBook, caller_number
from desk.calls.callbacks import CallBacks
from desk.calls.case import Cases
from desk.calls.projection import Projection
from desk.calls.promises import PromiseBook
from desk.http import desk_router
from logistics_client.vocabulary import ORDER_NAMES, OrderKind


class NewOrder(BaseModel):
    """An order that an agent opens during or after a call."""

    kind: OrderKind
    waybill: str | None = Field(default=None, max_length=32)
    details: dict[str, str] = Field(default_factory=dict)


class NewLink(BaseModel):
    """A signed link by SMS."""

    purpose: str = Field(max_length=20)
    waybill: str = Field(max_length=32)


class Decision(BaseModel):
    """What becomes of a promise."""

    decision: str = Field(pattern="^(made|kept|dropped)$")
    what: str = Field(default="", max_length=200)
    due_at: str = Field(default="", max_length=40)


class CaseRoutes:
    """The routes of cases."""

    def __init__(
        self,
        gate: Gate,
        book: CallBook,
        cases: Cases,
        actions: Actions,
        promises: PromiseBook,
        call_backs: CallBacks,
        projection: Projection,
    ) -> None:
        self._gate = gate
        self._book = book
        self._cases = cases
        self._actions = actions
        self._promises = promises
        self._call_backs = call_backs
        self._projection = projection

    def router(self) -> APIRouter:
        """Return the routes."""
        router = desk_router()
        add: Any = router.add_api_route
        anyone = [Depends(self._gate.require())]
        handlers = [Depends(self._gate.require(Role.AGENT, Role.SUPERVISOR))]
        add("/api/v1/parcels/{waybill}", self.parcel, methods=["GET"], dependencies=anyone)
        add("/api/v1/calls/{call_id}/case", self.case, methods=["GET"], dependencies=anyone)
        add("/api/v1/calls/{call_id}/orders", self.open_order, methods=["POST"], dependencies=handlers)
        add("/api/v1/calls/{call_id}/links", self.send_link, methods=["POST"], dependencies=handlers)
        add("/api/v1/order-kinds", self.kinds, methods=["GET"], dependencies=anyone)
        add("/api/v1/promises", self.promises, methods=["GET"], dependencies=handlers)
        add("/api/v1/promises/{promise_id}", self.decide, methods=["POST"], dependencies=handlers)
        add("/api/v1/callbacks", self.call_backs, methods=["GET"], dependencies=handlers)
        return router

    async def parcel(self, waybill: str, account: Me, call_id: str = "") -> dict[str, object]:
        """One parcel's case; with ``call_id`` the carrier is asked in that caller's name."""
        await self._projection.catch_up()
        number = caller_number(await self._book.events(call_id)) if call_id else None
        return await self._cases.of_parcel(waybill, account, number=number)

    async def case(self, call_id: str, account: Me) -> dict[str, object]:
        """The caller's parcels and last five calls."""
        await self._projection.catch_up()
        return await self._cases.of_call(await self._book.events(call_id), account)

    async def open_order(self, call_id: str, body: NewOrder, account: Me) -> dict[str, object]:
        """Open a work order; ``new`` is false when one of the kind is running already."""
        events = await self._book.own(call_id, account)
        return await self._actions.open_order(events, body.kind, body.waybill, body.details, account)

    async def send_link(self, call_id: str, body: NewLink, account: Me) -> dict[str, object]:
        """Send a link to the order's own phone."""
        events = await self._book.own(call_id, account)
        return await self._actions.send_link(events, body.purpose, body.waybill, account)

    async def kinds(self) -> dict[str, object]:
        """What can be opened and sent, with names."""
        kinds = [{"kind": kind.value, "label": label} for kind, label in ORDER_NAMES.items()]
        return {"kinds": kinds, "links": [{"purpose": purpose, "label": name} for purpose, name in PURPOSES.items()]}

    async def promises(self, account: Me) -> dict[str, object]:
        """我今天的承诺."""
        return {"promises": list(await self._promises.of_agent(account.account_id))}

    async def decide(self, promise_id: str, body: Decision, account: Me) -> dict[str, object]:
        """Make an offered promise one's own, settle it, or say that it was none."""
        promise = await self._promises.decide(promise_id, body.decision, account, what=body.what, due_at=body.due_at)
        return {"promise": promise}

    async def call_backs(self, account: Me) -> dict[str, object]:
        """The 回电 queue."""
        await self._projection.catch_up()
        return {"callbacks": await self._call_backs.waiting(account)}
