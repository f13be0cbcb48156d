"""Counting failed sign-ins, in the table: a restart or another machine gives nobody a second chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.errors import TooMany
from desk.schema import attempts


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` attempts in ``window_s`` seconds."""

    count: int
    window_s: int


# A typist needs a few; somebody who guesses from one address, or guesses one name from many, gets little further.
PAIR, ADDRESS, NAME = Limit(5, 300), Limit(30, 300), Limit(30, 900)


class Attempts:
    """Counts before the password is looked at, so that attempts in parallel are counted too."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    async def begin(self, name: str, address: str) -> None:
        """Count an attempt.

        Raises:
            TooMany: the name, the address or both together were tried too often.
        """
        for key, limit in _keys(name, address):
            wait = await self._count(key, limit)
            if wait > 0:
                raise TooMany(f"尝试次数过多,请 {max(1, round(wait / 60))} 分钟后再试。", retry_after=wait)

    async def good(self, name: str, address: str) -> None:
        """Forget the failures of a name at an address that has just signed in.

        Only failures count for the address: a whole office may sign in behind one at nine o'clock.
        """
        (pair, _), *shared = _keys(name, address)
        async with self._engine.begin() as connection:
            await connection.execute(delete(attempts).where(attempts.c.key == pair))
            counted = attempts.c.key.in_([key for key, _ in shared])
            await connection.execute(update(attempts).where(counted).values(count=attempts.c.count - 1))

    async def _count(self, key: str, limit: Limit) -> int:
        """Count one and return how many seconds to wait; 0 lets the attempt through."""
        now = int(self._clock().timestamp())
        make: Any = (postgresql if self._engine.dialect.name == "postgresql" else sqlite).insert
        over = attempts.c.started_at <= now - limit.window_s
        statement = make(attempts).values(key=key, started_at=now, count=1)
        statement = statement.on_conflict_do_update(
            index_elements=[attempts.c.key],
            set_={
                "count": case((over, 1), else_=attempts.c.count + 1),
                "started_at": case((over, now), else_=attempts.c.started_at),
            },
        ).returning(attempts.c.count, attempts.c.started_at)
        async with self._engine.begin() as connection:
            count, started = (await connection.execute(statement)).one()
        return int(started) + limit.window_s - now if count > limit.count else 0


def _keys(name: str, address: str) -> tuple[tuple[str, Limit], ...]:
    name = name.casefold()[:64]
    return (f"both:{name}:{address}", PAIR), (f"from:{address}", ADDRESS), (f"name:{name}", NAME)
