"""What is heard in place of a lost packet: the last pitch period again, fading (after ITU-T G.711 Appendix I)."""

import numpy as np
import numpy.typing as npt

from telephony.hub.tuning import FRAME_MS

LONGEST_FRAMES = 3
"""After 60 ms a repeated syllable sounds wrong: then it is silence."""

_HISTORY_MS = 50
_LOWEST_HZ, _HIGHEST_HZ = 66, 400
_BLEND_MS = 2.5
_GAINS = (1.0, 0.7, 0.3, 0.0)

_Samples = npt.NDArray[np.float32]


class Concealer:
    """Makes frames for holes from the sound before them; one per direction of sound, 16-bit mono."""

    def __init__(self, rate: int) -> None:
        self._frame = rate * FRAME_MS // 1000
        self._shortest, self._longest = rate // _HIGHEST_HZ, rate // _LOWEST_HZ
        self._blend = round(rate * _BLEND_MS / 1000)
        self._history = np.zeros(rate * _HISTORY_MS // 1000, np.float32)
        self._known = 0
        self._lost = 0
        self._pending: _Samples | None = None

    def good(self, frame: bytes) -> bytes:
        """Note a frame that came; the first one after a hole is blended with what was made up."""
        samples = np.frombuffer(frame, np.int16).astype(np.float32)
        pending, self._pending = self._pending, None
        if pending is not None:
            ramp = np.linspace(0.0, 1.0, self._blend, dtype=np.float32)
            samples[: self._blend] = pending * (1 - ramp) + samples[: self._blend] * ramp
            frame = samples.astype(np.int16).tobytes()
        self._lost = 0
        self._keep(samples)
        return frame

    def lost(self) -> bytes | None:
        """Return 20 ms for a frame that did not come; None when it should be silence."""
        if not self._known or self._lost >= LONGEST_FRAMES:
            self.clear()
            return None
        period = self._history[-self._period() :]
        need = self._frame + self._blend
        made = np.tile(period, need // len(period) + 1)[:need]
        gain = np.interp(np.arange(need), (0, self._frame), _GAINS[self._lost : self._lost + 2]).astype(np.float32)
        self._pending = (made * gain)[self._frame :]
        self._lost += 1
        self._keep(made[: self._frame])
        return (made * gain)[: self._frame].astype(np.int16).tobytes()

    def clear(self) -> None:
        """Forget the sound so far."""
        self._known = self._lost = 0
        self._pending = None

    def _keep(self, samples: _Samples) -> None:
        self._history = np.concatenate((self._history[len(samples) :], samples))
        self._known = min(len(self._history), self._known + len(samples))

    def _period(self) -> int:
        """Lag at which the end of the history is most like itself."""
        recent = self._history[-self._frame :]
        longest = min(self._longest, max(self._shortest, self._known - self._frame))
        earlier = self._history[-self._frame - longest : -self._shortest]
        products = np.correlate(earlier, recent, "valid")
        squares = np.concatenate(([0.0], np.cumsum(earlier.astype(np.float64) ** 2)))
        energies = squares[self._frame :] - squares[: -self._frame]
        best = int(np.argmax(products / np.sqrt(np.maximum(energies, 1.0))))
        return len(products) - 1 - best + self._shortest
