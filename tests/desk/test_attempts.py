"""Attempts to sign in are counted against guessing, not against an office at nine o'clock."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from desk.auth.attempts import ADDRESS, Attempts
from desk.errors import TooMany
from desk.schema import metadata

NINE = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


async def test_an_office_behind_one_address_signs_in_and_a_guesser_does_not(tmp_path: Path) -> None:
    engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'desk.db'}")
    try:
        async with engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
        counted = Attempts(engine, lambda: NINE)
        for number in range(2 * ADDRESS.count):
            await counted.begin(f"agent{number}", "192.0.2.1")
            await counted.good(f"agent{number}", "192.0.2.1")
        for number in range(ADDRESS.count):
            await counted.begin(f"guess{number}", "192.0.2.1")
        with pytest.raises(TooMany, match="分钟后再试"):
            await counted.begin("another", "192.0.2.1")
    finally:
        await engine.dispose()
