"""Everything behind a link, as it runs in one process, with a ledger and work orders that can go away."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from logistics_client.errors import UnavailableError
from logistics_client.links import (
    Link,
    LinkEvent,
    Links,
    Purpose,
    Use,
)
from tests.logistics_client.moving_clock import MovingClock

WAYBILL = "73100196611386"
PHONE = "13800138000"


def photo(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **more)
    return out.getvalue()


def photo_with_secrets() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "SecretPhoneMaker"
    exif.get_ifd(0x8825)[2] = (30.0, 35.0, 12.0)  # GPS latitude
    return photo(exif=exif, comment=b"SecretComment", xmp=b"<x>SecretXmp</x>")


@dataclass
class Outcomes:
    """Ledger and work orders, in this process; ``away`` makes them unreachable."""

    events: list[LinkEvent] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    calls: list[Link] = field(default_factory=list)
    away: bool = False

    def _check(self) -> None:
        if self.away:
            raise UnavailableError("the order database is away")

    async def happened(self, event: LinkEvent) -> None:
        self._check()
        self.events.append(event)

    async def handed_in(self, use: Use) -> None:
        self._check()
        self.uses.append(use)

    async def wants_call(self, link: Link) -> None:
        self._check()
        self.calls.append(link)

    @property
    def names(self) -> list[str]:
        return [event.name for event in self.events]


@dataclass
class Desk:
    """Everything behind a link, as it runs in one process."""

    links: Links
    outcomes: Outcomes
    clock: MovingClock
    outbox: Path
    web: httpx.AsyncClient
    carrier_photo: list[bytes]
    root: Path

    def texts(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.outbox.read_text("utf-8").splitlines()]

    async def send(self, purpose: Purpose, lines: tuple[str, ...] = ()) -> tuple[Link, str]:
        link = await self.links.send(purpose, WAYBILL, phone=PHONE, call_id="c1", order_id="o1", lines=lines)
        found = re.search(r"https://hotline\.example(/u/[\w-]{20}) ", self.texts()[-1]["text"])
        assert found is not None
        return link, found.group(1)


class DeadGateway:
    async def send(self, phone: str, message: str, *, message_id: str) -> None:
        raise UnavailableError("the gateway is away")

    async def close(self) -> None:
        """Nothing is open."""
