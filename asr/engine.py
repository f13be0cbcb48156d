"""All calls' sound to one recogniser: queues per stream, micro-batches of whatever is ready, results to the loop.

:class:`Scheduler` is the pure part (it takes the time, holds queues and picks batches); :class:`Engine` gives
it a thread and a backend. A final is never kept waiting for a batch to fill.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from asr.backend import EARLY_STEPS, SAMPLE, Backend, Step, step_bytes
from asr.ports import Transcript

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the queues: batch size and window, sound a stream may have waiting, when a chunk is late.

    A batch that answers an end of utterance is kept small (``urgent_batch``), so that the answer is soon there.
    """

    max_batch: int = 16
    urgent_batch: int = 4
    window_s: float = 0.02
    max_waiting_s: float = 20.0
    late_s: float = 0.3


@dataclass(slots=True)
class Counters:
    """What happened since the start; ``dropped_ms`` is sound thrown away because a stream's queue was full."""

    streams_opened: int = 0
    streams: int = 0
    utterances: int = 0
    rejected: int = 0
    steps: int = 0
    batches: int = 0
    late: int = 0
    failed: int = 0
    audio_ms: float = 0.0
    dropped_ms: float = 0.0
    longest_wait_ms: float = 0.0

    def as_dict(self) -> dict[str, float]:
        """For statistics messages."""
        return asdict(self)


@dataclass(slots=True)
class _Segment:
    """Sound of one utterance not yet recognised; ``due`` is when its next step became possible."""

    start_ms: int
    pcm: bytearray = field(default_factory=bytearray)
    steps: int = 0
    finished: bool = False
    due: float | None = None
    utterance: Any = None


@dataclass(eq=False, slots=True)
class Stream:
    """One caller's queue; ``deliver`` gets every transcript on the event loop.

    ``sizes`` are the bytes of an early and of a later step.
    """

    rate: int
    deliver: Callable[[Transcript], None]
    sizes: tuple[int, int]
    position_ms: float
    segments: deque[_Segment] = field(default_factory=deque)
    waiting: int = 0
    running: bool = False
    closed: bool = False

    def size(self, segment: _Segment) -> int:
        """Bytes of the segment's next step."""
        return self.sizes[segment.steps >= EARLY_STEPS]


@dataclass(frozen=True, slots=True)
class Job:
    """One step taken from a stream's queue."""

    stream: Stream
    segment: _Segment
    step: Step
    due: float


class Scheduler:
    """Queues and batching without threads: every method takes the time, nothing waits."""

    def __init__(self, backend: Backend, limits: Limits) -> None:
        self._backend, self._limits = backend, limits
        self._ready: deque[Stream] = deque()
        self._urgent: deque[Stream] = deque()
        self.counters = Counters()

    def open(self, rate: int, deliver: Callable[[Transcript], None], position_ms: float = 0.0) -> Stream:
        """A new stream; ``position_ms`` is how much of the caller's sound went before it (after a restart)."""
        self.counters.streams += 1
        self.counters.streams_opened += 1
        sizes = step_bytes(self._backend, rate, 0), step_bytes(self._backend, rate, EARLY_STEPS)
        return Stream(rate, deliver, sizes, position_ms)

    def feed(self, stream: Stream, pcm: bytes, now: float) -> None:
        """Queue sound; opens an utterance when none runs; sound over the bound is dropped and counted."""
        room = int(self._limits.max_waiting_s * stream.rate) * SAMPLE - stream.waiting
        length_ms = len(pcm) / SAMPLE / stream.rate * 1000
        if len(pcm) > room:
            self.counters.dropped_ms += length_ms
            stream.position_ms += length_ms
            return
        if not stream.segments or stream.segments[-1].finished:
            stream.segments.append(_Segment(round(stream.position_ms)))
        stream.segments[-1].pcm += pcm
        stream.waiting += len(pcm)
        stream.position_ms += length_ms
        self.counters.audio_ms += length_ms
        self._mark(stream, now)

    def finish(self, stream: Stream, now: float) -> None:
        """End the running utterance, also an empty one."""
        if not stream.segments or stream.segments[-1].finished:
            stream.segments.append(_Segment(round(stream.position_ms)))
        stream.segments[-1].finished = True
        self._mark(stream, now)

    def close(self, stream: Stream) -> None:
        """Forget the stream; a step that runs just now is delivered nowhere."""
        if not stream.closed:
            stream.closed = True
            stream.segments.clear()
            self.counters.streams -= 1

    def _mark(self, stream: Stream, now: float) -> None:
        if stream.running or not stream.segments:
            return
        head = stream.segments[0]
        if head.finished:
            self._urgent.append(stream)
            head.due = now if head.due is None else head.due
        elif len(head.pcm) >= stream.size(head) and head.due is None:
            head.due = now
            self._ready.append(stream)

    @property
    def idle(self) -> bool:
        """Whether no stream has a step to take."""
        return not (self._urgent or self._ready)

    def wait(self, now: float) -> float | None:
        """Seconds until the next batch should be taken: 0 now, None when there is nothing to do."""
        if self._urgent or len(self._ready) >= self._limits.max_batch:
            return 0.0
        if not self._ready:
            return None
        head = self._ready[0]
        due = head.segments[0].due if head.segments else None
        return max(0.0, (due if due is not None else now) + self._limits.window_s - now)

    def take(self) -> list[Job]:
        """The next batch, ends of utterances first."""
        jobs: list[Job] = []
        small, large = self._limits.urgent_batch, self._limits.max_batch
        room = small if self._urgent else large
        for queue, size in ((self._urgent, large), (self._ready, room)):
            while queue and len(jobs) < size:
                stream = queue.popleft()
                if not stream.running and _has_step(stream):
                    jobs.append(self._job(stream))
        return jobs

    def _job(self, stream: Stream) -> Job:
        segment = stream.segments[0]
        if segment.utterance is None:
            segment.utterance = self._backend.new_utterance(stream.rate, segment.start_ms)
        size = stream.size(segment)
        pcm = bytes(segment.pcm[:size])
        del segment.pcm[:size]
        segment.steps += 1
        stream.waiting -= len(pcm)
        stream.running = True
        last = segment.finished and not segment.pcm
        due = segment.due or 0.0
        segment.due = None
        return Job(stream, segment, Step(segment.utterance, pcm, last), due)

    def done(self, jobs: Sequence[Job], now: float) -> None:
        """Account for a finished batch and queue what became ready meanwhile."""
        self.counters.batches += 1
        self.counters.steps += len(jobs)
        for job in jobs:
            waited = now - job.due
            self.counters.late += waited > self._limits.late_s
            self.counters.longest_wait_ms = max(self.counters.longest_wait_ms, waited * 1000)
            job.stream.running = False
            if job.step.last and job.stream.segments and job.stream.segments[0] is job.segment:
                job.stream.segments.popleft()
                self.counters.utterances += 1
            self._mark(job.stream, now)


