"""我今天的承诺: what an agent promised a caller, offered by the hotline as it was heard, kept in the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth.roles import Account
from desk.calls.book import CallBook
from desk.calls.fold import in_utc
from desk.calls.projection import Projection
from desk.calls.schema import promises
from desk.database import Clock, from_text, to_text
from desk.errors import BadRequest, Conflict, Forbidden, NotFound

DUE_SOON = timedelta(minutes=10)
OPEN = ("offered", "made")
_AFTER: Mapping[str, tuple[str, ...]] = {
    "made": ("offered",),
    "kept": ("offered", "made", "missed"),
    "dropped": ("offered",),
}


class PromiseBook:
    """Reads and settles agents' promises; those of work orders are the outlets' and are settled with the order."""

    def __init__(self, engine: AsyncEngine, projection: Projection, book: CallBook, clock: Clock) -> None:
        self._engine = engine
        self._projection = projection
        self._book = book
        self._clock = clock

    async def of_agent(self, agent_id: str) -> Sequence[Mapping[str, object]]:
        """Return an agent's open promises, and those of today that are settled, the most urgent first."""
        await self._projection.catch_up()
        today = self._clock().replace(hour=0, minute=0, second=0, microsecond=0)
        current = or_(promises.c.state.in_(OPEN), promises.c.due_at >= to_text(today))
        query = (
            select(promises)
            .where(promises.c.agent == agent_id, promises.c.state != "dropped", current)
            .order_by(promises.c.due_at)
            .limit(200)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [self.shown(row) for row in rows]

    def shown(self, row: Any) -> dict[str, object]:
        """A promise as the page is told it."""
        state, due = row["state"], row["due_at"]
        if state == "made" and due and from_text(due) <= self._clock() + DUE_SOON:
            state = "due_soon"
        return {
            "type": "promise",
            "id": row["promise_id"],
            "call_id": row["call_id"],
            "waybill": row["waybill"] or None,
            "what": row["what"],
            "due_at": from_text(due).isoformat(timespec="seconds") if due else None,
            "state": state,
        }

    async def decide(
        self, promise_id: str, decision: str, account: Account, *, what: str = "", due_at: str = ""
    ) -> Mapping[str, object]:
        """Make an offered promise one's own, settle it, or say that it was none.

        Raises:
            NotFound: no such promise.
            Forbidden: somebody else's.
            Conflict: it was settled before.
            BadRequest: a time that cannot be read, or none where one is needed.
        """
        row = await self._row(promise_id)
        if row["agent"] != account.account_id and not account.leads:
            raise Forbidden("这是其他坐席的承诺。")
        if row["state"] not in _AFTER[decision]:
            raise Conflict("这条承诺已经处理过了。", code="settled")
        due = in_utc(due_at) if due_at else row["due_at"]
        if due_at and due is None:
            raise BadRequest("承诺时间无效,请重新选择。")
        if decision == "made" and due is None:
            raise BadRequest("请先填写承诺的时间。")
        data = {
            "id": promise_id,
            "agent": row["agent"],
            "by": account.account_id,
            "waybill": row["waybill"],
            "what": what or row["what"],
            "due_at": due,
        }
        await self._book.append(f"promise.{decision}", row["call_id"], data)
        return self.shown(await self._row(promise_id))

    async def note_missed(self) -> int:
        """Write down what is over its time; each is claimed in the table, so that one process writes it."""
        now = self._clock()
        late = (promises.c.state == "made") & (promises.c.agent != "") & (promises.c.due_at < to_text(now))
        claim = (
            update(promises)
            .where(late, promises.c.claimed == 0)
            .values(claimed=int(now.timestamp()))
            .returning(promises)
        )
        async with self._engine.begin() as connection:
            rows = (await connection.execute(claim)).mappings().all()
        for row in rows:
            data = {"id": row["promise_id"], "agent": row["agent"], "waybill": row["waybill"], "what": row["what"]}
            await self._book.append("promise.missed", row["call_id"], data | {"due_at": row["due_at"]})
        return len(rows)

    async def _row(self, promise_id: str) -> Any:
        await self._projection.catch_up()
        query = select(promises).where(promises.c.promise_id == promise_id)
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise NotFound("没有这条承诺,可能已过期,请刷新。")
        return row


def is_soon(due_at: object, now: datetime) -> bool:
    """Whether a promise's time is near or over."""
    try:
        return datetime.fromisoformat(str(due_at)) <= now + DUE_SOON
    except ValueError:
        return False
