"""Loading orders from a file or a push of any size: row by row, stored in batches, bad rows told with their line."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from logistics_client.clock import Clock, system_clock
from logistics_client.orders_table.reading import BadRow, ImportFileError, Row, read_rows
from logistics_client.orders_table.row import RowError, is_number_row, number_row, order_row
from logistics_client.orders_table.table import OrdersTable

BATCH = 2000
MOST_COMPLAINTS = 20


@dataclass(slots=True)
class ImportReport:
    """What came of an import; ``complaints`` are the first ones, as ``line 12: why``."""

    stored: int = 0
    refused: int = 0
    complaints: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who wants to hear about an import while it runs.

    Attributes:
        stored: told after every batch, with what was done so far.
        refused: told every row that was not stored, as ``line 12: why``.
    """

    stored: Callable[[ImportReport], None] = lambda _: None
    refused: Callable[[str], None] = lambda _: None


_NOBODY = Watcher()


async def import_orders(
    path: Path, table: OrdersTable, *, clock: Clock = system_clock, watcher: Watcher = _NOBODY
) -> ImportReport:
    """Load a CSV, a JSON array or JSON lines into the order table; the same waybill again replaces its row.

    A file whose rows carry ``phone`` and ``caller_class`` (电话, 号码类型) instead fills the register of staff,
    merchants, shared numbers, block list and line test. A bad row is refused with its line; the others are stored.

    Args:
        path: the file; ``-`` is standard input.
        table: where to; its tables are created when missing.
        clock: dates rows that carry no time.
        watcher: who hears about it meanwhile.

    Raises:
        ImportFileError: missing, or no orders inside.
        UnavailableError: the database cannot be written; what was stored before stays.
    """
    try:
        source = contextlib.nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb")
        with source as stream:
            name = "standard input" if str(path) == "-" else path.name
            return await import_rows(read_rows(stream, name), table, clock=clock, watcher=watcher)
    except OSError as error:
        raise ImportFileError(f"{path.name}: the file cannot be read; check its path") from error


async def import_rows(
    rows: Iterable[tuple[int, Row]], table: OrdersTable, *, clock: Clock = system_clock, watcher: Watcher = _NOBODY
) -> ImportReport:
    """Load rows that were read elsewhere, such as the body of an HTTP push; see ``import_orders``.

    Reading and checking happen in a thread, batch by batch, so that calls in the same process go on.

    Args:
        rows: pairs of the line that complaints name and the row itself.
        table: where to; its tables are created when missing.
        clock: dates rows that carry no time.
        watcher: who hears about it meanwhile.
    """
    await table.create()
    report = ImportReport()
    checked = _checked(iter(rows), clock)
    while batch := await asyncio.to_thread(lambda: list(islice(checked, BATCH))):
        orders: dict[str, dict[str, str | None]] = {}
        numbers: dict[str, dict[str, str | None]] = {}
        for line, row in batch:
            if isinstance(row, BadRow):
                _refuse(report, watcher, f"line {line}: {row.why}")
                continue
            report.stored += 1
            # One statement may touch a row once only; the last line about it counts.
            if "caller_class" in row:
                numbers[str(row["phone"])] = row
            else:
                orders[str(row["waybill"])] = row
        await table.store(list(orders.values()))
        await table.register(list(numbers.values()))
        watcher.stored(report)
    return report


def _checked(rows: Iterator[tuple[int, Row]], clock: Clock) -> Iterator[tuple[int, dict[str, str | None] | BadRow]]:
    for line, row in rows:
        yield line, row if isinstance(row, BadRow) else _stored_form(row, clock)


def _stored_form(row: Mapping[str, Any], clock: Clock) -> dict[str, str | None] | BadRow:
    try:
        return number_row(row) if is_number_row(row) else order_row(row, clock)
    except RowError as error:
        return BadRow(str(error))


def _refuse(report: ImportReport, watcher: Watcher, complaint: str) -> None:
    report.refused += 1
    if len(report.complaints) < MOST_COMPLAINTS:
        report.complaints.append(complaint)
    watcher.refused(complaint)


__all__ = ["ImportFileError", "ImportReport", "Watcher", "import_orders", "import_rows"]
