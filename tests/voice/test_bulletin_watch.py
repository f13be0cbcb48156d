"""Notices that change during a call reach its dialogue."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import cast

from dialog.protocol import BulletinsChanged, Event
from logistics_client.ports import Logistics
from logistics_client.vocabulary import Bulletin
from tests.dialog.parcels import NOON
from voice.bulletin_watch import watch_bulletins
from voice.clock import SystemClock

STORM = Bulletin("b1", "台风停运", NOON, NOON + timedelta(hours=6), hub="宁波中转场")


class Board:
    """Published, then unchanged, then withdrawn; afterwards it cancels its reader."""

    def __init__(self) -> None:
        self.readings = [(STORM,), (STORM,), ()]

    async def bulletins(self) -> tuple[Bulletin, ...]:
        if not self.readings:
            raise asyncio.CancelledError
        return self.readings.pop(0)


async def test_only_changes_are_posted() -> None:
    posted: list[Event] = []
    watching = asyncio.create_task(
        watch_bulletins(cast(Logistics, Board()), (), posted.append, SystemClock(), every_s=0)
    )
    await asyncio.wait({watching})
    changes = [event.bulletins for event in posted if isinstance(event, BulletinsChanged)]
    assert changes == [(STORM,), ()]
