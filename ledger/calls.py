"""Calls by number: who called lately, and where the talk stood, so that a redial goes on there.

Beside the events and not among them: the state of a talk is written over with every turn, is needed for minutes, and
holds personal data that must not stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from ledger.schema import calls
from ledger.store import Ledger, LedgerUnavailable

KEEP = timedelta(days=2)
"""After this a row is deleted; repeat calls are counted over 24 hours."""


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """A call of the same number; ``ended_at`` is None while it runs, and when its process died.

    ``writer`` is the ledger that wrote it, ``kept_at`` the time of its last turn, ``state`` is None once the talk
    came to its end.
    """

    call_id: str
    writer: str
    waybill: str
    started_at: datetime
    kept_at: datetime
    ended_at: datetime | None
    cause: str
    state: Mapping[str, object] | None


class CallBook:
    """Reads and writes the table; every method raises ``LedgerUnavailable`` when the database is away."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def begin(self, call_id: str, caller: str, at: datetime) -> None:
        """A call began; what is too old is forgotten."""
        row = {"call_id": call_id, "caller": caller, "writer": self._ledger.writer}
        times = {"started_at": _text(at), "kept_at": _text(at)}
        await self._execute(
            delete(calls).where(calls.c.started_at < _text(at - KEEP)), insert(calls).values(**row, **times)
        )

    async def keep(self, call_id: str, at: datetime, *, waybill: str, state: Mapping[str, object] | None) -> None:
        """Where the talk stands now; ``state`` None: it came to its end, nothing is to be taken up."""
        values = {"kept_at": _text(at), "waybill": waybill, "state": None if state is None else dict(state)}
        await self._execute(update(calls).where(calls.c.call_id == call_id).values(**values))

    async def end(self, call_id: str, at: datetime, cause: str) -> None:
        """The line is gone."""
        values = {"ended_at": _text(at), "cause": cause[:64]}
        await self._execute(update(calls).where(calls.c.call_id == call_id).values(**values))

    async def taken_up(self, call_id: str) -> None:
        """A redial goes on with this call; nobody else may."""
        await self._execute(update(calls).where(calls.c.call_id == call_id).values(state=None))

    async def earlier(self, caller: str, since: datetime, *, limit: int = 20) -> list[EarlierCall]:
        """Calls of a number that began after ``since``, newest first."""
        query = (
            select(calls)
            .where(calls.c.caller == caller, calls.c.started_at >= _text(since))
            .order_by(calls.c.started_at.desc())
            .limit(limit)
        )
        try:
            async with self._ledger.engine.connect() as connection:
                return [_earlier(row) for row in (await connection.execute(query)).mappings()]
        except (SQLAlchemyError, OSError) as error:
            raise LedgerUnavailable("earlier calls cannot be read; check DATABASE_URL") from error

    async def _execute(self, *statements: Any) -> None:
        try:
            async with self._ledger.engine.begin() as connection:
                for statement in statements:
                    await connection.execute(statement)
        except (SQLAlchemyError, OSError) as error:
            raise LedgerUnavailable("a call could not be noted; check DATABASE_URL") from error


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def _earlier(row: Any) -> EarlierCall:
    return EarlierCall(
        call_id=row["call_id"],
        writer=row["writer"],
        waybill=row["waybill"],
        started_at=datetime.fromisoformat(row["started_at"]),
        kept_at=datetime.fromisoformat(row["kept_at"]),
        ended_at=datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
        cause=row["cause"],
        state=row["state"],
    )
