"""``/api/v1/work-orders``: what runs, who has it, and every step a person takes with it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import ColumnElement

from logistics_client.database import to_text
from logistics_client.vocabulary import OrderKind, OrderStatus, WorkOrder
from logistics_client.web.people import LEADS, WORKERS, Person, Require
from logistics_client.web.route import Refusal, room_router
from logistics_client.work_orders import Outbox
from logistics_client.work_orders.office import WorkOrderOffice
from logistics_client.work_orders.progress import Step
from logistics_client.work_orders.schema import work_orders

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Owner = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Details = Annotated[dict[Name, Text], Field(max_length=30)]


class NewWorkOrder(BaseModel):
    """A work order that a person or program opens."""

    model_config = ConfigDict(extra="forbid")

    kind: OrderKind
    waybill: Annotated[str, StringConstraints(strip_whitespace=True, min_length=6, max_length=32)] | None = None
    call_id: Name | None = None
    details: Details = Field(default_factory=dict)


class Reason(BaseModel):
    """Why, in a person's words."""

    model_config = ConfigDict(extra="forbid")

    text: Text | None = None


class Result(BaseModel):
    """What came of it; the caller hears this sentence."""

    model_config = ConfigDict(extra="forbid")

    text: Text


class Reroute(BaseModel):
    """Who takes it from now on."""

    model_config = ConfigDict(extra="forbid")

    owner: Owner
    text: Text | None = None


def work_order_router(office: WorkOrderOffice, outbox: Outbox, require: Require) -> APIRouter:
    """Make the routes.

    Args:
        office: opens and moves orders.
        outbox: knows the deliveries that were given up.
        require: who may ask.
    """
    router = room_router("/api/v1/work-orders")
    anyone, leads = Depends(require(*WORKERS)), Depends(require(*LEADS))
    _add_deliveries(router, outbox, leads)
    _add_reading(router, office, anyone)
    _add_opening(router, office, anyone)
    _add_steps(router, office, anyone)
    return router


def _add_deliveries(router: APIRouter, outbox: Outbox, leads: Any) -> None:
    @router.get("/dead-letters", dependencies=[leads])
    async def dead_letters() -> dict[str, Any]:
        """Deliveries that were given up; the receiver never got these."""
        letters = await outbox.dead_letters()
        return {
            "dead_letters": [
                {"order_id": d.order_id, "action": d.action, "attempts": d.attempts, "error": d.error} for d in letters
            ]
        }

    @router.post("/{order_id}/redeliver", dependencies=[leads])
    async def redeliver(order_id: str) -> dict[str, Any]:
        """Put an order's given-up deliveries back into the queue."""
        return {"revived": await outbox.revive(order_id)}


def _add_reading(router: APIRouter, office: WorkOrderOffice, anyone: Any) -> None:
    @router.get("", dependencies=[anyone])
    async def listed(
        status: Annotated[list[OrderStatus] | None, Query()] = None,
        kind: OrderKind | None = None,
        owner: str | None = None,
        waybill: str | None = None,
        call_id: str | None = None,
        running: bool | None = None,
        before: datetime | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> dict[str, Any]:
        """Work orders, newest first; ``before`` continues after the oldest one that was shown."""
        table = work_orders.c
        wanted = [s for s in OrderStatus if running is None or s.is_running is running]
        conditions: list[ColumnElement[bool]] = [table.status.in_([s.value for s in status or wanted if s in wanted])]
        exact = {table.kind: kind, table.owner: owner, table.waybill: waybill, table.call_id: call_id}
        conditions += [column == value for column, value in exact.items() if value is not None]
        if before is not None:
            if before.tzinfo is None:
                raise Refusal(400, "zone", "时间要带时区，例如 2026-11-22T20:00:00+08:00。")
            conditions.append(table.opened_at < to_text(before))
        found = await office.book.find(*conditions, limit=limit)
        following = found[-1].opened_at.isoformat() if len(found) == limit else None
        return {"work_orders": [shown(order) for order in found], "next": following}

    @router.get("/{order_id}", dependencies=[anyone])
    async def one(order_id: str) -> dict[str, Any]:
        """One work order."""
        return shown(_there(await office.book.get(order_id)))


def _add_opening(router: APIRouter, office: WorkOrderOffice, anyone: Any) -> None:
    @router.post("", status_code=201)
    async def opened(body: NewWorkOrder, response: Response, person: Person = anyone) -> dict[str, Any]:
        """Open an order; the running one of its kind and parcel is returned instead, with status 200."""
        order, new = await office.open(
            body.kind, body.waybill, by=person.name, call_id=body.call_id, details=body.details
        )
        response.status_code = 201 if new else 200
        return {**shown(order), "new": new}


def _add_steps(router: APIRouter, office: WorkOrderOffice, anyone: Any) -> None:
    @router.post("/{order_id}/accept")
    async def accept(order_id: str, person: Person = anyone) -> dict[str, Any]:
        """Take an order over."""
        return shown(_there(await office.act(order_id, Step.ACCEPT, by=person.name)))

    @router.post("/{order_id}/reroute")
    async def reroute(order_id: str, body: Reroute, person: Person = anyone) -> dict[str, Any]:
        """Give an order to somebody else."""
        moved = await office.act(order_id, Step.REROUTE, by=person.name, owner=body.owner, text=body.text)
        return shown(_there(moved))

    @router.post("/{order_id}/result")
    async def result(order_id: str, body: Result, person: Person = anyone) -> dict[str, Any]:
        """Note what came of an order; its promise is kept or missed by this."""
        return shown(_there(await office.act(order_id, Step.RESULT, by=person.name, text=body.text)))

    @router.post("/{order_id}/close")
    async def close(order_id: str, body: Reason | None = None, person: Person = anyone) -> dict[str, Any]:
        """Close an order; nothing is owed any more."""
        text = body.text if body else None
        return shown(_there(await office.act(order_id, Step.CLOSE, by=person.name, text=text)))

    @router.post("/{order_id}/reopen")
    async def reopen(order_id: str, body: Reason | None = None, person: Person = anyone) -> dict[str, Any]:
        """Open an order again, with a new promise."""
        text = body.text if body else None
        return shown(_there(await office.act(order_id, Step.REOPEN, by=person.name, text=text)))


def shown(order: WorkOrder) -> dict[str, Any]:
    """Return an order as the interface shows it."""
    promise = order.promise
    return {
        "order_id": order.order_id,
        "kind": order.kind.value,
        "waybill": order.waybill,
        "status": order.status.value,
        "opened_at": order.opened_at.isoformat(),
        "promise": {"what": promise.what, "due_at": promise.due_at.isoformat(), "kept": promise.kept}
        if promise
        else None,
        "owner": order.owner,
        "outcome": order.outcome,
        "details": order.details,
        "evidence": list(order.evidence),
        "parent_id": order.parent_id,
        "call_id": order.call_id,
    }


def _there(order: WorkOrder | None) -> WorkOrder:
    if order is None:
        raise Refusal(404, "unknown", "没有这张工单。")
    return order
