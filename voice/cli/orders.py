"""``hotline orders import``: load our own order table."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path

from logistics_client.database import open_engine
from logistics_client.orders_table import OrdersTable
from logistics_client.orders_table.importing import ImportReport, Watcher, import_orders
from voice.config import load_settings

_TOLD_EVERY_S = 1.0


def run(options: argparse.Namespace) -> int:
    """Load the file; 1 when rows were refused, each of which is one sentence on stderr."""
    report = asyncio.run(_import(Path(options.file), _Progress()))
    if options.json:
        data = {"stored": report.stored, "refused": report.refused, "complaints": report.complaints}
        print(json.dumps(data, ensure_ascii=False))
    else:
        print(f"{report.stored} rows stored, {report.refused} refused")
    return 1 if report.refused else 0


class _Progress:
    """Tells a person on stderr how far the import has come, and which rows were refused."""

    def __init__(self) -> None:
        self._begun = self._told = time.monotonic()

    def stored(self, report: ImportReport) -> None:
        """Tell the count, once a second at most."""
        now = time.monotonic()
        if now - self._told >= _TOLD_EVERY_S:
            self._told = now
            rate = report.stored / (now - self._begun)
            sys.stderr.write(f"{report.stored} rows stored, {report.refused} refused, {rate:.0f} per second\n")

    def refused(self, complaint: str) -> None:
        """Tell one row that was not stored."""
        sys.stderr.write(f"hotline orders: {complaint}\n")


async def _import(path: Path, progress: _Progress) -> ImportReport:
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.parcels_url)
    try:
        watcher = Watcher(stored=progress.stored, refused=progress.refused)
        return await import_orders(path, OrdersTable(engine), watcher=watcher)
    finally:
        await engine.dispose()
