"""The 回电 queue: who was promised a call-back or left a message, the nearest deadline first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, select
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth.roles import Account
from desk.calls.book import CALLED_BACK
from desk.calls.detail import kind_name
from desk.calls.masking import caller
from desk.calls.schema import calls, orders
from desk.database import Clock, from_text
from logistics_client.vocabulary import OrderKind

MAX_SHOWN = 200


class CallBacks:
    """Reads the queue from the projection."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def waiting(self, account: Account) -> list[dict[str, Any]]:
        """Return the running call-backs with their countdown in seconds; what is over its time is negative."""
        query = (
            select(calls, orders)
            .join(orders, orders.c.call_id == calls.c.call_id)
            .where(orders.c.kind.in_(CALLED_BACK), orders.c.running.is_(True))
            .order_by(orders.c.due_at.is_(None), orders.c.due_at)
            .limit(MAX_SHOWN)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query.set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL))).mappings().all()
        return [self._shown(_part(row, "desk_calls_"), _part(row, "desk_orders_"), account) for row in rows]

    def _shown(self, call: Mapping[str, Any], order: Mapping[str, Any], account: Account) -> dict[str, Any]:
        due = from_text(order["due_at"]) if order["due_at"] else None
        voicemail = None
        if call["recording_s"] is not None and order["kind"] == OrderKind.MESSAGE.value:
            url = f"/api/v1/calls/{call['call_id']}/recording"
            voicemail = {"url": url, "seconds": call["recording_s"]}
        return {
            "order_id": order["order_id"],
            "kind": order["kind"],
            "label": kind_name(order["kind"]),
            "call_id": call["call_id"],
            "waybill": order["waybill"] or call["waybill"] or None,
            "caller": caller(call, account),
            "intent": call["intent"],
            "opened_at": order["opened_at"],
            "due_at": order["due_at"],
            "left_s": round((due - self._clock()).total_seconds()) if due else None,
            "voicemail": voicemail,
        }


def _part(row: Any, prefix: str) -> dict[str, Any]:
    return {key.removeprefix(prefix): value for key, value in row.items() if key.startswith(prefix)}
