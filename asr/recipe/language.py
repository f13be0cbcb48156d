"""The language model of the recogniser: counted on sentences of the grammar, pruned, a byte per number.

Absolute discounting, interpolated (Ney, Essen and Kneser, 1994). An n-gram stays when it says clearly more than its
shorter form (weighted difference, Seymore and Rosenfeld, 1996) or when a longer one stands on it. The text is drawn
by the same grammar as the speech, many more sentences of it; frozen test sentences are never in it.
"""

from __future__ import annotations

import json
import random
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr.language import END, START, STEP, UNSEEN
from asr.recipe.text import DOMAIN, NUMBERS, OPEN, Grammar, letters

BITS = 12
"""Bits of a token number in an n-gram's key; the newest token is lowest."""

SENTENCES = 4_000_000
MIX = {DOMAIN: 0.72, NUMBERS: 0.10, OPEN: 0.18}
"""Share of sentences per kind: digits are drawn evenly, so that few of them teach that any may follow any."""

PIECES = 0.3
"""Share of sentences with breaths whose pieces are counted as sentences too: an endpoint may cut there."""

LIMITS = (18.0, 32.0, 48.0, 70.0)
"""What an n-gram of length 2, 3 ... must gain over its shorter form to be kept: nats over the whole text."""

Keys = NDArray[np.int64]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Grams:
    """N-grams of one length: sorted keys, log probability, what each gains, log back-off weight."""

    keys: Keys
    logs: Numbers
    gains: Numbers
    backoffs: Numbers

    def find(self, keys: Keys) -> Keys:
        """Index of each key, -1 where there is none."""
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[at] == keys, at, -1)

    def only(self, kept: NDArray[np.bool_]) -> Grams:
        """The marked n-grams."""
        return Grams(self.keys[kept], self.logs[kept], self.gains[kept], self.backoffs[kept])


def sentences(grammar: Grammar, count: int, seed: int = 12) -> Iterator[str]:
    """Transcripts to count on."""
    rng = random.Random(seed)
    kinds, weights = list(MIX), list(MIX.values())
    for _ in range(count):
        sentence = grammar.draw(rng.choices(kinds, weights)[0], rng)
        yield sentence.written
        if "，" in sentence.spoken and rng.random() < PIECES:
            yield from grammar.allowed(map(letters, sentence.spoken.split("，")))


def encode(texts: Iterable[str], tokens: Sequence[str]) -> tuple[Keys, Keys]:
    """Token numbers of all sentences end to end, borders included, and each one's place in its sentence."""
    ids = {token: number for number, token in enumerate(tokens)}
    flat, places = array("H"), array("H")
    for text in texts:
        row = [ids[char] for char in text if char in ids]
        if row and len(row) == len(text):
            flat.extend((START, *row, END))
            places.extend(range(len(row) + 2))
    return np.array(flat, np.int64), np.array(places, np.int64)


def build(flat: Keys, places: Keys, limits: Sequence[float] = LIMITS) -> list[Grams]:
    """The pruned model of an encoded text."""
    levels = [_shortest(flat[places > 0])]
    for length in range(2, len(limits) + 2):
        levels.append(_longer(*_count(flat, places, length), levels[-1], length))
    return _with_backoffs(_pruned(levels, limits))


def _shortest(flat: Keys) -> Grams:
    keys, counts = np.unique(flat, return_counts=True)
    logs = np.log(counts / counts.sum())
    # START is never said, but its back-off weight is needed
    keys, logs = np.append(keys, START), np.append(logs, UNSEEN)
    order = np.argsort(keys)
    none = np.zeros(len(keys))
    return Grams(keys[order], logs[order], none, none)


def _count(flat: Keys, places: Keys, length: int) -> tuple[Keys, Numbers]:
    at = np.flatnonzero(places >= length - 1)
    keys = np.zeros(len(at), np.int64)
    for back in range(length):
        keys |= flat[at - back] << (BITS * back)
    found, counts = np.unique(keys, return_counts=True)
    return found, counts.astype(np.float64)


