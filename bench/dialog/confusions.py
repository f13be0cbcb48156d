"""``python -m bench.dialog.confusions``: what the embedded recogniser makes of the training utterances.

Draws sentences from the templates, speaks them with the recogniser's training voices (the held-out ones stay for the
tests) bent so far that it does not know them by heart, sends them over telephone lines, and writes what came out
differently to
``dialog/data/understanding/misheard.tsv`` (intent, as spoken, as heard). ``python -m dialog.understanding.build``
learns from that file. Run both again when the recogniser's model changes; about five minutes of one core.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr

from asr.recipe import channel
from asr.recipe.corpus import manner, speak
from asr.recipe.hearing import by_engine
from asr.recipe.measure import QUIET, Sound
from asr.recipe.synth import Synthesiser
from asr.recipe.voices import TRAIN_VOICES
from dialog.understanding.build import MISHEARD, frozen_sentences
from dialog.understanding.intents import ALL_INTENTS
from dialog.understanding.normalise import letters_only
from dialog.understanding.templates import Grammar

MODEL = Path(__file__).resolve().parents[2] / "asr" / "model"
SEED = 20261123
BATCH = 128
_CLEAN_LINES = 0.5
"""Share of calls over a quiet line; the others have noise, loss or a bad codec."""
_BENT = (0.8, 1.25)
"""Played faster or slower by this much, which moves pitch and formants away from the voices of the training."""


def drawn(per_intent: int, rng: random.Random) -> list[tuple[str, str]]:
    """Intent and sentence, spread over the templates; no sentence of a frozen set."""
    grammar, frozen = Grammar.load(), frozen_sentences()
    found = []
    for intent in ALL_INTENTS:
        lines = list(grammar.templates[intent])
        rng.shuffle(lines)
        for turn in range(per_intent):
            text = grammar.draw(lines[turn % len(lines)], rng)
            if text and letters_only(text) not in frozen:
                found.append((intent, text))
    rng.shuffle(found)
    return found


def record(text: str, voice: Synthesiser, rng: random.Random) -> Sound:
    """The sentence spoken by a training voice over a line."""
    spoken = speak(text, manner(rng, rng.choice(TRAIN_VOICES)), voice, rng, warp=False)
    sound = np.pad(soxr.resample(spoken, channel.RATE * rng.uniform(*_BENT), channel.RATE, quality="MQ"), (2400, 3200))
    line = QUIET if rng.random() < _CLEAN_LINES else channel.draw(rng)
    return channel.apply(sound, line, rng, [])


def heard(sentences: list[tuple[str, str]], rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """Intent, text as spoken and as heard, for every sentence that was heard differently."""
    hear, voice = by_engine(MODEL), Synthesiser()
    started = time.monotonic()
    for at in range(0, len(sentences), BATCH):
        batch = sentences[at : at + BATCH]
        texts = hear([record(text, voice, rng) for _, text in batch])
        for (intent, text), other in zip(batch, texts, strict=True):
            if other and letters_only(other) != letters_only(text):
                yield intent, text, other
        done = at + len(batch)
        left = (time.monotonic() - started) / done * (len(sentences) - done)
        print(f"\r{done}/{len(sentences)} sentences, {left:.0f} s left ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description="what the recogniser makes of the training utterances")
    parser.add_argument("--per-intent", type=int, default=200, help="sentences per intent")
    rng = random.Random(SEED)
    sentences = drawn(parser.parse_args().per_intent, rng)
    rows = sorted(set(heard(sentences, rng)))
    MISHEARD.write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    print(f"{len(rows)} of {len(sentences)} sentences were heard differently; now run the build")


if __name__ == "__main__":
    main()
