"""The legs of a hub: people behind the :class:`Leg` port, and the in-memory voices of the bot and of hold music."""

import asyncio
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from telephony.hub.frame_queue import FrameQueue
from telephony.hub.pacer import SendPacer, SendPlan
from telephony.hub.resample import StreamResampler
from telephony.hub.roles import Role
from telephony.hub.tuning import FRAME_MS, HubTuning

BOT_CAPACITY_S = 60
RECENT_FRAMES = 10  # more than a transmit ring ever holds


class Leg(Protocol):
    """A person's side of a call at its own rate; :class:`telephony.ports.SipCall` is one. Nothing blocks or raises."""

    @property
    def rate(self) -> int:
        """PCM rate in Hz; may change during the call."""

    def read(self) -> bytes:
        """S16 PCM that arrived since the last read."""

    def write(self, pcm: bytes) -> int:
        """Queue s16 PCM towards the person; returns the bytes taken."""

    def queued(self) -> int:
        """Bytes written and not yet sent."""

    def flush(self) -> None:
        """Discard what is queued towards the person."""


@runtime_checkable
class TunedLeg(Protocol):
    """A leg that needs other depths than a telephone behind its jitter buffer and transmit ring."""

    tuning: HubTuning


class LiveLeg:
    """A person's leg attached to a hub: resampled at its edge, queued inwards, paced outwards."""

    def __init__(self, leg: Leg, role: Role, rate: int, tuning: HubTuning) -> None:
        self.role = role
        self.muted = False
        tuning = leg.tuning if isinstance(leg, TunedLeg) else tuning
        self.queue = FrameQueue(rate, tuning)
        self.pacer = SendPacer(tuning)
        self.plan = SendPlan(0, 0)
        self._leg, self._hub_rate = leg, rate
        self._silence = bytes(self.queue.frame_bytes)
        self._out = bytearray()
        self._rate = 0
        self._follow_rate()
        leg.read()  # what queued up before we listened would be delay for the whole call
        leg.flush()

    @property
    def queued_ms(self) -> float:
        """What is still in the transmit ring, in milliseconds."""
        return self._leg.queued() * 500 / self._rate

    def take_in(self) -> None:
        """Read what arrived into the queue."""
        pcm = self._leg.read()
        if self._leg.rate != self._rate:
            self._follow_rate()
        if pcm:
            self.queue.push(self._inwards.process(pcm))

    def pop(self) -> bytes | None:
        """The person's frame of this tick; silence while muted, but time goes on."""
        frame = self.queue.pop()
        return None if self.muted else frame

    def make_plan(self, ticks: int) -> None:
        """Decide what this leg is sent in a tick of ``ticks`` frames."""
        self.plan = self.pacer.plan(self.queued_ms, ticks)
        self._out = bytearray(self._silence * self.plan.silence)

    def add(self, frame: bytes | None) -> None:
        """Append one frame of the tick to what is sent."""
        self._out += frame if frame is not None else self._silence

    def send(self) -> None:
        """Hand the tick's frames to the ring and bound the inward queue."""
        self.queue.trim()
        if self._out:
            self._leg.write(self._outwards.process(bytes(self._out)))

    def flush(self) -> float:
        """Empty the transmit ring; returns the milliseconds that will not be heard."""
        unheard = self.queued_ms
        self._leg.flush()
        return unheard

    def _follow_rate(self) -> None:
        self._rate = self._leg.rate
        self._inwards = StreamResampler(self._rate, self._hub_rate)
        self._outwards = StreamResampler(self._hub_rate, self._rate)


