"""A character n-gram model: what usually follows what (back-off model after Katz, 1987).

Paraformer says for every character on its own which one it heard, so homophones are a toss-up; :mod:`asr.search`
weighs its alternatives with this model. It lies beside the networks as ``language.npz``, a trie of token numbers
that ``asr.recipe.language`` makes.
"""

from __future__ import annotations

import zipfile
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr.errors import ModelError

BITS = 12
"""Bits of a token number in an n-gram's key; the newest token is lowest."""

STEP = 1 / 12
"""Nats of one step of a stored logarithm."""

START, END = 1, 2
"""Tokens before and after every sentence."""

UNSEEN = -16.0
"""Log probability of a token that the model does not list."""


@dataclass(frozen=True, slots=True)
class Level:
    """All n-grams of one length, sorted by key: log probability and log back-off weight in steps."""

    keys: array[int]
    scores: array[int]
    backoffs: array[int]

    def find(self, key: int) -> int:
        """Index of an n-gram, or -1."""
        at = bisect_left(self.keys, key)
        return at if at < len(self.keys) and self.keys[at] == key else -1


class LanguageModel:
    """Log probability of a token after the ones before it. ``levels[n - 1]`` holds the n-grams."""

    def __init__(self, levels: Sequence[Level]) -> None:
        self._levels = tuple(levels)
        self._masks = tuple((1 << (BITS * length)) - 1 for length in range(len(levels)))

    def after(self, context: int, token: int) -> int:
        """The context with one more token; it keeps as many as the model looks at. A sentence begins with START."""
        return (context << BITS | token) & self._masks[-1]

    def score(self, context: int, token: int) -> float:
        """Natural logarithm of P(token | context)."""
        total = 0
        for length in range(len(self._levels) - 1, 0, -1):
            history = context & self._masks[length]
            if history == context & self._masks[length - 1]:
                continue  # the sentence is not that long yet
            at = self._levels[length].find(history << BITS | token)
            if at >= 0:
                return (total + self._levels[length].scores[at]) * STEP
            known = self._levels[length - 1].find(history)
            if known >= 0:
                total += self._levels[length - 1].backoffs[known]
        at = self._levels[0].find(token)
        return total * STEP + (self._levels[0].scores[at] * STEP if at >= 0 else UNSEEN)


def load_language(path: Path, tokens: int) -> LanguageModel | None:
    """The model in a file, None when there is no such file.

    Args:
        path: ``language.npz``.
        tokens: how many tokens the recogniser knows.

    Raises:
        ModelError: the file is damaged or made for other tokens.
    """
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            if int(file["tokens"]) != tokens:
                raise ModelError(
                    f"The model file {path} is made for {int(file['tokens'])} tokens and tokens.json lists {tokens};"
                    " use the files of one model, or run `make model`."
                )
            return LanguageModel(_levels(file))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        raise ModelError(
            f"The model file {path} cannot be used: it is damaged; restore it, run `make model`, or remove it."
        ) from None


def _levels(file: np.lib.npyio.NpzFile) -> list[Level]:
    levels: list[Level] = []
    parents: NDArray[np.int64] = np.zeros(1, np.int64)
    for length in range(1, int(file["order"]) + 1):
        newest = file[f"tokens{length}"].astype(np.int64)
        keys = np.repeat(parents, file[f"children{length}"]) << BITS | newest
        scores, backoffs = -file[f"scores{length}"].astype(np.int16), file[f"backoffs{length}"].astype(np.int16)
        if not len(keys) == len(scores) == len(backoffs):
            raise ValueError("the columns differ in length")
        levels.append(Level(_packed("q", keys), _packed("h", scores), _packed("h", backoffs)))
        parents = keys
    return levels


def _packed(code: str, values: NDArray[np.signedinteger]) -> array[int]:
    """Plain Python numbers are found faster than numpy's."""
    packed: array[int] = array(code)
    packed.frombytes(values.tobytes())
    return packed
