"""Text messages: a small port, an HTTP gateway behind it, and a file for those who have no gateway yet."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from logistics_client import signing
from logistics_client.clock import Clock, system_clock
from logistics_client.errors import BadReplyError, CarrierRefusedError, UnavailableError
from logistics_client.signed_push import checked
from logistics_client.signed_push import headers as signed_headers
from logistics_client.transport import CarrierHttp, Policy, Request, parse_object, text

_POLICY = Policy(connect_s=1.0, read_s=3.0, total_s=5.0, rate_per_s=50.0, burst=100)
_PHONE = re.compile(r"\+?\d{5,20}(?:-\d{1,6})?", re.ASCII)  # a platform's virtual number keeps its extension


class SmsGateway(Protocol):
    """Sends text messages."""

    async def send(self, phone: str, message: str, *, message_id: str) -> None:
        """Hand a message over; returning is the gateway's receipt, and only then may anybody say 「短信已发送」.

        Args:
            phone: the receiver.
            message: the text with its signature (【...】).
            message_id: ours; the same id twice is one message.

        Raises:
            LogisticsError: no receipt.
        """

    async def close(self) -> None:
        """Release connections."""


class FileOutbox:
    """Appends messages to a file of JSON lines; the default while ``SMS_GATEWAY`` is not set.

    Args:
        path: the file; only its owner may read it, because it holds phone numbers.
        clock: our clock.
    """

    def __init__(self, path: Path, *, clock: Clock = system_clock) -> None:
        self._path = path
        self._clock = clock
        self._lock = asyncio.Lock()

    async def send(self, phone: str, message: str, *, message_id: str) -> None:
        """Write the message to disk; see :class:`SmsGateway`."""
        entry = {"at": self._clock().isoformat(), "message_id": message_id, "phone": phone, "text": message}
        line = json.dumps(entry, ensure_ascii=False) + "\n"
        async with self._lock:
            try:
                await asyncio.to_thread(self._append, line.encode("utf-8"))
            except OSError as error:
                raise UnavailableError("the SMS outbox cannot be written; check DATA_DIR", carrier="sms") from error

    async def close(self) -> None:
        """Do nothing; every line is on disk already."""

    def _append(self, line: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, line)
            os.fsync(handle)
        finally:
            os.close(handle)


class HttpSmsGateway:
    """Posts messages to ``SMS_GATEWAY`` as JSON: ``{"message_id","phone","text"}``.

    The body is signed with HMAC-SHA256 over ``timestamp.body``, ``Idempotency-Key`` is the message id, and the
    receipt is a 2xx answer with ``{"accepted": true}``.

    Args:
        url: the gateway's address.
        secret: shared with the gateway.
        http: connections and limits, if not of our own making.
    """

    def __init__(self, url: str, secret: str, *, http: CarrierHttp | None = None) -> None:
        self._url = url
        self._secret = secret
        self._http = http or CarrierHttp("sms", _POLICY)

    async def send(self, phone: str, message: str, *, message_id: str) -> None:
        """Send; see :class:`SmsGateway`. A repeat is harmless, because the gateway knows the id."""
        if not _PHONE.fullmatch(phone):
            raise CarrierRefusedError("this is no phone number; ask for it again", carrier="sms")
        body = signing.compact_json({"message_id": message_id, "phone": phone, "text": message})

        def build() -> Request:
            stamp = self._http.clock.millis()
            headers = {"idempotency-key": message_id, **signed_headers(body.encode(), self._secret, stamp)}
            return Request.json(self._url, body, headers)

        reply = await self._http.send(build, safe=True)
        if parse_object(reply.body, carrier="sms").get("accepted") is not True:
            raise CarrierRefusedError("the SMS gateway did not take the message; check its reply", carrier="sms")

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """The gateway's word that a message arrived at the phone, or did not."""

    message_id: str
    delivered: bool


def read_report(body: bytes, headers: Mapping[str, str], secret: str, now: datetime) -> DeliveryReport:
    """Check and read a delivery report ``{"message_id","delivered"}``, signed like our own messages.

    Raises:
        CarrierRefusedError: wrong digest, or too old to be no replay.
        BadReplyError: signed rightly and unreadable.
    """
    data = checked(body, headers, secret, now, source="sms")
    message_id = text(data, "message_id", limit=64)
    if message_id is None or not isinstance(data.get("delivered"), bool):
        raise BadReplyError("a delivery report needs message_id and delivered", carrier="sms")
    return DeliveryReport(message_id, data["delivered"])
