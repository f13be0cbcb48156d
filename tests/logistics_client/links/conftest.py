from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.database import open_engine
from logistics_client.errors import UnavailableError
from logistics_client.links import (
    EvidenceVault,
    FileOutbox,
    Links,
    LinkStore,
    TokenSigner,
    link_router,
)
from logistics_client.links.service import Site
from tests.logistics_client.links.desk import WAYBILL, Desk, Outcomes
from tests.logistics_client.moving_clock import MovingClock


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    made = open_engine(f"sqlite:///{tmp_path}/links.sqlite3")
    yield made
    await made.dispose()


@pytest.fixture
async def desk(engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[Desk]:
    clock, outcomes, outbox = MovingClock(), Outcomes(), tmp_path / "out" / "sms.jsonl"
    store = LinkStore(engine)
    await store.start()
    links = Links(
        store,
        EvidenceVault(tmp_path / "evidence", "KEY"),
        FileOutbox(outbox, clock=clock),
        TokenSigner(["KEY"]),
        Site("https://hotline.example/", "云雀快递"),
        outcomes,
        clock=clock,
    )
    photos: list[bytes] = []

    async def delivery_photo(waybill: str) -> bytes | None:
        assert waybill == WAYBILL
        if photos and photos[0] == b"away":
            raise UnavailableError("the carrier is away")
        return photos[0] if photos else None

    app = FastAPI()
    app.include_router(link_router(links, delivery_photo, report_secret="REPORT", clock=clock))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://hotline.example") as web:
        yield Desk(links, outcomes, clock, outbox, web, photos, tmp_path / "evidence")
    await links.close()
