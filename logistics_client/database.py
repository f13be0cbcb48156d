"""Our own tables: one engine on SQLite (WAL) or PostgreSQL, and how times are written in both."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from logistics_client.clock import CHINA
from logistics_client.errors import UnavailableError

metadata = MetaData()
SQLITE_FILE = Path("data/logistics.sqlite3")


def open_engine(url: str | None = None) -> AsyncEngine:
    """Return an engine for ``DATABASE_URL``; None is the SQLite file under ``data/``.

    On SQLite every commit reaches the disk (WAL, synchronous FULL): an order that was acknowledged survives a power
    cut, and group commit keeps the price at one sync per batch.
    """
    address = make_url(url or f"sqlite+aiosqlite:///{SQLITE_FILE}")
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+asyncpg")
    elif address.drivername == "sqlite":
        address = address.set(drivername="sqlite+aiosqlite")
    is_sqlite = address.get_backend_name() == "sqlite"
    if is_sqlite and address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(address)
    if is_sqlite:
        event.listen(engine.sync_engine, "connect", _sqlite_pragmas)
    return engine


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA busy_timeout=5000")
        cursor.execute("PRAGMA synchronous=FULL")


async def create_missing(engine: AsyncEngine, what: str, *tables: Table) -> None:
    """Create the tables that are missing; without names, all that the room has.

    Args:
        engine: our database.
        what: names it for the operator (``order table``).
        tables: only these.

    Raises:
        UnavailableError: the database cannot be opened.
    """
    try:
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all, tables=tables or None)
    except (SQLAlchemyError, OSError) as error:
        raise UnavailableError(f"the {what} cannot be opened; check DATABASE_URL") from error


def to_text(moment: datetime) -> str:
    """Write a time as ISO text in UTC: it sorts and compares alike in both databases.

    Raises:
        ValueError: the time carries no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("give a time with its zone; a bare time could be eight hours off")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def from_text(text: str) -> datetime:
    """Read a time back, in China's zone as everywhere else."""
    return datetime.fromisoformat(text).astimezone(CHINA)
