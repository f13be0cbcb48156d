"""Continuous integrate-and-fire (Dong and Xu, 2020): frame weights to one vector per character.

Each encoder frame has a weight; weights are summed along time and every time the sum reaches the threshold a
character "fires". A character's vector is the weighted sum of the frames between two fires; a frame at a
border is split between its two neighbours. The unfinished sum is carried to the next chunk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_ONSET = 0.15
"""Share of a character's weight after which it is taken to have begun (below it is the neighbour's tail)."""


@dataclass(frozen=True, slots=True)
class CifState:
    """The unfinished character: its weight so far, its mean vector and the frame where it began."""

    weight: float
    vector: Floats
    onset: float = 0.0

    @classmethod
    def empty(cls, width: int) -> CifState:
        """Nothing integrated yet."""
        return cls(0.0, np.zeros(width, np.float32))


@dataclass(frozen=True, slots=True)
class Fired:
    """Characters that fired: vectors ``[n, width]``, begin and end in frames (fractional)."""

    vectors: Floats
    begins: tuple[float, ...]
    ends: tuple[float, ...]

    def first(self, count: int) -> Fired:
        """The first ``count`` of them."""
        return Fired(self.vectors[:count], self.begins[:count], self.ends[:count])


def integrate(
    state: CifState, hidden: Floats, weights: Floats, first: int, threshold: float = 1.0, tail: float = 0.0
) -> tuple[Fired, CifState]:
    """Integrate frames ``first ...`` on top of ``state``.

    Args:
        state: what the frames before left unfinished.
        hidden: encoder output ``[frames, width]``.
        weights: ``[frames]``, each at most ``threshold``.
        first: absolute number of the first frame, for the times.
        threshold: weight of one character.
        tail: weight of a zero frame appended at the end of the utterance, so that a nearly finished last
            character still fires.
    """
    if tail:
        hidden = np.concatenate([hidden, np.zeros((1, hidden.shape[1]), np.float32)])
        weights = np.append(weights, np.float32(tail))
    reach = state.weight + np.cumsum(weights, dtype=np.float64)
    total = float(reach[-1]) if len(reach) else state.weight
    count = int(total / threshold)
    before = np.concatenate([[state.weight], reach[:-1]]) if len(reach) else reach
    borders = np.arange(count + 1)[:, None] * threshold
    shares = np.clip(np.minimum(reach, borders + threshold) - np.maximum(before, borders), 0.0, None)
    vectors = shares.astype(np.float32) @ hidden
    vectors[0] += np.float32(state.weight) * state.vector
    begins, ends = _times(state, before, weights, count, threshold, first)
    rest = total - count * threshold
    unfinished = vectors[count] / np.float32(rest) if rest > 0.0 else vectors[count]
    return Fired(vectors[:count], begins[:count], ends), CifState(rest, unfinished, begins[count])


def _times(
    state: CifState, before: NDArray[np.float64], weights: Floats, count: int, threshold: float, first: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if not len(weights):
        return (state.onset,) * (count + 1), ()
    curve = np.append(before, before[-1] + float(weights[-1]))
    frames = np.arange(first, first + len(curve), dtype=np.float64)
    starts = (np.arange(count + 1) + _ONSET) * threshold
    begins = np.interp(starts, curve, frames)
    if state.weight >= starts[0]:
        begins[0] = state.onset
    ends = np.interp((np.arange(count) + 1) * threshold, curve, frames)
    return tuple(begins.tolist()), tuple(ends.tolist())
