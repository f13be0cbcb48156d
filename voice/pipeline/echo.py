"""Our own voice coming back from the caller's loudspeaker, taken out before anybody listens to it.

What was sent is known to the sample, so the echo is looked for instead of guessed at: the caller's sound is correlated
with the last three quarters of a second of ours, a short filter is fitted at the lag found (least squares), and kept as
long as it explains what comes back. What the filter explains is subtracted; where nearly nothing is left, the frame was
echo and is turned down further. A caller who speaks over the echo is left: the filter was learned from our voice alone.

Linear echo paths only: a distorting loudspeaker leaves a residue, which the turn policy meets as words of our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]

FRAME_MS = 20
SPAN_MS = 620
"""Longest way of an echo: transmit ring, two jitter buffers, the network, and 250 ms in the room."""

WINDOW_MS = 120
TAIL_MS = 24
LEAD_MS = 1
LOUD = 60.0
"""RMS (about -55 dBFS) below which neither side is worth looking at."""

LIKELY = 0.5
"""Correlation from which a filter is tried."""

EXPLAINED = 0.3
"""Share of the energy that a new filter may leave."""

ECHO_ONLY = 0.3
"""Share of a frame's energy left by the filter below which the frame was nothing but echo."""

RESIDUE = 0.1
_RETRY, _RETRY_KNOWN = 3, 6
"""Ticks between two looks for a path, without one and with one that explains too little."""


@dataclass(frozen=True, slots=True)
class _Path:
    """An echo path: samples from the window of ours that ends with theirs, and the filter over them."""

    lag: int
    taps: Samples


class EchoGuard:
    """One call's echo; feed ``far`` (what the caller was sent) and ``near`` (what came back) tick by tick."""

    def __init__(self, rate: int) -> None:
        self._frame = rate * FRAME_MS // 1000
        self._window = rate * WINDOW_MS // 1000
        self._taps = rate * TAIL_MS // 1000
        self._lead = rate * LEAD_MS // 1000
        self._reach = rate * SPAN_MS // 1000
        self._ours = np.zeros(self._reach + self._window + self._taps, np.float32)
        self._theirs = np.zeros(self._window, np.float32)
        self._size = 1 << (len(self._ours) - 1).bit_length()
        self._quiet_ticks = 1 << 20
        self._path: _Path | None = None
        self._tick = 0
        self.cancelled = 0

    def far(self, frame: bytes) -> None:
        """Note 20 ms that were sent to the caller."""
        samples = np.frombuffer(frame, np.int16).astype(np.float32)
        self._quiet_ticks = 0 if _rms(samples) > LOUD else self._quiet_ticks + 1
        if self._quiet_ticks <= (self._reach + self._window) // self._frame + 1:
            self._ours = np.concatenate((self._ours[len(samples) :], samples))

    def near(self, frame: bytes) -> bytes:
        """Return 20 ms from the caller without our own voice."""
        if self._quiet_ticks > (self._reach + self._window) // self._frame:
            return frame
        samples = np.frombuffer(frame, np.int16).astype(np.float32)
        self._theirs = np.concatenate((self._theirs[len(samples) :], samples))
        self._tick += 1
        energy = float(np.dot(samples, samples))
        if energy < len(samples) * LOUD * LOUD:
            return frame
        left = self._without_echo(samples)
        due = self._tick % (_RETRY if self._path is None else _RETRY_KNOWN) == 0
        if due and float(np.dot(left, left)) > ECHO_ONLY * energy and self._learn():
            left = self._without_echo(samples)
        share = float(np.dot(left, left)) / energy
        if share < ECHO_ONLY:
            self.cancelled += 1
            left = left * RESIDUE
        elif share > 1.0:
            return frame
        return np.clip(left, -32768, 32767).astype(np.int16).tobytes()

    def _without_echo(self, samples: Samples) -> Samples:
        if self._path is None:
            return samples
        end = len(self._ours) - self._path.lag
        source = self._ours[end - len(samples) - self._taps + 1 : end]
        echo = np.convolve(source, self._path.taps, "valid")
        return (samples - echo).astype(np.float32)

    def _learn(self) -> bool:
        """Look for our voice in the last ``WINDOW_MS`` of theirs; True when a better path was found."""
        lag = self._best_lag()
        if lag is None:
            return False
        lag = max(0, lag - self._lead)
        end = len(self._ours) - lag
        start = end - self._window - self._taps + 1
        if start < 0:
            return False
        rows = np.lib.stride_tricks.sliding_window_view(self._ours[start:end], self._taps)[:, ::-1]
        square = rows.T @ rows
        square[np.diag_indices_from(square)] += 1e-3 * float(np.trace(square)) / self._taps + 1.0
        taps = np.linalg.solve(square, rows.T @ self._theirs).astype(np.float32)
        left = self._theirs - rows @ taps
        if float(np.dot(left, left)) > EXPLAINED * float(np.dot(self._theirs, self._theirs)):
            return False
        self._path = _Path(lag, taps)
        return True

    def _best_lag(self) -> int | None:
        """Samples by which their sound is behind ours, None where the two are not alike."""
        spectrum = np.fft.rfft(self._ours, self._size) * np.conj(np.fft.rfft(self._theirs, self._size))
        places = len(self._ours) - self._window + 1
        products = np.fft.irfft(spectrum, self._size)[:places]
        squares = np.concatenate(([0.0], np.cumsum(self._ours.astype(np.float64) ** 2)))
        energies = squares[self._window :] - squares[: -self._window]
        floor = self._window * LOUD * LOUD / 16
        alike = np.abs(products) / np.sqrt(np.maximum(energies, floor) * float(np.dot(self._theirs, self._theirs)))
        best = int(np.argmax(alike))
        return places - 1 - best if alike[best] > LIKELY else None


def _rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples * samples))) if len(samples) else 0.0
