"""How a caller's words so far stand, read by a linear model over their characters, sounds and endings.

Trained on ``dialog/data/turns`` and on the sentences of understanding (``python -m dialog.turns.build``). The signs of
``signals`` are features too: the model learns how far each of them can be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dialog.turns import signals
from dialog.understanding.features import syllables

DATA = Path(__file__).resolve().parents[1] / "data" / "turns"
ARTEFACT = DATA / "turns.npz"
TurnState: TypeAlias = Literal["finished", "unfinished", "wait", "backchannel"]
STATES: tuple[TurnState, ...] = ("finished", "unfinished", "wait", "backchannel")

_LONGEST_ENDING = 6
_LONGEST_SOUND = 4
_LONGEST_OPENING = 4
_NEAR = 8  # pairs further from the end say what a sentence is about, not whether it is over


def features(flat: str) -> Iterator[str]:
    """Features of a normalised text: endings and openings in characters and sounds, pairs, length, and signs."""
    body = flat.replace(",", "").replace(" ", "")
    table = syllables()
    sounds = [table.get(character, character) for character in body]
    marked, spoken = "^" + body, ["^", *sounds]
    for size in range(1, min(_LONGEST_ENDING, len(marked)) + 1):
        yield f"e{marked[-size:]}"
    for size in range(1, min(_LONGEST_SOUND, len(spoken)) + 1):
        yield "E" + " ".join(spoken[-size:])
    for size in range(1, min(_LONGEST_OPENING, len(body)) + 1):
        yield f"o{body[:size]}"
    for at in range(max(0, len(body) - _NEAR), len(body) - 1):
        yield f"p{body[at : at + 2]}"
        yield f"P{sounds[at]} {sounds[at + 1]}"
    yield f"L{min(len(body), 14)}"
    if len(body) > 2:
        yield f"g{body[-3]}{body[-1]}"
    if len(body) <= 8:
        yield "w" + " ".join(sounds)
    yield from signals.signs(flat)


@dataclass(frozen=True)
class TurnModel:
    """Softmax over the four states; ``sources`` is the hash of what it was trained from."""

    vocabulary: dict[str, int]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    sources: str

    @classmethod
    def load(cls, path: Path = ARTEFACT) -> TurnModel:
        """Read the artefact; no unpickling."""
        with np.load(path, allow_pickle=False) as data:
            names = str(data["names"]).split("\n")
            weights = data["weights"].astype(np.float32) * data["scale"].astype(np.float32)
            vocabulary = {name: row for row, name in enumerate(names)}
            return cls(vocabulary, weights, data["bias"].astype(np.float32), str(data["sources"]))

    def read(self, flat: str) -> NDArray[np.float32]:
        """Probability of every state in the order of ``STATES``."""
        rows = [row for name in set(features(flat)) if (row := self.vocabulary.get(name)) is not None]
        logits = self.bias + self.weights[rows].sum(axis=0)
        raised = np.exp(logits - logits.max())
        return np.asarray(raised / raised.sum(), dtype=np.float32)


@cache
def turn_model() -> TurnModel:
    """The packaged model, loaded once."""
    return TurnModel.load()
