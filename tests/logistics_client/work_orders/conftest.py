"""The order book that most tests of work orders write into."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.work_orders import WorkOrderBook


@pytest.fixture
async def book(engine: AsyncEngine) -> AsyncIterator[WorkOrderBook]:
    book = WorkOrderBook(engine)
    await book.start()
    yield book
    await book.close()
