from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.database import open_engine
from logistics_client.http_client import PLATFORM_POLICY, HttpCarrier
from logistics_client.sandbox.app import SANDBOX_KEY, SANDBOX_SECRET, build_app
from logistics_client.transport.http import CarrierHttp
from tests.logistics_client.moving_clock import MovingClock


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'orders.sqlite3'}")
    yield engine
    await engine.dispose()


@pytest.fixture
def sandbox(tmp_path: Path, clock: MovingClock) -> FastAPI:
    return build_app(tmp_path / "carrier.sqlite3", clock)


@pytest.fixture
async def carrier(sandbox: FastAPI, clock: MovingClock) -> AsyncIterator[HttpCarrier]:
    """Our client, talking to the sandbox without a socket."""
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=sandbox))
    http = CarrierHttp("sandbox", PLATFORM_POLICY, clock=clock, client=client)
    carrier = HttpCarrier(
        "http://sandbox.test", key=SANDBOX_KEY, secret=SANDBOX_SECRET, name="sandbox", http=http, clock=clock
    )
    yield carrier
    await carrier.close()
