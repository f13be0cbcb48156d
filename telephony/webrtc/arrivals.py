"""RTP packets of one stream into continuous sound: order restored, losses filled, strangers left out."""

from collections.abc import Callable

from telephony.hub.conceal import Concealer
from telephony.hub.tuning import FRAME_MS

REORDER_PACKETS = 2
"""A packet that is missing when so many later ones have come is given up (40 ms)."""
MAX_CONCEALED = 5
"""Lost frames filled in a row; after a longer gap time simply goes on."""
RESTART_GAP = 100
"""A sequence number so far off is a restarted stream."""

_HALF, _MODULO = 1 << 15, 1 << 16


class Arrivals:
    """Puts packets in order by their sequence numbers (RFC 3550 section 5.1); pure, no clock.

    Unlike a jitter buffer it holds nothing back while packets come in order: waiting is the hub queue's work, which
    knows when the sound is needed. ``decode`` gives s16 PCM at ``rate`` Hz.
    """

    def __init__(self, decode: Callable[[bytes], bytes], rate: int) -> None:
        self._decode = decode
        self._frame_bytes = rate * FRAME_MS // 1000 * 2
        self._concealer = Concealer(rate)
        self._next: int | None = None
        self._waiting: dict[int, bytes | None] = {}
        self._last = b""
        self.lost = 0
        self.late = 0

    def add(self, sequence: int, payload: bytes | None) -> bytes:
        """Take a packet and return the PCM that became playable; ``None`` is a packet without sound (a key's)."""
        if self._next is None or self._distance(sequence) < -RESTART_GAP or self._distance(sequence) > RESTART_GAP:
            self._waiting.clear()
            self._next = sequence
        if self._distance(sequence) < 0:
            self.late += 1
            return b""
        self._waiting[sequence] = payload
        sound = self._in_order()
        if len(self._waiting) > REORDER_PACKETS:
            sound += self._give_up() + self._in_order()
        return sound

    def _distance(self, sequence: int) -> int:
        assert self._next is not None
        return (sequence - self._next + _HALF) % _MODULO - _HALF

    def _in_order(self) -> bytes:
        sound = b""
        while self._next in self._waiting:
            payload = self._waiting.pop(self._next)
            self._next = (self._next + 1) % _MODULO
            if payload is not None:
                sound += self._good(self._decode(payload))
        return sound

    def _good(self, sound: bytes) -> bytes:
        """Join a frame to what was made up before it; the concealer knows 20 ms only, which browsers send."""
        self._last = sound
        if len(sound) == self._frame_bytes:
            return self._concealer.good(sound)
        self._concealer.clear()
        return sound

    def _give_up(self) -> bytes:
        """Skip to the first waiting packet: the lost frames are made from the sound before them, then silence."""
        missing = min(self._distance(sequence) for sequence in self._waiting)
        assert self._next is not None
        self._next = (self._next + missing) % _MODULO
        self.lost += missing
        silence = bytes(len(self._last))
        return b"".join(self._concealer.lost() or silence for _ in range(min(missing, MAX_CONCEALED)))
