"""``POST /api/v1/orders``: the operator's system pushes orders into our own order table, as many as there are.

The body is CSV, JSON lines or a JSON array, as for ``hotline orders import``. It goes to disk first and is then read
row by row, so its size is bounded by the disk alone. The same waybill again replaces its row: a push may be repeated.
"""

from __future__ import annotations

import asyncio
import tempfile
from typing import IO, Any

from fastapi import APIRouter, Depends, Request

from logistics_client.clock import Clock, system_clock
from logistics_client.orders_table import OrdersTable
from logistics_client.orders_table.importing import ImportFileError, import_rows
from logistics_client.orders_table.reading import read_rows
from logistics_client.web.people import PROGRAMS, Require
from logistics_client.web.route import Refusal, room_router

_PIECE = 1 << 20


def order_router(table: OrdersTable, require: Require, *, clock: Clock = system_clock) -> APIRouter:
    """Make the route.

    Args:
        table: our own order table.
        require: who may push.
        clock: dates rows that carry no time.
    """
    router = room_router("/api/v1/orders", stream=True)
    one_at_a_time = asyncio.Lock()  # two big pushes side by side would only wait for each other's rows

    @router.post("", dependencies=[Depends(require(*PROGRAMS))])
    async def push(request: Request) -> dict[str, Any]:
        """Store orders; rows that cannot be stored are named, the others are stored."""
        with tempfile.TemporaryFile() as file:
            await _spool(request, file)
            async with one_at_a_time:
                try:
                    report = await import_rows(read_rows(file, "push"), table, clock=clock)
                except ImportFileError as error:
                    raise Refusal(400, "no_orders", "内容里没有可读的订单，请发送 CSV 或 JSON。") from error
        return {"stored": report.stored, "refused": report.refused, "complaints": report.complaints}

    return router


async def _spool(request: Request, file: IO[bytes]) -> None:
    piece = bytearray()
    async for chunk in request.stream():
        piece += chunk
        if len(piece) >= _PIECE:
            await asyncio.to_thread(file.write, bytes(piece))
            piece.clear()
    file.write(piece)
    file.seek(0)