def _has_step(stream: Stream) -> bool:
    """Whether a whole chunk or the end of an utterance waits (a stream may stand in a queue twice)."""
    if not stream.segments:
        return False
    head = stream.segments[0]
    return head.finished or len(head.pcm) >= stream.size(head)


class Engine:
    """A scheduler, a backend and the thread that joins them; used from one event loop.

    Example::

        engine = Engine(OnnxBackend.load(path))
        stream = engine.open(8000, print)
        engine.feed(stream, pcm)
        engine.finish(stream)      # print gets interim transcripts, then one final
    """

    def __init__(
        self,
        backend: Backend,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backend, self._clock = backend, clock
        self._scheduler = Scheduler(backend, limits or Limits())
        self._wake = threading.Condition()
        self._stopping = False
        self._batch_since: float | None = None
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._work, name="recogniser", daemon=True)
        self._thread.start()

    def open(self, rate: int, deliver: Callable[[Transcript], None], position_ms: float = 0.0) -> Stream:
        """A new stream; see :meth:`Scheduler.open`."""
        with self._wake:
            return self._scheduler.open(rate, deliver, position_ms)

    def feed(self, stream: Stream, pcm: bytes) -> None:
        """Queue sound."""
        with self._wake:
            self._scheduler.feed(stream, pcm, self._clock())
            if not self._scheduler.idle:
                self._wake.notify()

    def finish(self, stream: Stream) -> None:
        """End the running utterance."""
        with self._wake:
            self._scheduler.finish(stream, self._clock())
            self._wake.notify()

    def close(self, stream: Stream) -> None:
        """Forget the stream."""
        with self._wake:
            self._scheduler.close(stream)

    def stats(self) -> dict[str, Any]:
        """Counters for people and for the supervisor."""
        with self._wake:
            since = self._batch_since
            running = self._clock() - since if since is not None else 0.0
            return {**self._scheduler.counters.as_dict(), "batch_running_s": round(running, 3)}

    async def stop(self) -> None:
        """Let the running batch end, then stop; nothing more is delivered."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        while (jobs := self._next_batch()) is not None:
            results = self._run(jobs)
            now = self._clock()
            with self._wake:
                self._batch_since = None
                self._scheduler.done(jobs, now)
                self._scheduler.counters.rejected += sum(
                    job.step.last and not transcript.tokens for job, transcript in zip(jobs, results, strict=True)
                )
            stamped = [
                (job.stream, replace(transcript, late_ms=round((now - job.due) * 1000, 1)))
                for job, transcript in zip(jobs, results, strict=True)
            ]
            with contextlib.suppress(RuntimeError):  # the loop has gone: nobody listens any more
                self._loop.call_soon_threadsafe(_deliver, stamped)

    def _next_batch(self) -> list[Job] | None:
        with self._wake:
            while not self._stopping:
                wait = self._scheduler.wait(self._clock())
                if wait == 0.0:
                    jobs = self._scheduler.take()
                    if jobs:
                        self._batch_since = self._clock()
                        return jobs
                    continue
                self._wake.wait(wait)
        return None

    def _run(self, jobs: Sequence[Job]) -> list[Transcript]:
        try:
            return self._backend.run([job.step for job in jobs])
        except Exception:  # one bad utterance must not silence the machine: it ends as lost, the rest goes on
            logger.exception("A batch of %d steps failed; its utterances are given up", len(jobs))
            with self._wake:
                self._scheduler.counters.failed += len(jobs)
                for job in jobs:
                    job.segment.utterance = None
            return [Transcript("", (), final=job.step.last, lost=job.step.last) for job in jobs]


def _deliver(results: Sequence[tuple[Stream, Transcript]]) -> None:
    for stream, transcript in results:
        if not stream.closed:
            stream.deliver(transcript)
