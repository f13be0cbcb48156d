"""What people say to each other after the hand-over: voice activity and one recogniser stream per person.

The bot's own pipeline stands still meanwhile; both people are heard alike here, and each utterance becomes one turn of
the ledger. The consent to recording at the start of the call covers it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from asr.ports import Recogniser, RecogniserStream, RecogniserUnavailable, Transcript
from telephony.hub import Hub

FRAME_MS = 20
PRE_ROLL_MS = 300
START_MS = 100
STOP_MS = 600
LONGEST_MS = 15_000


@dataclass(frozen=True, slots=True)
class Utterance:
    """One person's words; times in milliseconds since the call was answered."""

    text: str
    confidence: float
    start_ms: int
    end_ms: int


class SpeechSpans:
    """Voiced frames to beginnings and ends of speech: starts after 100 ms of voice, ends after 600 ms without."""

    def __init__(self) -> None:
        self.speaking = False
        self._run = 0
        self._length = 0

    def add(self, voiced: bool) -> str:
        """Take one frame; returns ``start``, ``end`` or an empty text."""
        if voiced == self.speaking:
            self._run = 0
        else:
            self._run += FRAME_MS
        self._length = self._length + FRAME_MS if self.speaking else 0
        if not self.speaking and self._run >= START_MS:
            self.speaking, self._run = True, 0
            return "start"
        if self.speaking and (self._run >= STOP_MS or self._length >= LONGEST_MS):
            self.speaking, self._run = False, 0
            return "end"
        return ""


class Overhearing:
    """One person's track of a hub, heard until closed; ``voiced`` judges one 20 ms frame at the hub's rate."""

    def __init__(
        self,
        hub: Hub,
        track: str,
        recogniser: Recogniser,
        voiced: Callable[[bytes], bool],
        on_words: Callable[[Utterance], None],
    ) -> None:
        self._hub, self._recogniser, self._voiced, self._on_words = hub, recogniser, voiced, on_words
        self._spans = SpeechSpans()
        self._stream: RecogniserStream | None = None
        self._pre_roll: deque[bytes] = deque(maxlen=PRE_ROLL_MS // FRAME_MS)
        self._began_ms = 0
        self._pending: deque[tuple[int, int]] = deque()
        self._opening: asyncio.Task[None] | None = None
        self._unsubscribe = hub.subscribe(track, self._tap)
        self._open()

    def close(self) -> None:
        """Stop listening; words half-way are lost."""
        self._unsubscribe()
        if self._opening is not None:
            self._opening.cancel()
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _tap(self, pcm: bytes, tick: int) -> None:
        edge = self._spans.add(self._voiced(pcm))
        now_ms = tick * FRAME_MS
        if edge == "start":
            self._began_ms = max(0, now_ms - START_MS)
            if self._stream is None:
                self._open()
            else:
                self._stream.feed(b"".join(self._pre_roll))
            self._pre_roll.clear()
        if self._spans.speaking and self._stream is not None:
            self._stream.feed(pcm)
        elif edge == "end" and self._stream is not None:
            self._pending.append((self._began_ms, max(self._began_ms, now_ms - STOP_MS)))
            self._stream.finish()
        else:
            self._pre_roll.append(pcm)

    def _open(self) -> None:
        if self._opening is None or self._opening.done():
            self._opening = asyncio.create_task(self._open_stream())

    async def _open_stream(self) -> None:
        with contextlib.suppress(RecogniserUnavailable):
            self._stream = await self._recogniser.open_stream(self._hub.rate, self._heard)

    def _heard(self, transcript: Transcript) -> None:
        if not transcript.final or not self._pending:
            return
        start_ms, end_ms = self._pending.popleft()
        if transcript.text:
            self._on_words(Utterance(transcript.text, round(transcript.confidence, 3), start_ms, end_ms))
