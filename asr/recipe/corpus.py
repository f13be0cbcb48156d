"""Shards of training data: sentences spoken, sent through a channel, as mel features on disk.

A shard is a folder with ``mel.npy`` (float16, all utterances end to end), ``index.npy`` (first frame, number of
frames, first and last speech frame) and ``text.txt``. Shard *n* always comes out the same, so making one is
resumable: a finished folder is skipped.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from asr.recipe import channel, features, variants
from asr.recipe.synth import RATE, Manner, Synthesiser
from asr.recipe.text import Sentence, load_grammar
from asr.recipe.voices import TRAIN_VOICES

SHARD = 1500
"""Utterances of a shard, about 1.3 hours."""

LONGEST = 14.0
"""Seconds of the longest utterance kept."""

NO_SPEECH = 0.025
"""Share of utterances that hold only noise and have no text."""


@dataclass(frozen=True)
class Utterance:
    """One training example."""

    mel: NDArray[np.float16]
    text: str
    start: int
    end: int
    """Speech borders in 10 ms frames."""


DRAWN = 0.6
"""Share of utterances spoken by a voice that ``variants`` drew for the shard."""


def a_voice(rng: random.Random) -> str:
    """A training voice: one that people wrote, or one drawn for this shard."""
    if rng.random() < DRAWN:
        return f"{variants.PREFIX}{rng.randrange(variants.MOST)}"
    return rng.choice(TRAIN_VOICES)


def manner(rng: random.Random, voice: str) -> Manner:
    """How a training sentence is spoken."""
    return Manner(
        voice=voice,
        speed=rng.randint(125, 230),
        pitch=rng.randint(15, 85),
        range=rng.randint(20, 80),
        word_gap=rng.choice([0, 0, 0, 1, 2, 4]),
        pinyin=rng.random() < 0.5,
    )


def speak(text: str, how: Manner, voice: Synthesiser, rng: random.Random, *, warp: bool = True) -> NDArray[np.float32]:
    """8 kHz speech; half of it played up to 12 % faster or slower (moves pitch and formants)."""
    sound = voice.say(text, how)
    factor = rng.uniform(0.88, 1.12) if warp and rng.random() < 0.5 else 1.0
    return np.asarray(soxr.resample(sound, RATE * factor, channel.RATE, quality="MQ"), np.float32)


def make_utterance(
    sentence: Sentence, voice: Synthesiser, rng: random.Random, others: deque[NDArray[np.float32]]
) -> Utterance | None:
    """Speak one sentence through one channel; None when it comes out too long or silent."""
    sound = speak(sentence.spoken, manner(rng, a_voice(rng)), voice, rng)
    if not len(sound) or len(sound) > LONGEST * channel.RATE or channel.level_of(sound) < -60:
        return None
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    lead, tail = int(rng.uniform(0.03, 0.6) * channel.RATE), int(rng.uniform(0.05, 0.7) * channel.RATE)
    padded = np.pad(sound[: loud[-1] + 1], (lead, tail))
    heard = channel.apply(padded, channel.draw(rng), rng, list(others))
    others.append(sound)
    mel = features.fbank(features.to_16k(heard, rng))
    start, end = (lead + loud[0]) // 80, (lead + loud[-1]) // 80
    return Utterance(mel.astype(np.float16), sentence.written, int(start), int(min(end, len(mel) - 1)))


def make_silence(rng: random.Random, others: deque[NDArray[np.float32]]) -> Utterance:
    """A stretch of line noise, music or far voices with nothing to recognise."""
    seconds = rng.uniform(0.8, 5)
    seed = np.random.default_rng(rng.getrandbits(32))
    kind = rng.choice(channel.TRAIN_NOISES)
    noise = channel.make_noise(kind, int(seconds * channel.RATE), seed, list(others))
    noise = channel.band(noise, 200, 3600)
    noise *= 10 ** ((rng.uniform(-75, -30) - channel.level_of(noise, gated=False)) / 20)
    heard = channel.code(np.clip(noise, -1, 1), rng.choice(("alaw", "ulaw", "linear")))
    mel = features.fbank(features.to_16k(heard, rng))
    return Utterance(mel.astype(np.float16), "", 0, len(mel) - 1)


def make_shard(folder: Path, number: int, size: int = SHARD, attempt: int = 0) -> Path:
    """Make shard ``number`` (skipped when it is there) and return its folder."""
    target = folder / f"shard-{number:03d}"
    if target.exists():
        return target
    rng = random.Random(f"shard {number} {attempt}")
    grammar, _ = load_grammar()
    sentences = grammar.stream(rng.getrandbits(32))
    others = deque[NDArray[np.float32]](maxlen=40)
    made: list[Utterance] = []
    with variants.data_folder(variants.MOST, rng) as data:
        voice = Synthesiser(data)
        while len(made) < size:
            if rng.random() < NO_SPEECH:
                made.append(make_silence(rng, others))
            elif utterance := make_utterance(next(sentences), voice, rng, others):
                made.append(utterance)
    _write(target, made)
    return target


def _write(target: Path, made: list[Utterance]) -> None:
    part = target.with_suffix(f".part{os.getpid()}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    starts = np.cumsum([0, *(len(u.mel) for u in made)])
    index = np.array([(at, len(u.mel), u.start, u.end) for at, u in zip(starts[:-1], made, strict=True)], np.int64)
    np.save(part / "mel.npy", np.concatenate([u.mel for u in made]))
    np.save(part / "index.npy", index)
    (part / "text.txt").write_text("\n".join(u.text for u in made) + "\n", encoding="utf-8")
    part.rename(target)


def make_shards(folder: Path, count: int, workers: int) -> Iterator[Path]:
    """Make shards 0 to ``count``-1, one process each, yielding each when it is finished.

    espeak-ng may crash on a rare mix of voice and text; such a shard is made again from other sentences.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spawn = multiprocessing.get_context("spawn")
    waiting = deque((number, 0) for number in range(count))
    running: dict[multiprocessing.process.BaseProcess, tuple[int, int]] = {}
    while waiting or running:
        while waiting and len(running) < workers:
            number, attempt = waiting.popleft()
            process: multiprocessing.process.BaseProcess = spawn.Process(
                target=make_shard, args=(folder, number, SHARD, attempt)
            )
            process.start()
            running[process] = (number, attempt)
        wait([process.sentinel for process in running])
        for ended in [each for each in running if not each.is_alive()]:
            number, attempt = running.pop(ended)
            if ended.exitcode == 0:
                yield folder / f"shard-{number:03d}"
            elif attempt < 3:
                waiting.append((number, attempt + 1))
            else:
                raise RuntimeError(f"shard {number} failed four times: run `python -m asr.recipe` again to see why")


def statistics(shards: list[Path], utterances: int = 1500) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of the stacked features over some of the data (560 numbers each)."""
    rows: list[NDArray[np.float32]] = []
    for shard in shards:
        mel, index = np.load(shard / "mel.npy", mmap_mode="r"), np.load(shard / "index.npy")
        rows.extend(features.stack(mel[at : at + size]) for at, size, _, _ in index[: utterances // len(shards)])
    frames = np.concatenate(rows).astype(np.float64)
    return frames.mean(axis=0).astype(np.float32), frames.std(axis=0).astype(np.float32)
