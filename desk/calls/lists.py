"""Lists of calls, read from the projection: filters, and pages by cursor."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth.roles import Account
from desk.calls.masking import caller
from desk.calls.schema import call_parcels, call_people, calls
from desk.database import to_text
from desk.errors import BadRequest
from logistics_client.phones import normalised

MAX_LIMIT = 200
OUTCOMES = frozenset({"contained", "transferred", "abandoned", "failed", "live"})


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; empty fields do not narrow. ``number`` is a whole number or its last four digits."""

    before: str = ""
    limit: int = 50
    number: str = ""
    intent: str = ""
    outcome: str = ""
    agent: str = ""
    waybill: str = ""
    hotline: str = ""
    since: datetime | None = None
    until: datetime | None = None


class CallLists:
    """Reads pages of calls."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def page(self, asked: Filter, account: Account) -> tuple[list[Mapping[str, Any]], str]:
        """Return one page, newest first, and the cursor of the next (empty at the end).

        Raises:
            BadRequest: a filter cannot be read, or an agent may not ask so widely.
        """
        limit = max(1, min(asked.limit, MAX_LIMIT))
        query = (
            select(calls)
            .where(calls.c.hotline != "", *_conditions(narrowed(asked, account)))
            .order_by(calls.c.started_at.desc(), calls.c.call_id.desc())
            .limit(limit + 1)
        )
        async with self._engine.connect() as connection:
            rows: list[Any] = list((await connection.execute(query)).mappings())
        more = len(rows) > limit
        return list(rows[:limit]), cursor_after(rows[limit - 1]) if more else ""

    async def of_parcel(self, waybill: str, limit: int = 50) -> list[Mapping[str, Any]]:
        """Return all calls about a parcel, newest first."""
        return await self._plain([_about(waybill)], limit)

    async def of_number(self, number: str, limit: int = 6) -> list[Mapping[str, Any]]:
        """Return the last calls of a number, newest first."""
        return await self._plain([calls.c.number == number], limit)

    async def row(self, call_id: str) -> Mapping[str, Any] | None:
        """Return one call's row."""
        rows = await self._plain([calls.c.call_id == call_id], 1)
        return rows[0] if rows else None

    async def _plain(self, conditions: list[Any], limit: int) -> list[Mapping[str, Any]]:
        query = select(calls).where(*conditions).order_by(calls.c.started_at.desc()).limit(limit)
        async with self._engine.connect() as connection:
            rows: list[Any] = list((await connection.execute(query)).mappings())
        return rows


def narrowed(asked: Filter, account: Account) -> Filter:
    """An agent lists the own calls; the history of one customer or parcel is part of every case.

    Raises:
        BadRequest: an agent asks for somebody else's list.
    """
    if account.role != "agent":
        return asked
    if asked.waybill or len(asked.number) >= 7:
        return asked
    if asked.agent not in ("", account.account_id):
        raise BadRequest("坐席只能查看自己的通话,或按完整号码、运单查询。")
    return Filter(**{name: getattr(asked, name) for name in Filter.__slots__} | {"agent": account.account_id})


def _conditions(asked: Filter) -> list[Any]:
    found: list[Any] = []
    if asked.before:
        found.append(tuple_(calls.c.started_at, calls.c.call_id) < tuple_(*_place(asked.before)))
    if asked.number:
        found.append(_of_number(asked.number))
    if asked.outcome and asked.outcome not in OUTCOMES:
        raise BadRequest("结果只能是 contained、transferred、abandoned、failed 或 live。")
    named = {name: getattr(asked, name) for name in ("intent", "outcome", "hotline")}
    found += [calls.c[name] == value for name, value in named.items() if value]
    if asked.agent:
        mine = exists().where(call_people.c.agent == asked.agent, call_people.c.call_id == calls.c.call_id)
        found.append(mine)
    if asked.waybill:
        found.append(_about(asked.waybill))
    if asked.since:
        found.append(calls.c.started_at >= _moment(asked.since))
    if asked.until:
        found.append(calls.c.started_at < _moment(asked.until))
    return found


def _about(waybill: str) -> Any:
    about = select(call_parcels.c.call_id).where(call_parcels.c.waybill == waybill.strip().upper()[:32])
    return calls.c.call_id.in_(about)


def _of_number(number: str) -> Any:
    digits = "".join(filter(str.isdigit, number))
    if len(digits) == 4:
        return calls.c.tail == digits
    if len(digits) < 5:
        raise BadRequest("请输入完整号码或后四位。")
    return or_(calls.c.number == (normalised(number) or number), and_(calls.c.number == number.strip()))


def _moment(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise BadRequest("时间要带时区,例如 2026-11-22T08:00:00+08:00。")
    return to_text(moment)


def cursor_after(row: Mapping[str, Any]) -> str:
    """The cursor of the page that follows this row."""
    return base64.urlsafe_b64encode(f"{row['started_at']}|{row['call_id']}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[str, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError) as error:
        raise BadRequest("翻页标记无效,请从第一页重新查询。") from error
    started_at, bar, call_id = text.partition("|")
    if not bar:
        raise BadRequest("翻页标记无效,请从第一页重新查询。")
    return started_at, call_id


def listed(row: Mapping[str, Any], account: Account, names: Mapping[str, str]) -> dict[str, object]:
    """One line of a list."""
    return {
        "call_id": row["call_id"],
        "started_at": row["started_at"],
        "ended_at": row["ended_at"],
        "seconds": row["seconds"],
        "caller": caller(row, account),
        "called": row["called"],
        "hotline": row["hotline"],
        "intent": row["intent"],
        "outcome": row["outcome"],
        "agent": {"id": row["agent"], "name": names.get(row["agent"], row["agent"])} if row["agent"] else None,
        "emotion": row["emotion"] or "neutral",
        "waybill": row["waybill"],
        "solved": row["solved"],
        "recorded": row["recording_s"] is not None,
        "summarised": row["summarised"],
    }
