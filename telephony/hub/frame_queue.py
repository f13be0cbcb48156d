"""A person's sound on its way into the hub: bounded, primed, concealed where it is missing, trimmed against drift."""

from telephony.hub.conceal import Concealer
from telephony.hub.pcm import QUIET, rms, splice
from telephony.hub.tuning import FRAME_MS, HubTuning

_PATIENCE = 4


class FrameQueue:
    """Turns a leg's arrivals into exactly one frame per tick.

    A lost packet, a jitter gap or a slow clock at the far end is concealed for 60 ms and is silence then, so that the
    hub's time stays wall-clock time. Excess (a burst, a fast clock) leaves again: at once above the limit, else one
    frame at a time where it is quiet.
    """

    def __init__(self, rate: int, tuning: HubTuning) -> None:
        self.frame_bytes = rate * FRAME_MS // 1000 * 2
        self._prime = tuning.prime_ms * self.frame_bytes // FRAME_MS
        self._limit = tuning.limit_ms * self.frame_bytes // FRAME_MS
        self._window = tuning.window_ticks
        self._buffer = bytearray()
        self._primed = False
        self._concealer = Concealer(rate)
        self._least = self._limit
        self._watched = 0
        self._excess_ticks = 0
        self._calm_windows = 0
        self.dropped = 0
        self.concealed = 0

    @property
    def depth_ms(self) -> float:
        """Sound waiting, in milliseconds."""
        return len(self._buffer) * FRAME_MS / self.frame_bytes

    def push(self, pcm: bytes) -> None:
        """Add what arrived; call :meth:`trim` after the tick's frames were taken."""
        self._buffer += pcm

    def pop(self) -> bytes | None:
        """The next frame, one made from the sound before a hole, or ``None`` for silence."""
        if not self._primed and len(self._buffer) >= max(self._prime, self.frame_bytes):
            self._primed = True
        if not self._primed or len(self._buffer) < self.frame_bytes:
            return self._conceal()
        frame = bytes(self._buffer[: self.frame_bytes])
        del self._buffer[: self.frame_bytes]
        if self._excess_ticks and len(self._buffer) >= self.frame_bytes:
            frame = self._shorten(frame)
        return self._concealer.good(frame)

    def trim(self) -> None:
        """Enforce the limit and watch for a depth that never falls; call once per tick after :meth:`pop`."""
        depth = len(self._buffer)
        if depth > self._limit:
            keep = max(self._prime, self.frame_bytes)
            self.dropped += (depth - keep) // self.frame_bytes
            del self._buffer[: depth - keep]
            self._forget_window()
            return
        self._least = min(self._least, depth)
        self._watched += 1
        if self._watched >= self._window:
            self._judge_window()

    def _judge_window(self) -> None:
        """Two idle frames go after one window, a single one only after four: it is the reserve of a jittery line."""
        least, calm = self._least, self._calm_windows + 1
        self._forget_window()
        if least > self._prime or (least >= self.frame_bytes and calm >= _PATIENCE):
            self._excess_ticks = 1
        elif least >= self.frame_bytes:
            self._calm_windows = calm

    def clear(self) -> None:
        """Forget everything queued; the next frame waits for the prime again."""
        self._buffer.clear()
        self._primed = False
        self._concealer.clear()
        self._forget_window()

    def _conceal(self) -> bytes | None:
        self._primed = False
        frame = self._concealer.lost()
        self.concealed += frame is not None
        return frame

    def _shorten(self, frame: bytes) -> bytes:
        """Take one frame out: where it is quiet, or after half a window wherever we are."""
        self._excess_ticks += 1
        if rms(frame) > QUIET and self._excess_ticks < self._window // 2:
            return frame
        following = bytes(self._buffer[: self.frame_bytes])
        del self._buffer[: self.frame_bytes]
        self.dropped += 1
        self._forget_window()
        return splice(frame, following)

    def _forget_window(self) -> None:
        self._least, self._watched, self._excess_ticks, self._calm_windows = self._limit, 0, 0, 0
