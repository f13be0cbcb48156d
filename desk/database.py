"""Small helpers that all of the desk's tables share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.schema import audit, metadata
from logistics_client.database import from_text, open_engine, to_text

__all__ = ["Audit", "Clock", "create_tables", "from_text", "open_engine", "to_text"]

Clock = Callable[[], datetime]
"""Zone-aware now."""


async def create_tables(engine: AsyncEngine) -> None:
    """Create what is missing."""
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)


class Audit:
    """Who did what at the desk: sign-ins, accounts, keys, subscriptions."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def note(self, who: str, what: str, target: str = "", data: Mapping[str, Any] | None = None) -> None:
        """Write a row."""
        row = {"at": to_text(self._clock()), "who": who[:64], "what": what, "target": target[:100]}
        async with self._engine.begin() as connection:
            await connection.execute(insert(audit).values(**row, data=dict(data or {})))
