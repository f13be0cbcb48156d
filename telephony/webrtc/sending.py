"""Sound on its way to the browser: the hub's frames as they come, silence when nobody speaks."""

import asyncio
import time
from collections.abc import Callable

FRAME_S = 0.02
IDLE_AFTER_S = 0.06
"""Without a frame from the hub for so long we send silence, so that the browser's own buffer stays in step."""
CAPACITY_MS = 120


class SendRing:
    """PCM towards one browser, taken 20 ms at a time.

    The hub's clock is the pace: a frame leaves when the hub wrote it, with no clock of our own in between, so nothing
    drifts and nothing is kept ahead. A stall of the process becomes a gap in the RTP timestamps, never a delay.
    """

    def __init__(self, rate: int, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._buffer = bytearray()
        self._filled = asyncio.Event()
        self._written_at = self._sent_at = self._start = now()
        self._index = -1
        self.dropped_ms = 0.0
        self.set_rate(rate)

    def set_rate(self, rate: int) -> None:
        """Start over at another PCM rate (Hz)."""
        self._buffer.clear()
        self._bytes_per_ms = rate * 2 / 1000
        self._frame_bytes = rate // 50 * 2

    def write(self, pcm: bytes) -> int:
        """Queue PCM; the oldest goes when nobody takes it."""
        self._buffer += pcm
        self._written_at = self._now()
        excess = len(self._buffer) - round(CAPACITY_MS * self._bytes_per_ms)
        if excess > 0:
            del self._buffer[:excess]
            self.dropped_ms += excess / self._bytes_per_ms
        if len(self._buffer) >= self._frame_bytes:
            self._filled.set()
        return len(pcm)

    def queued(self) -> int:
        """Bytes not yet sent."""
        return len(self._buffer)

    def flush(self) -> None:
        """Forget what waits."""
        self._buffer.clear()
        self._filled.clear()

    async def next_frame(self) -> tuple[bytes, int]:
        """The next 20 ms and its place on the time line, counted in frames."""
        while len(self._buffer) < self._frame_bytes:
            self._filled.clear()
            deadline = max(self._sent_at + FRAME_S, self._written_at + IDLE_AFTER_S)
            try:
                async with asyncio.timeout(max(0.0, deadline - self._now())):
                    await self._filled.wait()
            except TimeoutError:
                return self._sent(bytes(self._frame_bytes))
        frame = bytes(self._buffer[: self._frame_bytes])
        del self._buffer[: self._frame_bytes]
        return self._sent(frame)

    def _sent(self, frame: bytes) -> tuple[bytes, int]:
        now = self._now()
        due = int((now - self._start) / FRAME_S)
        self._index = due if due > self._index + 3 else self._index + 1
        self._sent_at = now
        return frame, self._index
