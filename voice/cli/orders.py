"""``hotline orders import``: load our own order table."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

from logistics_client.database import open_engine
from logistics_client.orders_table import OrdersTable
from logistics_client.orders_table.importing import ImportReport, import_orders
from voice.config import load_settings


def run(options: argparse.Namespace) -> int:
    """Load the file; 1 when rows were refused."""
    report = asyncio.run(_import(Path(options.file)))
    if options.json:
        print(json.dumps({"stored": report.stored, "refused": report.refused, "complaints": report.complaints}))
    else:
        print(f"{report.stored} orders stored, {report.refused} refused")
        for complaint in report.complaints:
            print(f"  {complaint}")
    return 1 if report.refused else 0


async def _import(path: Path) -> ImportReport:
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.ledger_url)
    try:
        return await import_orders(path, OrdersTable(engine))
    finally:
        await engine.dispose()
