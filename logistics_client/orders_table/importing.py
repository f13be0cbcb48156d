"""Loading orders from a file of any size: read row by row, stored in batches, bad rows counted with their line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from logistics_client.clock import CHINA, Clock, system_clock
from logistics_client.database import to_text
from logistics_client.numbers import candidates, cleaned
from logistics_client.orders_table.table import OrdersTable
from logistics_client.phones import normalised, tail_of
from logistics_client.vocabulary import CallerClass

BATCH = 2000
MOST_COMPLAINTS = 20

# What operators' exports call these columns.
_NAMES: dict[str, tuple[str, ...]] = {
    "waybill": ("waybill", "运单号", "快递单号", "单号"),
    "carrier": ("carrier", "快递公司"),
    "receiver_phone": ("receiver_phone", "收件人电话", "收件电话", "收件人手机"),
    "receiver_name": ("receiver_name", "收件人", "收件人姓名"),
    "sender_phone": ("sender_phone", "寄件人电话", "寄件电话", "寄件人手机"),
    "sender_name": ("sender_name", "寄件人", "寄件人姓名"),
    "district": ("district", "区县", "收件区县"),
    "order_no": ("order_no", "订单号", "平台订单号"),
    "goods": ("goods", "物品", "商品"),
    "merchant": ("merchant", "客户编码", "商家"),
    "ordered_at": ("ordered_at", "下单时间"),
}


# Registers of numbers are loaded by the same command; these words stand for the classes.
_PHONE_NAMES = ("phone", "电话", "号码", "手机号")
_CLASS_NAMES = ("caller_class", "号码类型")
_CLASS_WORDS = {
    "员工": CallerClass.STAFF,
    "商家": CallerClass.MERCHANT,
    "共用": CallerClass.SHARED,
    "黑名单": CallerClass.BLOCKED,
    "拨测": CallerClass.LINE_TEST,
}


class ImportFileError(ValueError):
    """The file cannot be read as orders at all; the text says what to do."""


class _RowError(ValueError):
    """One row cannot be stored."""


@dataclass(slots=True)
class ImportReport:
    """What came of an import."""

    stored: int = 0
    refused: int = 0
    complaints: list[str] = field(default_factory=list)  # the first ones, as ``line 12: why``

    def refuse(self, line: int, why: str) -> None:
        """Count a row that was not stored."""
        self.refused += 1
        if len(self.complaints) < MOST_COMPLAINTS:
            self.complaints.append(f"line {line}: {why}")


async def import_orders(path: Path, table: OrdersTable, *, clock: Clock = system_clock) -> ImportReport:
    """Load a CSV, a JSON array or JSON lines into the order table; the same waybill again replaces its row.

    A file whose rows carry ``phone`` and ``caller_class`` (电话, 号码类型) instead fills the register of staff,
    merchants, shared numbers, block list and line test.

    Args:
        path: ``.csv``, ``.json`` or ``.jsonl``; UTF-8, a byte order mark is allowed.
        table: where to; its tables are created when missing.
        clock: dates rows that carry no time.

    Raises:
        ImportFileError: missing, not UTF-8, or no orders inside.
        UnavailableError: the database cannot be written; what was stored before stays.
    """
    return await import_rows(_rows(path), table, clock=clock)


async def import_rows(
    rows: Iterable[tuple[int, Mapping[str, Any]]], table: OrdersTable, *, clock: Clock = system_clock
) -> ImportReport:
    """Load rows that were read elsewhere, such as the body of an HTTP push; see ``import_orders``.

    Args:
        rows: pairs of the line that complaints name and the row itself.
        table: where to; its tables are created when missing.
        clock: dates rows that carry no time.
    """
    await table.create()
    report = ImportReport()
    batch: dict[str, dict[str, str | None]] = {}
    for line, raw in rows:
        try:
            if _text(raw, _CLASS_NAMES) is not None:
                await table.register(*_number_row(raw))
                report.stored += 1
                continue
            row = _order_row(raw, clock)
        except _RowError as error:
            report.refuse(line, str(error))
            continue
        batch[str(row["waybill"])] = row  # one statement may touch a row once only
        report.stored += 1
        if len(batch) >= BATCH:
            await table.store(list(batch.values()))
            batch.clear()
    await table.store(list(batch.values()))
    return report


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            if path.suffix.lower() == ".csv":
                reader = csv.DictReader(stream)
                if not set(reader.fieldnames or ()) & {*_NAMES["waybill"], *_CLASS_NAMES}:
                    raise ImportFileError(f"{path.name}: there is no waybill column; name it waybill or 运单号")
                for row in reader:
                    yield reader.line_num, row
            else:
                yield from _json_rows(stream, path.name)
    except OSError as error:
        raise ImportFileError(f"{path.name}: the file cannot be read; check its path") from error
    except UnicodeDecodeError as error:
        raise ImportFileError(f"{path.name}: the file is not UTF-8; save it as UTF-8") from error
    except csv.Error as error:
        raise ImportFileError(f"{path.name}: this is no CSV; check its quotes") from error


def _json_rows(stream: Any, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Read objects one after the other, whether in an array over many lines or one per line."""
    decoder = json.JSONDecoder()
    buffer, line = "", 0
    while True:
        chunk = stream.read(65536)
        buffer += chunk
        while True:
            buffer = buffer.lstrip(" \t\r\n,[]")
            if not buffer.startswith("{"):
                break
            try:
                value, end = decoder.raw_decode(buffer)
            except (ValueError, RecursionError):
                break
            line += 1
            yield line, value
            buffer = buffer[end:]
        if buffer and (not buffer.startswith("{") or len(buffer) > 1_000_000 or not chunk):
            raise ImportFileError(f"{name}: after row {line} comes something that is no order; correct it")
        if not chunk:
            return


