"""An RTP stream in real time (RFC 3550, RFC 3551, RFC 4733): sends every 20 ms, timestamps what it receives."""

import asyncio
import itertools
import random
import secrets
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

import numpy as np

from telephony.rawsip import g711

RATE = 8000
FRAME = 160
FRAME_S = 0.02
_FRAME_BYTES = FRAME * 2
_EVENT_FRAMES, _EVENT_ENDS, _EVENT_GAP = 5, 3, 3
_DIGITS = "0123456789*#ABCD"
_SO_TIMESTAMPNS = 35
_MAX_TIMELINE_GAP = RATE * 60
RTCP_TYPES = range(64, 96)
"""RTP payload types that are really RTCP packets (RFC 5761, section 4)."""


@dataclass(frozen=True)
class ReceivedPacket:
    """One RTP packet as it arrived; ``arrival`` is on the :func:`time.monotonic` clock, stamped by the kernel."""

    arrival: float
    sequence: int
    timestamp: int
    ssrc: int
    payload_type: int
    payload: bytes


@dataclass(frozen=True)
class Timeline:
    """Received audio without gaps: s16 PCM at 8 kHz, lost packets as silence, and when its sample 0 arrived.

    ``arrivals`` holds ``(first sample, arrival)`` of each packet in order, so that a position in ``pcm`` can be
    turned into the moment at which it was really there.
    """

    pcm: bytes
    start: float
    arrivals: tuple[tuple[int, float], ...]

    def samples(self) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
        """The PCM as an array."""
        return np.frombuffer(self.pcm, np.int16)

    def heard_at(self, sample: int) -> float:
        """Monotonic time at which ``sample`` was received: arrival of its packet plus its offset in the packet."""
        index = int(np.searchsorted([first for first, _ in self.arrivals], sample, side="right")) - 1
        if index < 0:
            return self.start + sample / RATE
        first, arrival = self.arrivals[index]
        return arrival + (sample - first) / RATE

    def late_frames(self, limit_ms: float = 40.0) -> int:
        """Packets that came more than ``limit_ms`` after their predecessor."""
        times = [arrival for _, arrival in self.arrivals]
        return sum(later - earlier > limit_ms / 1000 for earlier, later in itertools.pairwise(times))


class RtpPump:
    """One task for many streams: a load generator on one core needs it, a single call does not.

    Sockets are read every 20 ms only; arrival times stay exact, for the kernel stamps them.
    """

    def __init__(self) -> None:
        self._streams: list[RtpStream] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, stream: "RtpStream") -> None:
        """Drive ``stream`` until it is removed."""
        self._streams.append(stream)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def remove(self, stream: "RtpStream") -> None:
        """Stop driving ``stream``; unknown streams are ignored."""
        if stream in self._streams:
            self._streams.remove(stream)

    async def _run(self) -> None:
        async for _ in _every_frame():
            if not self._streams:
                return
            for stream in tuple(self._streams):
                stream.step()


