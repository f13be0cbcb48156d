"""Reading a carrier's JSON without trusting it: wrong types become absent values, nonsense becomes an error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from logistics_client.clock import CHINA
from logistics_client.errors import BadReplyError

MAX_ROWS = 1000
MAX_TEXT = 500

# Control characters, direction overrides and halves of surrogate pairs: none belongs into speech or a database.
_HOSTILE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+")


def parse(body: bytes | str, *, carrier: str) -> Any:
    """Read a reply that must be JSON.

    Raises:
        BadReplyError: not UTF-8, not JSON, truncated, nested too deeply, or numbers without end.
    """
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadReplyError("the carrier's reply is no JSON; ask again later", carrier=carrier) from error


def parse_object(body: bytes | str, *, carrier: str) -> Mapping[str, Any]:
    """Read a reply that must be one JSON object.

    Raises:
        BadReplyError: as :func:`parse`, or no object.
    """
    value = parse(body, carrier=carrier)
    if not isinstance(value, dict):
        raise BadReplyError("the carrier's reply is no JSON object; ask again later", carrier=carrier)
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def text(row: Mapping[str, Any], *keys: str, limit: int = MAX_TEXT) -> str | None:
    """Return the first of ``keys`` that holds a text or number, cleaned and cut, or None."""
    for key in keys:
        value = row.get(key)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            continue
        cleaned = _HOSTILE.sub(" ", str(value)[: limit * 2]).strip()[:limit]
        if cleaned:
            return cleaned
    return None


def mapping(row: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the object under ``key``, or an empty one."""
    value = row.get(key)
    return value if isinstance(value, dict) else {}


def rows(row: Mapping[str, Any], key: str, *, carrier: str) -> list[Mapping[str, Any]]:
    """Return the objects listed under ``key``; an absent or null list is empty.

    Raises:
        BadReplyError: something else than a list, or more rows than any parcel has.
    """
    value = row.get(key)
    if value is None or value == "":
        return []
    if not isinstance(value, list) or len(value) > MAX_ROWS:
        raise BadReplyError(f"the carrier's reply has no usable list {key!r}; ask again later", carrier=carrier)
    return [item for item in value if isinstance(item, dict)]


def at_text(value: str | None) -> datetime | None:
    """Read a carrier's time: China time without a zone, ISO 8601 with one, or seconds or milliseconds since 1970.

    Returns:
        The moment with its zone, or None when it is unreadable or in no year of this century.
    """
    if value is None:
        return None
    try:
        if value.isascii() and value.isdigit() and len(value) in (10, 13):
            moment = datetime.fromtimestamp(int(value) / (1000 if len(value) == 13 else 1), CHINA)
        else:
            moment = datetime.fromisoformat(value.replace("/", "-"))
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=CHINA)
    return moment if 2000 <= moment.year < 2100 else None
