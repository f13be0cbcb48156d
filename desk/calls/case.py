"""The parcel's whole case: what the carrier knows, every order with the outlet's replies, every call, every promise."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth.accounts import AccountBook
from desk.auth.roles import Account
from desk.calls.book import CallBook, caller_number
from desk.calls.detail import kind_name
from desk.calls.lists import CallLists, listed
from desk.calls.masking import masked
from desk.calls.schema import promises
from desk.errors import BadRequest
from ledger import StoredEvent
from logistics_client.errors import LogisticsError
from logistics_client.ports import Logistics
from logistics_client.vocabulary import Parcel, WorkOrder

WAYBILL = re.compile(r"[A-Za-z0-9-]{6,32}", re.ASCII)
DEADLINE_S = 4.0
AWAY = "承运商暂时查不到,以下为已知记录。"


class Cases:
    """Puts cases together; what cannot be reached is left out and said so."""

    def __init__(
        self, engine: AsyncEngine, logistics: Logistics, accounts: AccountBook, lists: CallLists, book: CallBook
    ) -> None:
        self._engine = engine
        self._logistics = logistics
        self._accounts = accounts
        self._lists = lists
        self._book = book

    async def of_parcel(self, waybill: str, account: Account, *, number: str | None = None) -> dict[str, Any]:
        """Return one parcel's case.

        Args:
            waybill: the parcel.
            account: who reads.
            number: the caller's number; some carriers answer only to the order's own.

        Raises:
            BadRequest: this can be no waybill.
        """
        if not WAYBILL.fullmatch(waybill):
            raise BadRequest("运单号格式不对,请核对后再查。")
        waybill = waybill.upper()
        (parcel, trouble), orders = await asyncio.gather(self._parcel(waybill, number), self._orders(waybill))
        names = await self._accounts.displays()
        calls = await self._lists.of_parcel(waybill)
        return {
            "waybill": waybill,
            "parcel": parcel_shown(parcel, account) if parcel is not None else None,
            "trouble": trouble,
            "orders": [order_shown(order) for order in orders],
            "calls": [listed(row, account, names) for row in calls],
            "promises": await self._promises(waybill),
        }

    async def of_call(self, events: Sequence[StoredEvent], account: Account) -> dict[str, Any]:
        """Return what the screen-pop needs beside the card: the caller's parcels and last calls."""
        number = caller_number(events)
        call_id = events[0].event.call_id
        parcels: tuple[Parcel, ...] = ()
        if number is not None:
            try:
                async with asyncio.timeout(DEADLINE_S):
                    parcels = (await self._logistics.identify(number)).parcels
            except (LogisticsError, TimeoutError):
                parcels = ()
        rows = await self._lists.of_number(number) if number is not None else []
        names = await self._accounts.displays()
        return {
            "parcels": [parcel_shown(parcel, account) for parcel in parcels[:20]],
            "last_calls": [listed(row, account, names) for row in rows if row["call_id"] != call_id][:5],
        }

    async def find(self, waybill: str, number: str | None) -> Parcel | None:
        """Return the parcel, or None when nobody knows it now."""
        return (await self._parcel(waybill, number))[0]

    async def _parcel(self, waybill: str, number: str | None) -> tuple[Parcel | None, str]:
        try:
            async with asyncio.timeout(DEADLINE_S):
                found = await self._logistics.find(waybill=waybill, number=number)
        except (LogisticsError, TimeoutError):
            return None, AWAY
        return (found[0], "") if found else (None, "没有查到这个运单。")

    async def _orders(self, waybill: str) -> tuple[WorkOrder, ...]:
        try:
            async with asyncio.timeout(DEADLINE_S):
                return await self._logistics.orders_for(waybill)
        except (LogisticsError, TimeoutError):
            return ()

    async def _promises(self, waybill: str) -> list[dict[str, Any]]:
        query = select(promises).where(promises.c.waybill == waybill).order_by(promises.c.due_at.desc()).limit(100)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        hidden = ("claimed",)
        return [{key: value for key, value in row.items() if key not in hidden} for row in rows]


def parcel_shown(parcel: Parcel, account: Account) -> dict[str, Any]:
    """A parcel as the desk shows it: couriers' numbers masked, pick-up codes left out, outlets' numbers whole."""
    shown: dict[str, Any] = _plain(parcel)
    shown["tail"] = parcel.tail
    if shown.get("pickup"):
        shown["pickup"].pop("code", None)  # it goes to the order's own phone only
    shown.pop("delivery_photo", None)
    if not account.sees_numbers:
        for holder in (shown, *shown["events"]):
            if holder.get("courier") and holder["courier"].get("phone"):
                holder["courier"]["phone"] = masked(holder["courier"]["phone"])
    return shown


def order_shown(order: WorkOrder) -> dict[str, Any]:
    """An order with its promise, and what the outlet answered."""
    promise = order.promise
    return {
        "order_id": order.order_id,
        "kind": order.kind.value,
        "label": kind_name(order.kind.value),
        "status": order.status.value,
        "running": order.status.is_running,
        "waybill": order.waybill,
        "opened_at": order.opened_at.isoformat(timespec="seconds"),
        "what": promise.what if promise else None,
        "due_at": promise.due_at.isoformat(timespec="seconds") if promise else None,
        "promise": _standing(promise.kept) if promise else None,
        "owner": order.owner,
        "outcome": order.outcome,
        "evidence": len(order.evidence),
        "call_id": order.call_id,
    }


def _standing(kept: bool | None) -> str:
    return "made" if kept is None else "kept" if kept else "missed"


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.value if isinstance(value, Enum) else value
