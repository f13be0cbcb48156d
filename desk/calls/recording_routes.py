"""The sound of a call: WAV with Range, and peaks for its waveform. A listen is in the ledger before its first byte."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response

from desk.auth import Account, Gate, Me, Role
from desk.calls.book import CallBook
from desk.database import Clock
from desk.errors import NotFound
from desk.http import desk_router
from desk.ports import Recordings

# A browser fetches one listen in many ranges; this long after the first they belong to the same one.
ONE_LISTEN = timedelta(minutes=10)
MAX_BUCKETS = 4000


class RecordingRoutes:
    """Plays finished calls to those who took them and those who lead."""

    def __init__(self, gate: Gate, book: CallBook, recordings: Recordings, clock: Clock) -> None:
        self._gate = gate
        self._book = book
        self._recordings = recordings
        self._clock = clock
        self._listening: dict[tuple[str, str], datetime] = {}

    def router(self) -> APIRouter:
        """Return the routes."""
        router = desk_router()
        add: Any = router.add_api_route
        listeners = [Depends(self._gate.require(Role.AGENT, Role.SUPERVISOR))]
        add("/api/v1/calls/{call_id}/recording", self.sound, methods=["GET"], dependencies=listeners)
        add("/api/v1/calls/{call_id}/peaks", self.peaks, methods=["GET"], dependencies=listeners)
        return router

    async def sound(self, call_id: str, request: Request, account: Me) -> Response:
        """Send stereo WAV: left the caller, right what the caller heard."""
        await self._book.own(call_id, account)
        path = await asyncio.to_thread(self._recordings.wav, call_id)
        if path is None:
            raise NotFound("这通电话没有录音,或录音已按规定删除。", code="no_recording")
        await self._note(call_id, account, request)
        return FileResponse(path, media_type="audio/wav", headers={"Cache-Control": "private, no-store"})

    async def peaks(self, call_id: str, account: Me, buckets: int = 800) -> dict[str, object]:
        """Send the loudness of both sides, for a waveform that needs no sound."""
        await self._book.own(call_id, account)
        wanted = max(10, min(buckets, MAX_BUCKETS))
        found = await asyncio.to_thread(self._recordings.peaks, call_id, wanted)
        if found is None:
            raise NotFound("这通电话没有录音,或录音已按规定删除。", code="no_recording")
        return dict(found)

    async def _note(self, call_id: str, account: Account, request: Request) -> None:
        """Write the listen down, once for all the ranges of one."""
        now, key = self._clock(), (account.account_id, call_id)
        begins = request.headers.get("range", "bytes=0-").startswith("bytes=0-")
        last = self._listening.get(key)
        if last is not None and not begins and now - last < ONE_LISTEN:
            self._listening[key] = now
            return
        address = request.client.host if request.client else ""
        await self._book.append("recording.listened", call_id, {"by": account.account_id, "address": address})
        self._listening = {known: at for known, at in self._listening.items() if now - at < ONE_LISTEN} | {key: now}
