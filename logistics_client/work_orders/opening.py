"""Opening a batch of work orders in one transaction; the table's unique slot decides who is first."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from logistics_client.database import to_text
from logistics_client.vocabulary import Promise, WorkOrder
from logistics_client.work_orders.draft import Draft
from logistics_client.work_orders.schema import order_of, order_outbox, row_of, work_orders

Opened = tuple[WorkOrder, bool]


async def open_batch(connection: AsyncConnection, drafts: Sequence[Draft]) -> list[Opened]:
    """Store the drafts that are the first of their slot, with their deliveries; find the running ones of the others.

    Args:
        connection: inside a transaction.
        drafts: no two of the same slot.

    Returns:
        For each draft its order, and whether that order is new.
    """
    # One order for all processes: writers that lock slots in the same order cannot wait for each other.
    missing = sorted(range(len(drafts)), key=lambda index: drafts[index].slot or "")
    opened: dict[int, Opened] = {}
    await _release_expired(connection, drafts)
    while missing:
        orders = {index: _numbered(drafts[index]) for index in missing}
        stored = await _insert(connection, [row_of(orders[index], drafts[index].slot) for index in missing])
        new = [index for index in missing if orders[index].order_id in stored]
        opened.update({index: (orders[index], True) for index in new})
        if new:
            deliveries = [outbox_row(orders[index], "open", drafts[index].opened_at) for index in new]
            await connection.execute(insert(order_outbox), deliveries)
        running = await _running(connection, [s for i in missing if i not in opened and (s := drafts[i].slot)])
        for index in missing:
            slot = drafts[index].slot
            if index not in opened and slot is not None and slot in running:
                opened[index] = (running[slot], False)
        # Neither stored nor found: the random number was taken, so another one is drawn.
        missing = [index for index in missing if index not in opened]
    return [opened[index] for index in range(len(drafts))]


def outbox_row(order: WorkOrder, action: str, now: datetime) -> dict[str, Any]:
    """Build the delivery of one step of an order."""
    return {
        "order_id": order.order_id,
        "action": action,
        "state": "pending",
        "attempts": 0,
        "next_at": to_text(now),
        "error": None,
    }


async def _release_expired(connection: AsyncConnection, drafts: Sequence[Draft]) -> None:
    oldest = {draft.slot: draft.opened_at - draft.window for draft in drafts if draft.slot}
    running = await _running(connection, list(oldest))
    expired = [order.order_id for slot, order in running.items() if order.opened_at < oldest[slot]]
    if expired:
        await connection.execute(update(work_orders).where(work_orders.c.order_id.in_(expired)).values(slot=None))


async def _running(connection: AsyncConnection, slots: Sequence[str]) -> dict[str, WorkOrder]:
    if not slots:
        return {}
    rows = await connection.execute(select(work_orders).where(work_orders.c.slot.in_(slots)))
    return {row["slot"]: order_of(row) for row in rows.mappings()}


async def _insert(connection: AsyncConnection, rows: list[dict[str, Any]]) -> set[str]:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(work_orders).on_conflict_do_nothing().returning(work_orders.c.order_id)
    return set((await connection.execute(statement, rows)).scalars())


def _numbered(draft: Draft) -> WorkOrder:
    """Draw the number: day and six random digits, short enough to be read to a caller."""
    order_id = f"{draft.opened_at:%y%m%d}{secrets.randbelow(10**6):06d}"
    promise = Promise(draft.promise.what, draft.promise.due_at, order_id, None)
    return WorkOrder(
        order_id=order_id,
        kind=draft.kind,
        waybill=draft.waybill,
        opened_at=draft.opened_at,
        promise=promise,
        owner=draft.owner,
        details=dict(draft.details),
        parent_id=draft.parent_id,
        call_id=draft.call_id,
    )
