"""The bulletins in force as every running call sees them: live or gone within seconds, never older than a minute."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import SQLAlchemyError

from logistics_client.bulletin_match import in_force
from logistics_client.clock import Clock, system_clock
from logistics_client.errors import LogisticsError
from logistics_client.vocabulary import Bulletin

logger = logging.getLogger(__name__)

REFRESH_S = 15.0
TRUST_S = 60.0  # a notice that may have been withdrawn a minute ago is not spoken any more
FIRST_WAIT_S = 0.5  # how long a caller waits for bulletins when none were ever read

Read = Callable[[], Awaitable[tuple[Bulletin, ...]]]


class BulletinBoard:
    """Bulletins of one source (our own table, or the carrier), asked every few seconds at most.

    A caller waits for the source only while nothing is known; later readings happen beside the calls, so a slow source
    delays nobody.

    Args:
        read: asks the source for what is in force.
        clock: our clock.
        monotonic: seconds that never go back.
    """

    def __init__(
        self, read: Read, *, clock: Clock = system_clock, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._clock = clock
        self._monotonic = monotonic
        self._bulletins: tuple[Bulletin, ...] = ()
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._reading: asyncio.Task[None] | None = None

    def note(self, bulletins: tuple[Bulletin, ...]) -> None:
        """Take what the source told in another answer just now: everything that is in force, maybe nothing."""
        self._bulletins = bulletins
        self._read_at = self._tried_at = self._monotonic()

    async def current(self) -> tuple[Bulletin, ...]:
        """Return the bulletins in force; none when the source was out of reach for a minute."""
        if self._tried_at is None or self._monotonic() - self._tried_at >= REFRESH_S:
            self._tried_at = self._monotonic()
            self._reading = asyncio.create_task(self._refresh(), name="bulletins")
        if self._reading is not None and self._read_at is None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._reading), FIRST_WAIT_S)
        if self._read_at is None or self._monotonic() - self._read_at >= TRUST_S:
            return ()
        moment = self._clock()
        return tuple(bulletin for bulletin in self._bulletins if in_force(bulletin, moment))

    async def refreshed(self) -> None:
        """Wait for the reading that is under way, if any."""
        if self._reading is not None:
            await self._reading
            self._reading = None

    async def _refresh(self) -> None:
        begun = self._monotonic()
        try:
            bulletins = await self._read()
        except (SQLAlchemyError, OSError, LogisticsError) as error:
            logger.warning("bulletins not refreshed", extra={"error": type(error).__name__})
            return
        if self._read_at is None or self._read_at < begun:
            # What was asked before another answer came in is older than that answer.
            self._bulletins, self._read_at = bulletins, begun