def _number_row(raw: Mapping[str, Any]) -> tuple[str, CallerClass, str | None]:
    phone = normalised(_text(raw, _PHONE_NAMES))
    if phone is None:
        raise _RowError("the phone number is missing or unreadable")
    text = _text(raw, _CLASS_NAMES) or ""
    caller_class = _CLASS_WORDS.get(text) or next((c for c in CallerClass if c.value == text), None)
    if caller_class is None:
        raise _RowError(f"{text} is no kind of number; use one of {', '.join(_CLASS_WORDS)}")
    return phone, caller_class, _text(raw, ("name", "名称"))


def _order_row(raw: Mapping[str, Any], clock: Clock) -> dict[str, str | None]:
    value = {name: _text(raw, aliases) for name, aliases in _NAMES.items()}
    waybill = cleaned(value["waybill"] or "")
    if not 6 <= len(waybill) <= 32:
        raise _RowError("the waybill is missing or has an impossible length")
    receiver, sender = normalised(value["receiver_phone"]), normalised(value["sender_phone"])
    if receiver is None and sender is None:
        raise _RowError("no usable phone number; nobody could be found by this row")
    ordered_at = _moment(value["ordered_at"], clock)
    if ordered_at is None:
        raise _RowError("the order time is unreadable; write 2026-11-22 08:30")
    fitting = candidates(waybill)
    return {
        "waybill": waybill,
        "carrier": (value["carrier"] or (fitting[0].carrier if fitting else "unknown"))[:16],
        "waybill_tail": waybill[-4:],
        "receiver_phone": receiver,
        "receiver_tail": tail_of(receiver) if receiver else None,
        "receiver_surname": surname_of(value["receiver_name"]),
        "sender_phone": sender,
        "sender_tail": tail_of(sender) if sender else None,
        "sender_surname": surname_of(value["sender_name"]),
        "district": value["district"],
        "order_no": value["order_no"],
        "goods": value["goods"],
        "merchant": value["merchant"],
        "ordered_at": to_text(ordered_at),
    }


def _text(raw: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = raw.get(name)
        if isinstance(value, str | int) and str(value).strip():
            return str(value).strip()[:40]
    return None


def _moment(text: str | None, clock: Clock) -> datetime | None:
    if text is None:
        return clock()
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


_COMPOUND = frozenset(("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "夏侯"))


def surname_of(name: str | None) -> str | None:
    """Return the surname of a Chinese name; only it is kept of the name."""
    if not name:
        return None
    return name[:2] if name[:2] in _COMPOUND and len(name) > 2 else name[0]
