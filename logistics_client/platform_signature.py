r"""Signature of the generic carrier interface: HMAC-SHA256 over time, method, path and the exact body bytes.

Headers: ``X-Api-Key`` names the client, ``X-Timestamp`` is milliseconds since 1970, ``X-Signature`` is lower-case hex
of HMAC-SHA256(secret, ``timestamp\nmethod\npath\nbody``) with the path as sent, query included.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

KEY_HEADER = "X-Api-Key"
TIME_HEADER = "X-Timestamp"
SIGNATURE_HEADER = "X-Signature"
MAX_SKEW = timedelta(minutes=5)


def sign(secret: str, timestamp: str, method: str, path: str, body: bytes) -> str:
    """Return the signature of one request."""
    head = f"{timestamp}\n{method}\n{path}\n".encode()
    return hmac.new(secret.encode(), head + body, hashlib.sha256).hexdigest()


def headers(key: str, secret: str, now: datetime, method: str, path: str, body: bytes) -> dict[str, str]:
    """Return the three headers of a signed request."""
    timestamp = str(int(now.timestamp() * 1000))
    return {
        KEY_HEADER: key,
        TIME_HEADER: timestamp,
        SIGNATURE_HEADER: sign(secret, timestamp, method, path, body),
    }


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Whether a request's time lies within the skew that is allowed; anything unreadable does not."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
        return False
    return abs(now.timestamp() - int(timestamp) / 1000) <= MAX_SKEW.total_seconds()


def is_signed(secret: str, given: str, timestamp: str, method: str, path: str, body: bytes) -> bool:
    """Whether ``given`` is the signature of this request, compared in constant time."""
    expected = sign(secret, timestamp, method, path, body)
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))
