"""The sandbox carrier's own SQLite: work orders it received and notices it published."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from logistics_client.sandbox.outcomes import ACCEPT_AFTER, outcome_of
from logistics_client.vocabulary import OrderKind, OrderStatus, Promise, WorkOrder
from logistics_client.wire import BulletinDoc, NewOrder, OrderReply

_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    order_id TEXT PRIMARY KEY,
    waybill TEXT,
    received_at TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS orders_by_waybill ON orders (waybill);
CREATE TABLE IF NOT EXISTS bulletins (bulletin_id TEXT PRIMARY KEY, body TEXT NOT NULL);
"""


class Store:
    """Orders and notices; one connection, because the service is one process.

    Args:
        path: the database file, or ``:memory:``.
    """

    def __init__(self, path: Path | str) -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(str(path), check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def receive(self, order: NewOrder, now: datetime) -> tuple[OrderReply, bool]:
        """Store an order once; the flag says whether it is new."""
        with self._db:
            done = self._db.execute(
                "INSERT INTO orders VALUES (?, ?, ?, ?) ON CONFLICT (order_id) DO NOTHING",
                (order.order_id, order.waybill, now.isoformat(), order.model_dump_json()),
            )
        reply = self.order(order.order_id, now)
        assert reply is not None, "an order that was just stored is there"
        return reply, done.rowcount == 1

    def order(self, order_id: str, now: datetime) -> OrderReply | None:
        """Return how an order stands: the outlet accepts within minutes and answers before the promise is due."""
        row = self._db.execute("SELECT body, received_at FROM orders WHERE order_id = ?", (order_id,)).fetchone()
        return None if row is None else _standing(NewOrder.model_validate_json(row[0]), row[1], now)

    def orders_of(self, waybill: str, now: datetime) -> tuple[WorkOrder, ...]:
        """Return a parcel's orders, newest first."""
        rows = self._db.execute(
            "SELECT body, received_at FROM orders WHERE waybill = ? ORDER BY received_at DESC", (waybill,)
        ).fetchall()
        return tuple(_as_order(NewOrder.model_validate_json(body), received, now) for body, received in rows)

    def count_orders(self) -> int:
        """Return how many orders were received."""
        return int(self._db.execute("SELECT count(*) FROM orders").fetchone()[0])

    def publish(self, bulletin: BulletinDoc) -> None:
        """Store or replace a notice."""
        with self._db:
            self._db.execute(
                "INSERT OR REPLACE INTO bulletins VALUES (?, ?)",
                (bulletin.bulletin_id, bulletin.model_dump_json()),
            )

    def withdraw(self, bulletin_id: str) -> bool:
        """Delete a notice; False when there is none."""
        with self._db:
            done = self._db.execute("DELETE FROM bulletins WHERE bulletin_id = ?", (bulletin_id,))
        return done.rowcount == 1

    def bulletins(self) -> tuple[BulletinDoc, ...]:
        """Return all notices."""
        rows = self._db.execute("SELECT body FROM bulletins ORDER BY bulletin_id").fetchall()
        return tuple(BulletinDoc.model_validate(json.loads(body)) for (body,) in rows)


def _standing(order: NewOrder, received_text: str, now: datetime) -> OrderReply:
    received = datetime.fromisoformat(received_text)
    due = order.due_at or received + timedelta(minutes=30)
    # An outlet in the sandbox keeps its promises: it answers when two thirds of the time are gone.
    answered = received + max(ACCEPT_AFTER, (due - received) * 2 / 3)
    if now >= answered:
        return OrderReply(
            order_id=order.order_id,
            status=OrderStatus.RESULTED,
            outcome=outcome_of(OrderKind(order.kind)),
            changed_at=answered,
        )
    accepted = received + ACCEPT_AFTER
    status, changed = (OrderStatus.ACCEPTED, accepted) if now >= accepted else (OrderStatus.OPENED, received)
    return OrderReply(order_id=order.order_id, status=status, changed_at=changed)


def _as_order(order: NewOrder, received_text: str, now: datetime) -> WorkOrder:
    standing = _standing(order, received_text, now)
    kept = True if standing.status is OrderStatus.RESULTED else None
    return WorkOrder(
        order_id=order.order_id,
        kind=order.kind,
        waybill=order.waybill,
        opened_at=order.opened_at,
        status=standing.status,
        promise=Promise("处理结果", order.due_at, order.order_id, kept) if order.due_at else None,
        owner=order.owner,
        outcome=standing.outcome,
    )
