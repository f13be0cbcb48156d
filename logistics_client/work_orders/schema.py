"""Tables of the work orders, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from logistics_client.database import from_text, metadata, to_text
from logistics_client.vocabulary import OrderKind, OrderStatus, Promise, WorkOrder

# ``slot`` is the kind and parcel that may run only once; it is emptied when the order ends, so that the database
# itself, and not a check before writing, refuses the second one.
work_orders = Table(
    "work_orders",
    metadata,
    Column("order_id", String(32), primary_key=True),
    Column("slot", String(120), unique=True),
    Column("kind", String(32), nullable=False),
    Column("waybill", String(32)),
    Column("opened_at", String(40), nullable=False),
    Column("status", String(16), nullable=False),
    Column("promise", Text),
    Column("due_at", String(40)),
    Column("kept", Boolean),
    Column("owner", String(100)),
    Column("outcome", Text),
    Column("details", JSON, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("parent_id", String(32)),
    Column("call_id", String(64)),
    Column("changed_at", String(40), nullable=False),
    Index("work_orders_waybill", "waybill", "opened_at"),
    Index("work_orders_status_due", "status", "due_at"),
)

# Written in the same transaction as the order: an order that exists is delivered, whatever dies in between.
order_outbox = Table(
    "order_outbox",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("order_id", String(32), nullable=False),
    Column("action", String(16), nullable=False),  # open | escalate | reopen
    Column("state", String(8), nullable=False),  # pending | sent | dead
    Column("attempts", Integer, nullable=False),
    Column("next_at", String(40), nullable=False),
    Column("error", String(200)),
    Index("order_outbox_due", "state", "next_at"),
    Index("order_outbox_order", "order_id"),
)


def order_of(row: Any) -> WorkOrder:
    """Build the domain value from a row."""
    promise = None
    if row["due_at"] is not None:
        promise = Promise(row["promise"] or "", from_text(row["due_at"]), row["order_id"], row["kept"])
    return WorkOrder(
        order_id=row["order_id"],
        kind=OrderKind(row["kind"]),
        waybill=row["waybill"],
        opened_at=from_text(row["opened_at"]),
        status=OrderStatus(row["status"]),
        promise=promise,
        owner=row["owner"],
        outcome=row["outcome"],
        details=dict(row["details"]),
        evidence=tuple(row["evidence"]),
        parent_id=row["parent_id"],
        call_id=row["call_id"],
    )


def row_of(order: WorkOrder, slot: str | None) -> dict[str, Any]:
    """Build the row of a new order."""
    return {
        "order_id": order.order_id,
        "slot": slot,
        "kind": order.kind.value,
        "waybill": order.waybill,
        "opened_at": to_text(order.opened_at),
        "status": order.status.value,
        "promise": order.promise.what if order.promise else None,
        "due_at": to_text(order.promise.due_at) if order.promise else None,
        "kept": order.promise.kept if order.promise else None,
        "owner": order.owner,
        "outcome": order.outcome,
        "details": dict(order.details),
        "evidence": list(order.evidence),
        "parent_id": order.parent_id,
        "call_id": order.call_id,
        "changed_at": to_text(order.opened_at),
    }
