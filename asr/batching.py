"""Rows of different length in one network call, and the decoder memory each of them really has afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Networks(Protocol):
    """Encoder and decoder of an online Paraformer on padded batches (onnxruntime or torch).

    ``memory`` is how many past characters the decoder's causal filters see in each of its ``layers``.
    """

    layers: int
    width: int
    memory: int

    def encode(self, batch: Floats, lengths: NDArray[np.int32]) -> tuple[Floats, Floats]:
        """Padded windows ``[rows, frames, features]`` to encoder output and frame weights."""

    def decode(
        self,
        hidden: Floats,
        frames: NDArray[np.int32],
        vectors: Floats,
        counts: NDArray[np.int32],
        memories: Floats,
    ) -> tuple[Floats, Floats]:
        """Padded encoder output and characters to scores and memories ``[rows, layers, width, memory]``."""


def padded(rows: Sequence[Floats]) -> tuple[Floats, NDArray[np.int32]]:
    """Rows ``[n, size]`` as one zero-padded array and their lengths."""
    lengths = np.array([len(row) for row in rows], np.int32)
    batch = np.zeros((len(rows), int(lengths.max()), rows[0].shape[1]), np.float32)
    for index, row in enumerate(rows):
        batch[index, : len(row)] = row
    return batch, lengths


def encode(networks: Networks, windows: Sequence[Floats]) -> list[tuple[Floats, Floats]]:
    """Encoder output ``[frames, width]`` and weights ``[frames]`` of each window ``[frames, features]``."""
    batch, lengths = padded(windows)
    hidden, weights = networks.encode(batch, lengths)
    return [(hidden[row, :length], weights[row, :length]) for row, length in enumerate(lengths)]


def decode(
    networks: Networks,
    hidden: Sequence[Floats],
    vectors: Sequence[Floats],
    memories: Sequence[Floats],
    kept: Sequence[int],
) -> list[tuple[Floats, Floats]]:
    """Scores ``[n, vocabulary]`` of each stream's characters and its memory after the first ``kept`` of them.

    The network returns the memory after the last padded column. The memory of a causal filter after ``k`` of
    ``n`` columns is old columns ``k ..`` followed by the first new ones, so padding and provisional characters
    are cut off afterwards. That needs ``n`` to be at most the memory length; longer rows are fed in pieces,
    and those must be kept whole.
    """
    size = networks.memory
    results = _decode_piece(
        networks, hidden, [row[:size] for row in vectors], memories, [min(count, size) for count in kept]
    )
    long = [index for index, row in enumerate(vectors) if len(row) > size]
    if long:
        tails = decode(
            networks,
            [hidden[index] for index in long],
            [vectors[index][size:] for index in long],
            [results[index][1] for index in long],
            [kept[index] - size for index in long],
        )
        for index, (scores, memory) in zip(long, tails, strict=True):
            results[index] = (np.concatenate([results[index][0], scores]), memory)
    return results


def _decode_piece(
    networks: Networks,
    hidden: Sequence[Floats],
    vectors: Sequence[Floats],
    memories: Sequence[Floats],
    kept: Sequence[int],
) -> list[tuple[Floats, Floats]]:
    encoded, frames = padded(hidden)
    characters, counts = padded(vectors)
    old = np.stack(memories)
    scores, new = networks.decode(encoded, frames, characters, counts, old)
    results = []
    for row, (count, keep) in enumerate(zip(counts, kept, strict=True)):
        missing = characters.shape[1] - keep
        memory = np.concatenate(
            [old[row, :, :, keep : keep + missing], new[row, :, :, : networks.memory - missing]], axis=2
        )
        results.append((scores[row, :count], memory))
    return results
