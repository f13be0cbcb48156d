"""One row as it came, checked and brought into the shape of the order table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from logistics_client.clock import CHINA, Clock
from logistics_client.database import to_text
from logistics_client.numbers import candidates, cleaned
from logistics_client.orders_table.reading import CLASS_COLUMNS, ORDER_COLUMNS, PHONE_COLUMNS
from logistics_client.phones import normalised, tail_of
from logistics_client.vocabulary import CallerClass

_CLASS_WORDS = {
    "员工": CallerClass.STAFF,
    "商家": CallerClass.MERCHANT,
    "共用": CallerClass.SHARED,
    "黑名单": CallerClass.BLOCKED,
    "拨测": CallerClass.LINE_TEST,
}
_COMPOUND = frozenset(("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "夏侯"))


class RowError(ValueError):
    """One row cannot be stored; the text is one sentence that says why."""


def is_number_row(raw: Mapping[str, Any]) -> bool:
    """Whether a row says what kind of number a phone is, instead of naming an order."""
    return _text(raw, CLASS_COLUMNS) is not None


def number_row(raw: Mapping[str, Any]) -> dict[str, str | None]:
    """Return a row of the register of numbers.

    Raises:
        RowError: no phone, or no known kind.
    """
    phone = normalised(_text(raw, PHONE_COLUMNS))
    if phone is None:
        raise RowError("the phone number is missing or unreadable")
    text = _text(raw, CLASS_COLUMNS) or ""
    caller_class = _CLASS_WORDS.get(text) or next((c for c in CallerClass if c.value == text), None)
    if caller_class is None:
        raise RowError(f"{text} is no kind of number; use one of {', '.join(_CLASS_WORDS)}")
    return {"phone": phone, "caller_class": caller_class.value, "name": _text(raw, ("name", "名称"))}


def order_row(raw: Mapping[str, Any], clock: Clock) -> dict[str, str | None]:
    """Return a row of the order table.

    Raises:
        RowError: no waybill, no phone to find it by, or an unreadable time.
    """
    value = {name: _text(raw, aliases) for name, aliases in ORDER_COLUMNS.items()}
    waybill = cleaned(value["waybill"] or "")
    if not 6 <= len(waybill) <= 32:
        raise RowError("the waybill is missing or has an impossible length")
    receiver, sender = normalised(value["receiver_phone"]), normalised(value["sender_phone"])
    if receiver is None and sender is None:
        raise RowError("no usable phone number; nobody could be found by this row")
    ordered_at = _moment(value["ordered_at"], clock)
    if ordered_at is None:
        raise RowError("the order time is unreadable; write 2026-11-22 08:30")
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


def surname_of(name: str | None) -> str | None:
    """Return the surname of a Chinese name; only it is kept of the name."""
    if not name:
        return None
    return name[:2] if name[:2] in _COMPOUND and len(name) > 2 else name[0]


def _text(raw: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        value = raw.get(name)
        if isinstance(value, str | int) and str(value).strip():
            text = str(value).replace("\x00", "").strip()[:40]  # PostgreSQL takes no NUL
            if "\ufffd" in text:
                raise RowError("a field holds bytes of another encoding; save the file as UTF-8")
            return text
    return None


def _moment(text: str | None, clock: Clock) -> datetime | None:
    if text is None:
        return clock()
    try:
        moment = datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
