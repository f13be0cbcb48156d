"""What operations publish or withdraw during a call is heard of in that call, too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from dialog.protocol import BulletinsChanged, Event
from logistics_client.ports import Logistics
from logistics_client.vocabulary import Bulletin
from voice.clock import Clock

# With the board's own 15 s a change is spoken, or no longer spoken, well within the promised minute.
EVERY_S = 15.0


async def watch_bulletins(
    logistics: Logistics,
    known: tuple[Bulletin, ...],
    post: Callable[[Event], None],
    clock: Clock,
    *,
    every_s: float = EVERY_S,
) -> None:
    """Post ``BulletinsChanged`` whenever the notices in force differ from ``known``; runs until it is cancelled."""
    while True:
        await asyncio.sleep(every_s)
        now = await logistics.bulletins()
        if now != known:
            known = now
            post(BulletinsChanged(clock.now(), now))
