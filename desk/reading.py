"""Reading the ledger behind a cursor per writer: nothing is skipped, however the writers' commits interleave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import case, delete, func, insert, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from desk.schema import cursors
from ledger.schema import events

# A batch is folded on the loop that calls share: small enough that no 20 ms frame waits for it.
BATCH = 200
_LOCK = "*lock"  # a row that belongs to no writer


class Seen(NamedTuple):
    """One ledger row; ``data`` is empty for types that the reader does not want."""

    id: int
    call_id: str
    called: str
    at: str
    type: str
    data: dict[str, Any]
    seq: int = 0
    version: int = 1


class Reader:
    """A named reader; all of its methods run in the caller's transaction.

    Args:
        name: names the cursors; a changed name begins anew.
        types: what is read with its data.
    """

    def __init__(self, name: str, types: Sequence[str]) -> None:
        self._name = name
        self._types = tuple(types)

    async def is_new(self, connection: AsyncConnection) -> bool:
        """Whether nobody has read under this name."""
        return (await connection.execute(select(cursors.c.event_id).where(self._is(_LOCK)))).first() is None

    async def begin(self, connection: AsyncConnection, *, at_end: bool = False) -> None:
        """Set the cursors to the beginning of the ledger, or to its end."""
        await connection.execute(delete(cursors).where(cursors.c.reader == self._name))
        await connection.execute(insert(cursors).values(reader=self._name, writer=_LOCK, event_id=0))
        if at_end:
            for writer in await writers(connection):
                await self._move(connection, writer, await _newest(connection, writer), is_new=True)

    async def is_behind(self, connection: AsyncConnection) -> bool:
        """Whether a writer has committed more than was read; without asking for the lock."""
        places = await self._places(connection)
        for writer in await writers(connection):
            if await _newest(connection, writer) > places.get(writer, 0):
                return True
        return False

    async def batch(self, connection: AsyncConnection) -> list[Seen]:
        """Take the next rows of every writer, in the order of their ids, and move the cursors; processes take turns."""
        await connection.execute(update(cursors).where(self._is(_LOCK)).values(event_id=cursors.c.event_id + 1))
        places = await self._places(connection)
        taken: list[Seen] = []
        for writer in await writers(connection):
            rows = await self._after(connection, writer, places.get(writer, 0))
            if rows:
                taken += rows
                await self._move(connection, writer, rows[-1].id, is_new=writer not in places)
        return sorted(taken, key=_id)

    def _is(self, writer: str) -> Any:
        return (cursors.c.reader == self._name) & (cursors.c.writer == writer)

    async def _places(self, connection: AsyncConnection) -> dict[str, int]:
        query = select(cursors.c.writer, cursors.c.event_id)
        rows = await connection.execute(query.where(cursors.c.reader == self._name, cursors.c.writer != _LOCK))
        return dict(iter(rows))

    async def _after(self, connection: AsyncConnection, writer: str, place: int) -> list[Seen]:
        # The state of a dialogue and every word of a call are passed over unread.
        data = type_coerce(case((events.c.type.in_(self._types), events.c.data)), events.c.data.type)
        columns = (events.c.id, events.c.call_id, events.c.called, events.c.at, events.c.type, data)
        query = (
            select(*columns, events.c.seq, events.c.version)
            .where(events.c.writer == writer, events.c.id > place)
            .order_by(events.c.id)
            .limit(BATCH)
        )
        return [Seen(*row[:5], row[5] or {}, row[6], row[7]) for row in await connection.execute(query)]

    async def _move(self, connection: AsyncConnection, writer: str, place: int, *, is_new: bool) -> None:
        if is_new:
            await connection.execute(insert(cursors).values(reader=self._name, writer=writer, event_id=place))
        else:
            await connection.execute(update(cursors).where(self._is(writer)).values(event_id=place))


async def writers(connection: AsyncConnection) -> list[str]:
    """All writers, by jumping from name to name in the index: a DISTINCT would read every row."""
    first = select(func.min(events.c.writer).label("writer")).cte("writers", recursive=True)
    following = select(func.min(events.c.writer)).where(events.c.writer > first.c.writer).scalar_subquery()
    names = first.union_all(select(following).where(first.c.writer.is_not(None)))
    return [name for name in (await connection.execute(select(names.c.writer))).scalars() if name is not None]


async def _newest(connection: AsyncConnection, writer: str) -> int:
    newest = (await connection.execute(select(func.max(events.c.id)).where(events.c.writer == writer))).scalar()
    return int(newest or 0)


def _id(seen: Seen) -> int:
    return seen.id