class BotLeg:
    """The bot's voice (or a whisper): PCM written ahead, played one frame per tick, flushed on barge-in.

    ``rate`` is the hub's. :attr:`heard_samples` counts what left for the listener's ear, which is what "the caller
    really heard" means: after :meth:`flush` it is exact to one frame.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._frame_bytes = rate * FRAME_MS // 1000 * 2
        self._capacity = rate * 2 * BOT_CAPACITY_S
        self._buffer = bytearray()
        self._pulled = 0
        self._unheard_tail: Callable[[], int] = lambda: 0
        self._flush_ring: Callable[[], int] = lambda: 0
        self._waiters: list[tuple[float, asyncio.Future[None]]] = []
        self._paused = False
        self._recent = bytearray()

    @property
    def queued_ms(self) -> float:
        """Sound written and not yet pulled by the hub."""
        return len(self._buffer) * 500 / self.rate

    @property
    def pulled_samples(self) -> int:
        """Samples the hub took so far; what :meth:`flush` cut from the ring is taken off again."""
        return self._pulled

    @property
    def heard_samples(self) -> int:
        """Samples of this voice that left the listener's transmit ring so far."""
        return self._pulled - self._unheard_tail()

    @property
    def speaking(self) -> bool:
        """True while something written has not been heard yet."""
        return bool(self._buffer) or self._unheard_tail() > 0

    def write(self, pcm: bytes) -> int:
        """Queue s16 PCM at :attr:`rate`; returns the bytes taken (60 s fit)."""
        taken = pcm[: max(0, self._capacity - len(self._buffer))]
        self._buffer += taken
        return len(taken)

    def pause(self) -> None:
        """Fall silent now; what was cut from the listener's ring is said again after :meth:`resume`."""
        if self._paused:
            return
        self._paused = True
        cut = min(self._flush_ring(), len(self._recent) // 2)
        if cut:
            self._buffer[:0] = self._recent[-2 * cut :]
            self._pulled -= cut
            self._recent.clear()

    def resume(self) -> None:
        """Go on where :meth:`pause` stopped."""
        self._paused = False

    def flush(self) -> int:
        """Stop speaking now, paused or not; returns how many written samples will not be heard."""
        self._paused = False
        self._recent.clear()
        unplayed = len(self._buffer) // 2
        self._buffer.clear()
        cut = self._flush_ring()
        self._pulled -= cut
        self._release()
        return unplayed + cut

    async def wait_below(self, ms: float) -> None:
        """Wait until at most ``ms`` are queued: the pace of a writer that follows the hub's clock."""
        if self.queued_ms <= ms:
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((ms, future))
        await future

    def pop(self) -> bytes | None:
        """The next frame, the last one padded with silence; called by the hub."""
        if not self._buffer or self._paused:
            return None
        frame = bytes(self._buffer[: self._frame_bytes])
        del self._buffer[: self._frame_bytes]
        self._pulled += len(frame) // 2
        self._recent += frame
        del self._recent[: -RECENT_FRAMES * self._frame_bytes]
        self._release()
        return frame.ljust(self._frame_bytes, b"\0")

    def connect(self, unheard_tail: Callable[[], int], flush_ring: Callable[[], int]) -> None:
        """Called by the hub at attach: how to count and cut the samples in the listener's ring."""
        self._unheard_tail, self._flush_ring = unheard_tail, flush_ring

    def close(self) -> None:
        """Called by the hub at the end: nothing more will be heard, writers go on."""
        self._buffer.clear()
        self._release()

    def _release(self) -> None:
        if not self._waiters:
            return
        queued = self.queued_ms
        for _, future in [waiter for waiter in self._waiters if queued <= waiter[0]]:
            if not future.done():
                future.set_result(None)
        self._waiters = [waiter for waiter in self._waiters if queued > waiter[0]]


class MusicLeg:
    """Hold music: a loop of s16 PCM at the hub's rate that goes on where it paused."""

    def __init__(self, pcm: bytes, rate: int) -> None:
        self._frame_bytes = rate * FRAME_MS // 1000 * 2
        if len(pcm) < self._frame_bytes:
            raise ValueError("hold music must be at least 20 ms long")
        self._pcm = pcm + pcm[: self._frame_bytes]
        self._length = len(pcm) & ~1
        self._position = 0

    def pop(self) -> bytes | None:
        """The next frame of the loop."""
        start = self._position
        self._position = (start + self._frame_bytes) % self._length
        return self._pcm[start : start + self._frame_bytes]
