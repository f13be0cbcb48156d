"""How likely a sentence ends where the text ends: a linear model over its last characters.

Trained on whole sentences of the utterance files and on the same sentences broken off at random places
(``python -m dialog.turns.build``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

ARTEFACT = Path(__file__).resolve().parents[1] / "data" / "turns" / "endings.npz"
_LONGEST = 6


def tails(flat: str) -> Iterator[str]:
    """Features of a normalised text: its last one to six characters, its length, and a pair with a gap."""
    body = "^" + flat.replace(",", "")
    for size in range(1, _LONGEST + 1):
        yield f"{size}{body[-size:]}"
    yield f"L{min(len(body), 12)}"
    if len(body) > 2:
        yield f"_{body[-3]}{body[-1]}"


@dataclass(frozen=True)
class EndingModel:
    """Logistic regression; ``sources`` is the hash of what it was trained from."""

    weights: dict[str, float]
    bias: float
    sources: str

    @classmethod
    def load(cls, path: Path = ARTEFACT) -> EndingModel:
        """Read the artefact; no unpickling."""
        with np.load(path, allow_pickle=False) as data:
            names = str(data["names"]).split("\n")
            weights = dict(zip(names, data["weights"].astype(float).tolist(), strict=True))
            return cls(weights, float(data["bias"]), str(data["sources"]))

    def probability(self, flat: str) -> float:
        """Probability that a sentence ends here, 0..1."""
        logit = self.bias + sum(self.weights.get(tail, 0.0) for tail in set(tails(flat)))
        return 1.0 / (1.0 + math.exp(-logit))


@cache
def ending_model() -> EndingModel:
    """The packaged model, loaded once."""
    return EndingModel.load()
