"""How many characters an utterance has, asked once more at its end.

Integrate-and-fire counts while sound arrives and can be one character off: of eight eights, seven. The summed weight
says when that is likely. Then the utterance is integrated again to each count that is near, and the reading decides
that is the likeliest together with its count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr.cif import CifState, Fired, integrate

Floats = NDArray[np.float32]

LONGEST = 300
"""Frames (of 60 ms) of the longest utterance that is counted again."""

SURE = 0.2
"""How far the summed weight may lie from a whole number before another count is tried."""

PER_CHARACTER = 1.5
"""Nats that a further character must not cost: longer readings have more factors below one."""

PER_MISFIT = 5.0
"""Nats for the square of the distance between count and summed weight; tuned on voices of the training."""


@dataclass(slots=True)
class Heard:
    """Encoder output and weights of the utterance's committed frames."""

    hidden: list[Floats]
    weights: list[Floats]
    frames: int = 0

    def add(self, hidden: Floats, weights: Floats) -> None:
        """Keep some more frames, up to one too many."""
        if self.frames <= LONGEST:
            # copies: a view would keep the whole batch it was cut from
            self.hidden.append(hidden.copy())
            self.weights.append(weights.copy())
            self.frames += len(weights)


@dataclass(frozen=True, slots=True)
class Recount:
    """The utterance cut into ``count`` characters: encoder output ``[frames, width]`` and the characters."""

    hidden: Floats
    fired: Fired
    count: int
    total: float

    def worth(self, score: float) -> float:
        """A reading's score with the price of its count."""
        return score + PER_CHARACTER * self.count - PER_MISFIT * (self.count - self.total) ** 2


def recounts(heard: Heard, threshold: float) -> list[Recount]:
    """The counts that are near; none when the summed weight leaves no doubt."""
    if not 0 < heard.frames <= LONGEST:
        return []
    hidden, weights = np.concatenate(heard.hidden), np.concatenate(heard.weights)
    total = float(weights.sum()) / threshold
    counts = _near(total)
    if len(counts) < 2:
        return []
    found = []
    for count in counts:
        fired, _ = integrate(CifState.empty(hidden.shape[1]), hidden, _scaled(weights, count, threshold), 0, threshold)
        if len(fired.vectors) == count:
            found.append(Recount(hidden, fired, count, total))
    return found


def _near(total: float) -> Sequence[int]:
    nearest = round(total)
    off = total - nearest
    others = [nearest + 1] if off > SURE else [nearest - 1] if off < -SURE else []
    return [count for count in (nearest, *others) if count > 0]


def _scaled(weights: Floats, count: int, threshold: float) -> Floats:
    """The weights stretched so that just ``count`` characters fire; none may exceed one character."""
    wanted = count + 1e-3
    scaled = np.minimum(weights * (wanted * threshold / weights.sum()), threshold)
    return np.asarray(scaled * (wanted * threshold / scaled.sum()), np.float32)
