"""Messages that our own partners push to us, signed as we sign what we push to them.

HMAC-SHA256 over ``timestamp.body`` with the shared secret, in ``x-hotline-signature``; the time (milliseconds since
1970) in ``x-hotline-timestamp``, so that a message that somebody kept cannot be sent again tomorrow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from logistics_client import signing
from logistics_client.errors import CarrierRefusedError
from logistics_client.transport import parse_object

TIME_HEADER = "x-hotline-timestamp"
SIGNATURE_HEADER = "x-hotline-signature"
MAX_SKEW = timedelta(minutes=5)


class PushRefusedError(CarrierRefusedError):
    """The message is not from who it says: its digest is wrong or missing, or it is old."""


def headers(body: bytes, secret: str, stamp: str) -> dict[str, str]:
    """Return the headers of a signed message.

    Args:
        body: the exact bytes that are sent.
        secret: shared with the receiver.
        stamp: now, in milliseconds since 1970.
    """
    return {TIME_HEADER: stamp, SIGNATURE_HEADER: signing.hmac_sha256(stamp.encode() + b"." + body, secret)}


def checked(body: bytes, given: Mapping[str, str], secret: str, now: datetime, *, source: str) -> Mapping[str, Any]:
    """Return the object of a message that our partner signed just now.

    Args:
        body: the exact bytes that came.
        given: the headers.
        secret: shared with the sender.
        now: the present moment.
        source: whose message it is, for errors.

    Raises:
        PushRefusedError: wrong digest, or too old to be no replay.
        BadReplyError: signed rightly and unreadable.
    """
    stamp = given.get(TIME_HEADER, "")
    fresh = stamp.isascii() and stamp.isdigit() and len(stamp) <= 15
    if not fresh or abs(now.timestamp() - int(stamp) / 1000) > MAX_SKEW.total_seconds():
        raise PushRefusedError("a message with a wrong time was refused; check the clocks", carrier=source)
    expected = signing.hmac_sha256(stamp.encode("ascii") + b"." + body, secret)
    if not signing.same(expected, given.get(SIGNATURE_HEADER, "")):
        raise PushRefusedError("a message with a wrong digest was refused; check the key", carrier=source)
    return parse_object(body, carrier=source)
