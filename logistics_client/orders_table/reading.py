"""Reading rows out of a file or a push of any size: CSV, JSON lines or a JSON array, told by what it begins with.

A row that cannot be read is handed on as a :class:`BadRow` and the next one is read; only a file that holds no orders
at all is an error.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

# What operators' exports call these columns.
ORDER_COLUMNS: Mapping[str, tuple[str, ...]] = {
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
# Registers of numbers are loaded by the same command.
PHONE_COLUMNS = ("phone", "电话", "号码", "手机号")
CLASS_COLUMNS = ("caller_class", "号码类型")

_SAMPLE = 65536
_LONGEST_ROW = 1_000_000
_NEXT_ROW = re.compile(r"\n[\s,]*(?=\{)")


class ImportFileError(ValueError):
    """The file cannot be read as orders at all; the text says what to do."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read; ``why`` is one sentence."""

    why: str


Row = Mapping[str, Any] | BadRow


def read_rows(stream: BinaryIO, name: str) -> Iterator[tuple[int, Row]]:
    """Yield line number and row, one after the other; memory does not grow with the size.

    Args:
        stream: the bytes, UTF-8 (with or without byte order mark) or GB 18030, as Excel saves Chinese.
        name: what complaints call the file.

    Raises:
        ImportFileError: no orders inside.
    """
    buffered = io.BufferedReader(cast("io.RawIOBase", stream), _SAMPLE)
    sample = buffered.peek(_SAMPLE)
    text = io.TextIOWrapper(buffered, _encoding(sample), errors="replace", newline="")
    try:
        begins = sample.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
        yield from (_json_rows(text, name) if begins in (b"{", b"[") else _csv_rows(text, name))
    finally:
        text.detach()  # the stream belongs to the caller, who may want to close it himself
        buffered.detach()


def _encoding(sample: bytes) -> str:
    # The sample may end inside a character, which is no error of the file.
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _csv_rows(stream: io.TextIOWrapper, name: str) -> Iterator[tuple[int, Row]]:
    head = stream.readline()
    names = next(csv.reader([head], delimiter=_delimiter(head)), [])
    if not set(names) & {*ORDER_COLUMNS["waybill"], *CLASS_COLUMNS}:
        raise ImportFileError(f"{name}: there is no waybill column; name it waybill or 运单号")
    reader = csv.DictReader(stream, fieldnames=names, delimiter=_delimiter(head))
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num + 2, BadRow("this line is no CSV; check its quotes")  # not counted before it is read
            continue
        yield reader.line_num + 1, row


def _delimiter(head: str) -> str:
    return max(",;\t", key=head.count)


def _json_rows(stream: io.TextIOWrapper, name: str) -> Iterator[tuple[int, Row]]:
    """Read objects one after the other, whether in an array over many lines or one per line."""
    decoder = json.JSONDecoder()
    buffer, line, at_end, found = "", 1, False, False
    while True:
        blank = len(buffer) - len(buffer.lstrip(" \t\r\n,[]"))
        line += buffer.count("\n", 0, blank)
        buffer = buffer[blank:]
        if not buffer and at_end:
            if not found:
                raise ImportFileError(f"{name}: there is no order inside; write one JSON object per order")
            return
        try:
            value, end = decoder.raw_decode(buffer) if buffer.startswith("{") else (None, 0)
        except (ValueError, RecursionError):
            value, end = None, 0
        if value is None:
            # Broken, or not all there yet: where the next row begins, the broken one has ended.
            following = _NEXT_ROW.search(buffer)
            if following is None and not at_end and len(buffer) < _LONGEST_ROW:
                chunk = stream.read(_SAMPLE)
                buffer, at_end = buffer + chunk, not chunk
                continue
            value, end = BadRow("this is no JSON object; correct it"), following.start() if following else len(buffer)
        yield line, value
        found = found or not isinstance(value, BadRow)
        line += buffer.count("\n", 0, end)
        buffer = buffer[end:]
