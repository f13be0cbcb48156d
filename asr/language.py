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
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr.errors import ModelError

STEP = 1 / 12
"""Nats of one step of a stored logarithm."""

START, END = 1, 2
"""Tokens before and after every sentence."""

UNSEEN = -16.0
"""Log probability of a token that the model does not list."""

KNOWN = 1 << 16
"""Answers of each kind that are remembered, about 10 MiB."""

Context = tuple[int, ...]
"""What the model knows of the tokens so far: for each number of them, from none on, the node of the newest, or -1."""


@dataclass(frozen=True, slots=True)
class Level:
    """Nodes of one depth of the trie: an n-gram's newest token, log probability and back-off weight in steps.

    The children of node ``i`` are nodes ``first[i]`` to ``first[i + 1]`` of the next level, sorted by token.
    """

    tokens: array[int]
    scores: array[int]
    backoffs: array[int]
    first: array[int]


class LanguageModel:
    """Log probability of a token after the ones before it. ``levels[n - 1]`` holds the n-grams."""

    def __init__(self, levels: Sequence[Level], tokens: int) -> None:
        self._levels = tuple(levels)
        self._unknown = (-1,) * (len(levels) - 1)
        self._alone = [UNSEEN] * tokens
        for token, score in zip(levels[0].tokens, levels[0].scores, strict=True):
            self._alone[token] = score * STEP
        # callers say the same things in the same words
        self.score = lru_cache(KNOWN)(self._score)
        self.after = lru_cache(KNOWN)(self._after)

    def begin(self) -> Context:
        """The context at the beginning of a sentence."""
        return self.after((0, *self._unknown), START)

    def _after(self, context: Context, token: int) -> Context:
        """The context with one more token."""
        longer = [0, *self._unknown]
        low, high = 0, len(self._levels[0].tokens)
        for length in range(1, len(self._levels)):
            if context[length - 1] >= 0:
                if length > 1:
                    low, high = self._children(length - 1, context[length - 1])
                longer[length] = _find(self._levels[length - 1].tokens, token, low, high)
        return tuple(longer)

    def _score(self, context: Context, token: int) -> float:
        """Natural logarithm of P(token | context)."""
        total = 0
        for length in range(len(self._levels) - 1, 0, -1):
            node = context[length]
            if node < 0:
                continue
            at = _find(self._levels[length].tokens, token, *self._children(length, node))
            if at >= 0:
                return (total + self._levels[length].scores[at]) * STEP
            total += self._levels[length - 1].backoffs[node]
        return total * STEP + self._alone[token]

    def _children(self, length: int, node: int) -> tuple[int, int]:
        first = self._levels[length - 1].first
        return first[node], first[node + 1]


def _find(tokens: array[int], token: int, low: int, high: int) -> int:
    at = bisect_left(tokens, token, low, high)
    return at if at < high and tokens[at] == token else -1


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
            return LanguageModel(_levels(file), tokens)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        raise ModelError(
            f"The model file {path} cannot be used: it is damaged; restore it, run `make model`, or remove it."
        ) from None


def _levels(file: np.lib.npyio.NpzFile) -> list[Level]:
    order = int(file["order"])
    counts = [file[f"children{length}"].astype(np.uint32) for length in range(1, order + 1)]
    counts.append(np.zeros(len(file[f"tokens{order}"]), np.uint32))
    levels = []
    for length, children in enumerate(counts[1:], 1):
        newest, scores, backoffs = (file[f"{name}{length}"] for name in ("tokens", "scores", "backoffs"))
        if not len(newest) == len(scores) == len(backoffs) == len(children) == counts[length - 1].sum():
            raise ValueError("the columns do not fit each other")
        first = np.concatenate([np.zeros(1, np.uint32), np.cumsum(children, dtype=np.uint32)])
        levels.append(
            Level(
                _packed("H", newest.astype(np.uint16)),
                _packed("h", -scores.astype(np.int16)),
                _packed("h", backoffs.astype(np.int16)),
                _packed("I", first),
            )
        )
    return levels


def _packed(code: str, values: NDArray[np.integer]) -> array[int]:
    """Plain Python numbers are found faster than numpy's."""
    packed: array[int] = array(code)
    packed.frombytes(values.tobytes())
    return packed