class RtpStream:
    """One bidirectional RTP stream on its own UDP socket.

    Once :meth:`start` ran it sends a packet every 20 ms: queued sound, else digits, else silence. ``loss`` drops
    that share of outgoing packets, deterministically for a ``seed``; ``jitter_ms`` delays each by up to that much.
    With a ``pump`` it has no task of its own.
    """

    def __init__(
        self,
        host: str,
        port: int = 0,
        *,
        loss: float = 0.0,
        jitter_ms: float = 0.0,
        seed: int = 0,
        pump: RtpPump | None = None,
    ) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((host, port))
        self._stamped = sys.platform == "linux"
        if self._stamped:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.payload_type = g711.PCMA
        self.event_type = 101
        self.sending, self._over = True, False
        self.packets: list[ReceivedPacket] = []
        self.digits: list[str] = []
        self._remote: tuple[str, int] | None = None
        self._ssrc = secrets.randbits(32)
        self._sequence, self._timestamp = secrets.randbits(16), secrets.randbits(32)
        self._queue: deque[tuple[bytes, asyncio.Future[float] | None]] = deque()
        self._events: deque[tuple[bytes, bool]] = deque()
        self._event_timestamp = 0
        self._last_event: tuple[int, int] | None = None
        self._loss, self._jitter = loss, jitter_ms / 1000
        self._random = random.Random(seed)
        self._task: asyncio.Task[None] | None = None
        self._pump = pump
        self.sent = 0

    @property
    def port(self) -> int:
        """The local UDP port."""
        return int(self._socket.getsockname()[1])

    @property
    def remote(self) -> tuple[str, int] | None:
        """Where it sends."""
        return self._remote

    def start(self, remote: tuple[str, int]) -> None:
        """Send to ``remote`` from now on and receive; calling it again only moves the destination."""
        first, self._remote = self._remote is None, remote
        if self._over:
            return
        if first and self._pump is not None:
            self._pump.add(self)
        elif self._task is None and self._pump is None:
            asyncio.get_running_loop().add_reader(self._socket.fileno(), self._receive)
            self._task = asyncio.create_task(self._send_forever())

    def stop(self) -> None:
        """Send no more: the call is over, and the port at the other end may soon be another call's."""
        self.sending, self._over = False, True
        if self._pump is not None:
            self._pump.remove(self)
        if self._task is not None:
            self._task.cancel()
        now = time.monotonic()
        while self._queue:
            _, future = self._queue.popleft()
            if future is not None and not future.done():
                future.set_result(now)

    async def close(self) -> None:
        """Stop sending and release the socket."""
        if self._pump is not None:
            self._pump.remove(self)
        if self._task is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        while self._queue:
            _, future = self._queue.popleft()
            if future is not None:
                future.cancel()
        self._socket.close()

    async def send(self, pcm: bytes) -> tuple[float, float]:
        """Send s16 8 kHz PCM in real time; returns when its first and its last packet left (monotonic)."""
        frames = [pcm[i : i + _FRAME_BYTES] for i in range(0, len(pcm), _FRAME_BYTES)]
        now = time.monotonic()
        if self._over:  # who speaks into a dead line needs as long for it
            await asyncio.sleep(len(frames) * FRAME_S)
        if not frames or self._over:
            return now, now
        frames[-1] = frames[-1].ljust(_FRAME_BYTES, b"\0")
        loop = asyncio.get_running_loop()
        first, last = loop.create_future(), loop.create_future()
        for index, frame in enumerate(frames):
            mark = last if index == len(frames) - 1 else first if index == 0 else None
            self._queue.append((frame, mark))
        end = await last
        return (await first if len(frames) > 1 else end), end

    def queue_digits(self, digits: str) -> None:
        """Queue RFC 4733 events: 100 ms each, three end packets, 60 ms apart."""
        for digit in digits.upper():
            code = _DIGITS.index(digit)
            for step in range(_EVENT_FRAMES):
                body = struct.pack("!BBH", code, 10, (step + 1) * FRAME)
                self._events.append((body, step == 0))
            body = struct.pack("!BBH", code, 0x80 | 10, _EVENT_FRAMES * FRAME)
            self._events.extend((body, False) for _ in range(_EVENT_ENDS))
            self._events.extend((b"", False) for _ in range(_EVENT_GAP))

    def timeline(self) -> Timeline:
        """Everything heard so far; see :class:`Timeline`."""
        return build_timeline(self.packets)

    def step(self) -> None:
        """Send the next packet and take what arrived; called by a pump every 20 ms."""
        self._send_next()
        self._receive()

    async def _send_forever(self) -> None:
        async for _ in _every_frame():
            self._send_next()

    def _send_next(self) -> None:
        self._timestamp = (self._timestamp + FRAME) & 0xFFFFFFFF
        if self._events:
            body, marker = self._events.popleft()
            if marker:
                self._event_timestamp = self._timestamp
            if body:
                self._emit(body, self.event_type, self._event_timestamp, marker)
                return
        frame, mark = self._queue.popleft() if self._queue else (b"", None)
        payload = g711.encode(frame, self.payload_type) if frame else g711.SILENCE[self.payload_type]
        self._emit(payload, self.payload_type, self._timestamp, False)
        if mark is not None and not mark.done():
            mark.set_result(time.monotonic())

    def _emit(self, payload: bytes, payload_type: int, timestamp: int, marker: bool) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        if not self.sending or self._remote is None or self._random.random() < self._loss:
            return
        kind = payload_type | (0x80 if marker else 0)
        packet = struct.pack("!BBHII", 0x80, kind, self._sequence, timestamp, self._ssrc) + payload
        self.sent += 1
        if self._jitter:
            delay = self._random.random() * self._jitter
            asyncio.get_running_loop().call_later(delay, self._put, packet)
        else:
            self._put(packet)

    def _put(self, packet: bytes) -> None:
        if self._remote is None or self._socket.fileno() < 0:
            return
        try:
            self._socket.sendto(packet, self._remote)
        except (BlockingIOError, ConnectionRefusedError):
            return  # like the network: a packet that cannot leave is lost

    def _receive(self) -> None:
        while True:
            try:
                data, ancillary, _, _ = self._socket.recvmsg(2048, 64)
            except (BlockingIOError, ConnectionRefusedError):
                return
            arrival = time.monotonic()
            for level, kind, stamp in ancillary:
                if level == socket.SOL_SOCKET and kind == _SO_TIMESTAMPNS and len(stamp) >= 16:
                    seconds, nanos = struct.unpack("qq", stamp[:16])
                    arrival -= max(0.0, time.time() - (seconds + nanos / 1e9))
            self._take(data, arrival)

    def _take(self, data: bytes, arrival: float) -> None:
        # RTCP beside RTP on one port, perhaps a neighbour's that counted on our port being its odd one (RFC 5761, 4)
        if len(data) < 12 or data[0] >> 6 != 2 or data[1] & 0x7F in RTCP_TYPES:
            return
        _, kind, sequence, timestamp, ssrc = struct.unpack("!BBHII", data[:12])
        payload = data[12 + 4 * (data[0] & 15) :]
        if kind & 0x7F == self.event_type:
            self._take_event(payload, timestamp)
            return
        self.packets.append(ReceivedPacket(arrival, sequence, timestamp, ssrc, kind & 0x7F, payload))

    def _take_event(self, payload: bytes, timestamp: int) -> None:
        if len(payload) < 4 or payload[0] >= len(_DIGITS):
            return
        event = (payload[0], timestamp)
        if event != self._last_event:
            self._last_event = event
            self.digits.append(_DIGITS[payload[0]])


