"""Redials and repeat calls: a call that broke off goes on where it was, a second call on one parcel is known as such.

The state of a talk is written after every turn, in the background and only the newest one, so that it is there also
when the process was killed.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

from dialog.engine import DialogueState
from dialog.engine.resume import is_unfinished, kept
from ledger import LedgerUnavailable
from ledger.calls import CallBook, EarlierCall
from logistics_client.vocabulary import CallerClass, CallerProfile
from telephony.ports import REMOTE_HANGUP
from voice.clock import Clock

logger = logging.getLogger(__name__)

REDIAL = timedelta(minutes=10)
REPEAT = timedelta(hours=24)
QUIET = timedelta(seconds=20)
"""A call of another process that kept nothing for so long and never ended died with it."""


class Redial:
    """What earlier calls of a number mean for the next one; ``writer`` names this process's ledger."""

    def __init__(self, book: CallBook, clock: Clock, *, writer: str) -> None:
        self._book = book
        self._clock = clock
        self._writer = writer
        self._keepers: dict[str, Keeper] = {}

    async def begin(self, call_id: str, profile: CallerProfile) -> CallerProfile:
        """Note the new call; return the profile with what earlier ones add. A database that is away adds nothing."""
        if not profile.number or profile.caller_class is CallerClass.LINE_TEST:
            return profile
        now = self._clock.now()
        try:
            earlier = await self._book.earlier(profile.number, now - REPEAT)
            await self._book.begin(call_id, profile.number, now)
            self._keepers[call_id] = Keeper(call_id, self._book, self._clock)
            broken = self._broken(earlier, now)
            if broken is not None:
                await self._book.taken_up(broken.call_id)
        except LedgerUnavailable as error:
            logger.error("earlier calls of this number are not known: %s", error)
            return profile
        profile = replace(profile, calls_24h=profile.calls_24h or repeats(earlier, profile))
        if broken is None or broken.state is None:
            return profile
        return replace(profile, dropped_call_id=broken.call_id, dropped_state=dict(broken.state))

    def keep(self, call_id: str, state: DialogueState) -> None:
        """Remember where the talk stands; returns at once."""
        keeper = self._keepers.get(call_id)
        if keeper is not None:
            keeper.note(state)

    async def end(self, call_id: str, cause: str) -> None:
        """The line is gone; ``cause`` as the telephony names it."""
        keeper = self._keepers.pop(call_id, None)
        if keeper is None:
            return
        try:
            await keeper.close()
            await self._book.end(call_id, self._clock.now(), cause)
        except LedgerUnavailable as error:
            logger.error("the end of a call is not noted: %s", error)

    def _broken(self, earlier: list[EarlierCall], now: datetime) -> EarlierCall | None:
        """The newest call, when it broke off a short while ago."""
        if not earlier:
            return None
        call = earlier[0]
        last = call.ended_at or call.kept_at
        if call.state is None or now - last > REDIAL or self._is_live(call, now):
            return None
        return call if call.cause != REMOTE_HANGUP or _left_in_mid_matter(call) else None

    def _is_live(self, call: EarlierCall, now: datetime) -> bool:
        if call.ended_at is not None:
            return False
        return call.call_id in self._keepers or (call.writer != self._writer and now - call.kept_at < QUIET)


def _left_in_mid_matter(call: EarlierCall) -> bool:
    try:
        return is_unfinished(DialogueState.from_json(call.state or {}))
    except ValueError:  # written by another version
        return False


def repeats(earlier: list[EarlierCall], profile: CallerProfile) -> int:
    """How many of the earlier calls were about a parcel that this number still has."""
    own = {parcel.waybill for parcel in profile.parcels}
    return sum(call.waybill in own for call in earlier)


class Keeper:
    """Writes the newest state of one call; turns that come faster than the database are passed over."""

    def __init__(self, call_id: str, book: CallBook, clock: Clock) -> None:
        self._call_id = call_id
        self._book = book
        self._clock = clock
        self._newest: DialogueState | None = None
        self._task: asyncio.Task[None] | None = None

    def note(self, state: DialogueState) -> None:
        """Take the state after a turn."""
        self._newest = state
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Wait until the newest state is written."""
        if self._task is not None:
            await self._task

    async def _write(self) -> None:
        while self._newest is not None:
            state, self._newest = self._newest, None
            try:
                # A thread: encoding takes milliseconds, and every call's sound runs through this loop.
                stored = await asyncio.to_thread(kept, state)
                spoken_of = (state.focus or "") if state.turn else ""
                await self._book.keep(self._call_id, self._clock.now(), waybill=spoken_of, state=stored)
            except LedgerUnavailable as error:
                logger.error("where a call stands is not kept: %s", error)
