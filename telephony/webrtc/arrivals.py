"""RTP packets of one stream into continuous sound: order restored, losses filled, strangers left out."""

from collections.abc import Callable

from telephony.hub.pcm import fade_out

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
    knows when the sound is needed.
    """

    def __init__(self, decode: Callable[[bytes], bytes]) -> None:
        self._decode = decode
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
                self._last = self._decode(payload)
                sound += self._last
        return sound

    def _give_up(self) -> bytes:
        """Skip to the first waiting packet: a fading copy for the first lost frame, silence for the next ones."""
        missing = min(self._distance(sequence) for sequence in self._waiting)
        assert self._next is not None
        self._next = (self._next + missing) % _MODULO
        self.lost += missing
        if not self._last:
            return b""
        return (fade_out(self._last) + bytes(len(self._last)) * (missing - 1))[: MAX_CONCEALED * len(self._last)]
