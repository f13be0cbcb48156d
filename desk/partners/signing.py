"""The signature of a webhook: ``X-Signature: t=<seconds>,v1=<hex HMAC-SHA256(secret, t + "." + body)>``."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

HEADER = "X-Signature"
EVENT_HEADER = "X-Event-Id"


def signature(secret: str, body: bytes, now: datetime) -> str:
    """Return the header's value."""
    moment = int(now.timestamp())
    return f"t={moment},v1={_mac(secret, moment, body)}"


def is_good(secret: str, body: bytes, header: str, now: datetime, *, within_s: int = 300) -> bool:
    """Whether a receiver should believe a delivery: signed with the secret, and not replayed later."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    moment = parts.get("t", "")
    if not moment.isdigit() or abs(now.timestamp() - int(moment)) > within_s:
        return False
    return hmac.compare_digest(parts.get("v1", ""), _mac(secret, int(moment), body))


def _mac(secret: str, moment: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