async def _every_frame() -> AsyncIterator[None]:
    """Tick on an absolute 20 ms schedule; after a suspension it carries on instead of sending a burst."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        due += FRAME_S
        delay = due - loop.time()
        if delay > 0:
            await asyncio.sleep(delay)
        elif delay < -0.5:
            due = loop.time()
        yield


def build_timeline(packets: list[ReceivedPacket]) -> Timeline:
    """Place packets by RTP timestamp; a new SSRC (or a jump over a minute) is placed by its arrival instead."""
    known = [p for p in packets if p.payload_type in (g711.PCMA, g711.PCMU)]
    if not known:
        return Timeline(b"", 0.0, ())
    start = known[0].arrival
    ssrc, base_ts, base_pos = known[0].ssrc, known[0].timestamp, 0
    placed: list[tuple[int, float, bytes]] = []
    for packet in known:
        offset = (packet.timestamp - base_ts + 0x80000000) % 0x100000000 - 0x80000000
        if packet.ssrc != ssrc or abs(offset) > _MAX_TIMELINE_GAP + RATE * (packet.arrival - start):
            ssrc, base_ts = packet.ssrc, packet.timestamp
            base_pos, offset = round((packet.arrival - start) * RATE), 0
        pcm = g711.decode(packet.payload, packet.payload_type)
        placed.append((max(0, base_pos + offset), packet.arrival, pcm))
    placed.sort(key=lambda item: item[0])
    buffer = bytearray(2 * max(position + len(pcm) // 2 for position, _, pcm in placed))
    for position, _, pcm in placed:
        buffer[2 * position : 2 * position + len(pcm)] = pcm
    return Timeline(bytes(buffer), start, tuple((position, arrival) for position, arrival, _ in placed))
