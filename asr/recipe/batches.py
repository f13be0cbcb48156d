"""Batches of training data from the shards that exist: length-sorted, varied, normalised, masked, zero-prefixed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr.recipe import augment
from asr.recipe.features import MELS, STACK, stack

PREFIXES = (0, 3, 4, 5)
"""Zero frames FunASR's streaming path puts before the first chunk (``chunk_size[2]``); one is drawn per batch."""


@dataclass(frozen=True)
class Example:
    """Where one utterance lies and what it says."""

    shard: int
    first: int
    frames: int
    start: int
    end: int
    tokens: tuple[int, ...]

    @property
    def length(self) -> int:
        """Stacked (60 ms) frames."""
        return -(-self.frames // 6)


@dataclass(frozen=True)
class Batch:
    """Padded arrays of one training step."""

    speech: NDArray[np.float32]
    """[utterances, frames, 560], normalised, after ``prefix`` zero frames."""
    lengths: NDArray[np.int64]
    text: NDArray[np.int64]
    """[utterances, longest], padded with -1."""
    text_lengths: NDArray[np.int64]
    borders: NDArray[np.int64]
    """First and last speech frame of each utterance (stacked, prefix included)."""
    prefix: int


class Shards:
    """All finished shards of a folder, read through memory maps."""

    def __init__(self, folder: Path, tokens: list[str]) -> None:
        self._folder = folder
        self._ids = {token: number for number, token in enumerate(tokens)}
        self._mels: list[NDArray[np.float16]] = []
        self._seen: set[Path] = set()
        self.examples: list[Example] = []

    def refresh(self) -> int:
        """Take in shards finished since the last call; return how many there are now."""
        for path in sorted(self._folder.glob("shard-???")):
            if path in self._seen:
                continue
            self._seen.add(path)
            self._mels.append(np.load(path / "mel.npy", mmap_mode="r"))
            texts = (path / "text.txt").read_text(encoding="utf-8").split("\n")
            for (first, frames, start, end), text in zip(np.load(path / "index.npy"), texts, strict=False):
                ids = [self._ids.get(char) for char in text]
                known = tuple(i for i in ids if i is not None)
                if len(known) == len(ids):
                    self.examples.append(
                        Example(len(self._mels) - 1, int(first), int(frames), int(start), int(end), known)
                    )
        return len(self._mels)

    def mel(self, example: Example) -> NDArray[np.float16]:
        """The utterance's 10 ms features."""
        return self._mels[example.shard][example.first : example.first + example.frames]


def plan(examples: list[Example], frames: int, rng: random.Random) -> list[list[Example]]:
    """Group examples of like length into batches of about ``frames`` padded frames, in random order."""
    ranked = sorted(examples, key=lambda example: example.length + rng.uniform(-4, 4))
    groups: list[list[Example]] = [[]]
    longest = 0
    for example in ranked:
        longest = max(longest, example.length)
        if groups[-1] and longest * (len(groups[-1]) + 1) > frames:
            groups.append([])
            longest = example.length
        groups[-1].append(example)
    rng.shuffle(groups)
    return groups


def collate(
    group: list[Example],
    shards: Shards,
    mean: NDArray[np.float32],
    scale: NDArray[np.float32],
    rng: random.Random,
) -> Batch:
    """Vary, stack, normalise and mask the group; ``scale`` is one over the standard deviation."""
    prefix = rng.choice(PREFIXES)
    voices = [shards.mel(example) for example in group]
    speaking = [voice for voice, example in zip(voices, group, strict=True) if example.tokens]
    rows = [_mask((stack(augment.vary(voice, speaking, rng)) - mean) * scale, rng) for voice in voices]
    lengths = np.array([len(row) + prefix for row in rows], np.int64)
    speech = np.zeros((len(rows), int(lengths.max()), MELS * STACK), np.float32)
    text_lengths = np.array([len(example.tokens) for example in group], np.int64)
    text = np.full((len(rows), max(1, int(text_lengths.max()))), -1, np.int64)
    for number, (row, example) in enumerate(zip(rows, group, strict=True)):
        speech[number, prefix : prefix + len(row)] = row
        text[number, : len(example.tokens)] = example.tokens
    borders = np.array([(e.start // 6 + prefix, e.end // 6 + prefix) for e in group], np.int64)
    return Batch(speech, lengths, text, text_lengths, borders, prefix)


def _mask(row: NDArray[np.float32], rng: random.Random) -> NDArray[np.float32]:
    """SpecAugment on stacked frames: a band of mels and a short stretch of time, each in half the cases."""
    if rng.random() < 0.5:
        width = rng.randint(1, 12)
        low = rng.randint(0, MELS - width)
        row.reshape(len(row), STACK, MELS)[:, :, low : low + width] = 0.0
    if rng.random() < 0.5 and len(row) > 16:
        width = rng.randint(1, 4)
        at = rng.randint(0, len(row) - width)
        row[at : at + width] = 0.0
    return row


def endless(
    shards: Shards,
    mean: NDArray[np.float32],
    std: NDArray[np.float32],
    seed: int,
    frames: int,
    share: tuple[int, int],
) -> Iterator[Batch]:
    """Batches for ever; new shards join at the next epoch. ``share`` is (this process, processes).

    All processes plan alike from the same seed and take every n-th batch, so they never see the same one.
    """
    epoch = 0
    scale = (1.0 / std).astype(np.float32)
    mine, processes = share
    while True:
        shards.refresh()
        rng = random.Random(f"{seed} {epoch}")
        groups = plan(shards.examples, frames, rng)
        noise = random.Random(f"{seed} {epoch} {mine}")
        for group in groups[mine : len(groups) // processes * processes : processes]:
            yield collate(group, shards, mean, scale, noise)
        epoch += 1