def _longer(keys: Keys, counts: Numbers, lower: Grams, length: int) -> Grams:
    _, group, kinds = np.unique(keys >> BITS, return_inverse=True, return_counts=True)
    totals = np.bincount(group, counts)
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    discount = once / (once + 2 * twice) if once else 0.5
    left_over = (discount * kinds / totals)[group]
    shorter = lower.logs[lower.find(_newest(keys, length - 1))]
    logs = np.log((counts - discount) / totals[group] + left_over * np.exp(shorter))
    return Grams(keys, logs, counts * (logs - np.log(left_over) - shorter), np.zeros(len(keys)))


def _newest(keys: Keys, length: int) -> Keys:
    return keys & ((1 << (BITS * length)) - 1)


def _pruned(levels: Sequence[Grams], limits: Sequence[float]) -> list[Grams]:
    kept: list[Grams] = []
    for level, limit in zip(levels[:0:-1], limits[::-1], strict=True):
        chosen = level.gains > limit
        if kept:
            chosen[level.find(np.unique(kept[-1].keys >> BITS))] = True
        kept.append(level.only(chosen))
    return [levels[0], *kept[::-1]]


def _with_backoffs(levels: list[Grams]) -> list[Grams]:
    """Back-off weights that make the probabilities after each history sum to one again."""
    done = levels[:1]
    for length, level in enumerate(levels[1:], 2):
        lower = done[-1]
        histories, group = np.unique(level.keys >> BITS, return_inverse=True)
        shorter = _logs(done, _newest(level.keys, length - 1), length - 1)
        left = 1.0 - np.bincount(group, np.exp(level.logs))
        open_ = 1.0 - np.bincount(group, np.exp(shorter))
        weights = lower.backoffs.copy()
        weights[lower.find(histories)] = np.log(np.maximum(left, 1e-4) / np.maximum(open_, 1e-4))
        done[-1] = Grams(lower.keys, lower.logs, lower.gains, weights)
        done.append(level)
    return done


def _logs(levels: Sequence[Grams], keys: Keys, length: int) -> Numbers:
    level = levels[length - 1]
    at = level.find(keys)
    logs = level.logs[at]
    missing = np.flatnonzero(at < 0)
    if len(missing) and length > 1:
        history = levels[length - 2].find(keys[missing] >> BITS)
        weight = np.where(history >= 0, levels[length - 2].backoffs[history], 0.0)
        logs[missing] = weight + _logs(levels, _newest(keys[missing], length - 1), length - 1)
    return logs


def save(levels: Sequence[Grams], tokens: int, path: Path) -> None:
    """Write ``language.npz``: per length the newest tokens, how many follow each shorter n-gram, and bytes."""
    columns: dict[str, Any] = {"order": np.array(len(levels)), "tokens": np.array(tokens)}
    parents: Keys = np.zeros(1, np.int64)
    for length, level in enumerate(levels, 1):
        at = np.searchsorted(parents, level.keys >> BITS)
        columns[f"tokens{length}"] = _newest(level.keys, 1).astype(np.uint16)
        columns[f"children{length}"] = np.bincount(at, minlength=len(parents)).astype(np.uint16)
        columns[f"scores{length}"] = np.clip(np.round(-level.logs / STEP), 0, 255).astype(np.uint8)
        columns[f"backoffs{length}"] = np.clip(np.round(level.backoffs / STEP), -127, 127).astype(np.int8)
        parents = level.keys
    np.savez_compressed(path, **columns)


def make(grammar: Grammar, model: Path, count: int = SENTENCES) -> None:
    """Count and store the language model of a model directory."""
    tokens = json.loads((model / "tokens.json").read_text(encoding="utf-8"))
    flat, places = encode(sentences(grammar, count), tokens)
    save(build(flat, places), len(tokens), model / "language.npz")
