"""What a role may see of a telephone number, wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.auth.roles import Account

UNKNOWN = "未知号码"
# Names of fields that hold telephone numbers in events, orders and links.
_NUMBERS = frozenset(
    {"caller", "asserted", "number", "phone", "contact_phone", "from_number", "call_back_number", "receiver_phone"}
)
_UNSEEN = frozenset({"sip_call_id", "dialogue_state"})


def masked(number: str | None) -> str:
    """Return ``138****8000``; the tail stays, because callers name their number by it."""
    if not number:
        return UNKNOWN
    main, dash, extension = number.partition("-")
    keep = 3 if len(main) >= 10 else max(0, len(main) - 8)
    stars = "*" * min(4, max(0, len(main) - keep - 4))
    return f"{main[:keep]}{stars}{main[keep + len(stars) :][-4:]}{dash}{extension}"


def for_role(value: Any, account: Account) -> Any:
    """Return a copy of JSON data with every telephone number masked for roles that see none."""
    if account.sees_numbers:
        return value
    if isinstance(value, Mapping):
        return {key: _field(key, item, account) for key, item in value.items() if key not in _UNSEEN}
    if isinstance(value, list | tuple):
        return [for_role(item, account) for item in value]
    return value


def _field(key: str, value: Any, account: Account) -> Any:
    if key in _NUMBERS and isinstance(value, str):
        return masked(value)
    return for_role(value, account)


def caller(row: Mapping[str, Any], account: Account) -> dict[str, object]:
    """Return a call's caller as lists and details show it; ``number`` only for those who may see it."""
    shown: dict[str, object] = {
        "masked": masked(row["number"]),
        "place": row["place"],
        "class": row["caller_class"],
    }
    if account.sees_numbers:
        shown["number"] = row["number"]
    return shown
