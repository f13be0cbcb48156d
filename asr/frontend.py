"""Sound to features, as FunASR's ``WavFrontendOnline`` computes them, in numpy and for many streams at once.

Kaldi filterbank (25 ms Hamming frames every 10 ms, DC removed, pre-emphasis 0.97, 80 mel bands from 20 Hz to
Nyquist, log of power), low frame rate stacking (7 frames every 6) and mean/variance normalisation. The state
of a stream is a value outside the extractor, so any set of streams shares one batch.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.fft
import soxr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from asr.model_dir import FrontendConfig, ModelDirectory

Floats = NDArray[np.float32]

_PREEMPHASIS = np.float32(0.97)
_LOW_HZ = 20.0
_FLOOR = float(np.finfo(np.float32).eps)
_RESAMPLE_QUALITY = "HQ"
_BLOCK = 96


def mel_filters(bands: int, fft_size: int, rate: int) -> Floats:
    """Kaldi's triangular mel filters, shape ``[fft_size // 2 + 1, bands]`` (the Nyquist bin has no weight)."""

    def mel(hertz: float | NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        return np.asarray(1127.0 * np.log1p(np.asarray(hertz) / 700.0))

    edges = np.linspace(mel(_LOW_HZ), mel(rate / 2), bands + 2)
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    points = mel(np.arange(fft_size // 2) * (rate / fft_size))[:, None]
    rising = (points - left) / (centre - left)
    falling = (right - points) / (right - centre)
    weights = np.clip(np.minimum(rising, falling), 0.0, None)
    return np.vstack([weights, np.zeros((1, bands))]).astype(np.float32)


class Resampler:
    """Stateful change of rate for one utterance; s16 in, float32 of s16 scale out.

    ``through`` is a lower rate to pass on the way, which cuts off the band that only wider sound has.
    """

    def __init__(self, rate: int, target: int, through: int | None = None) -> None:
        rates = [rate, through, target] if through is not None and through < rate else [rate, target]
        self._stages = [
            soxr.ResampleStream(before, after, 1, dtype="float32", quality=_RESAMPLE_QUALITY)
            for before, after in itertools.pairwise(rates)
            if before != after
        ]

    def push(self, pcm: bytes, last: bool) -> Floats:
        """Samples now available; ``last`` flushes the filters."""
        samples: Floats = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
        for stage in self._stages:
            samples = stage.resample_chunk(samples, last=last)
        return samples


@dataclass(slots=True)
class FeatureState:
    """What one utterance carries from chunk to chunk."""

    resampler: Resampler
    samples: Floats = field(default_factory=lambda: np.empty(0, np.float32))
    frames: Floats | None = None


class Frontend:
    """Feature extraction of one model; holds constants only."""

    def __init__(self, config: FrontendConfig, shift: Floats, scale: Floats, through: int | None = None) -> None:
        self.rate, self._through = config.fs, through
        self._length = config.frame_length * config.fs // 1000
        self._hop = config.frame_shift * config.fs // 1000
        self._stack, self._stride = config.lfr_m, config.lfr_n
        self._bands = config.n_mels
        self._fft = 1 << (self._length - 1).bit_length()
        self._window = np.hamming(self._length).astype(np.float32)
        self._mel = mel_filters(config.n_mels, self._fft, config.fs)
        self._shift, self._scale = shift, scale

    @classmethod
    def of(cls, directory: ModelDirectory) -> Frontend:
        """The frontend that a model directory describes."""
        return cls(directory.frontend, directory.shift, directory.scale, directory.serving.rate)

    @property
    def frame_ms(self) -> int:
        """Milliseconds from one stacked frame to the next."""
        return self._stride * self._hop * 1000 // self.rate

    def new_state(self, rate: int) -> FeatureState:
        """State of an utterance whose sound comes at ``rate`` Hz."""
        return FeatureState(Resampler(rate, self.rate, self._through))

    def push(self, states: Sequence[FeatureState], chunks: Sequence[bytes], last: Sequence[bool]) -> list[Floats]:
        """Features ``[frames, bands * stack]`` that each chunk of s16 sound completes.

        One Fourier transform serves all streams of the batch; each state is changed in place.
        """
        windows = [
            self._windows(state, state.resampler.push(chunk, final))
            for state, chunk, final in zip(states, chunks, last, strict=True)
        ]
        counts = np.cumsum([len(window) for window in windows])[:-1]
        rows = np.concatenate(windows)
        # blocks that stay in the second-level cache: a third of the time of one large array
        blocks = [self.filterbank(rows[at : at + _BLOCK]) for at in range(0, len(rows), _BLOCK)]
        bands = np.split(np.concatenate([np.empty((0, self._bands), np.float32), *blocks]), counts)
        return [self._stacked(state, new, final) for state, new, final in zip(states, bands, last, strict=True)]

    def filterbank(self, windows: Floats) -> Floats:
        """Log mel energies ``[n, bands]`` of raw windows ``[n, length]`` in s16 scale."""
        if not len(windows):
            return np.empty((0, self._bands), np.float32)
        centred = windows - windows.mean(axis=1, keepdims=True)
        frames = np.empty_like(centred)
        frames[:, 1:] = centred[:, 1:] - _PREEMPHASIS * centred[:, :-1]
        frames[:, 0] = centred[:, 0] - _PREEMPHASIS * centred[:, 0]
        spectrum = scipy.fft.rfft(frames * self._window, self._fft, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        logs: Floats = np.log(np.maximum(power @ self._mel, _FLOOR))
        return logs

    def _windows(self, state: FeatureState, new: Floats) -> Floats:
        samples = np.concatenate([state.samples, new])
        count = max(0, (len(samples) - self._length) // self._hop + 1)
        state.samples = samples[count * self._hop :]
        if not count:
            return np.empty((0, self._length), np.float32)
        return sliding_window_view(samples, self._length)[:: self._hop][:count]

    def _stacked(self, state: FeatureState, new: Floats, last: bool) -> Floats:
        if state.frames is None:
            if not len(new):
                return np.empty((0, self._bands * self._stack), np.float32)
            # the first stacked frame is centred on the first frame: repeat it to the left
            state.frames = np.repeat(new[:1], (self._stack - 1) // 2, axis=0)
        frames = np.concatenate([state.frames, new])
        total = len(frames)
        if last:
            count = -((((self._stack - 1) // 2) - total) // self._stride)
        else:
            count = (total - self._stack) // self._stride + 1
        count = max(0, count)
        state.frames = frames[min(count * self._stride, max(total - 1, 0)) :]
        rows = np.arange(count)[:, None] * self._stride + np.arange(self._stack)
        stacked: Floats = frames[np.minimum(rows, total - 1)].reshape(count, self._bands * self._stack)
        stacked += self._shift
        stacked *= self._scale
        return stacked


class PositionCodes:
    """Sinusoidal position codes as FunASR's streaming encoder adds them; a table that grows as needed."""

    _STEP = 512

    def __init__(self, size: int) -> None:
        self.size = size
        half = size // 2
        self._rates = np.exp(np.arange(half) * (-np.log(10000.0) / (half - 1)))
        self._table = np.empty((0, size), np.float32)

    def of(self, first: int, count: int) -> Floats:
        """Codes ``[count, size]`` of frames ``first ...`` (frame 0 has position 1)."""
        while len(self._table) < first + count:
            known = len(self._table)
            angles = np.arange(known + 1, known + 1 + self._STEP)[:, None] * self._rates
            new = np.concatenate([np.sin(angles), np.cos(angles)], axis=1).astype(np.float32)
            self._table = np.concatenate([self._table, new])
        return self._table[first : first + count]
