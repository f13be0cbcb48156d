"""``python -m bench.dialog.heard``: frozen sentences and dictated numbers through the embedded recogniser.

Spoken by voices that the recogniser never heard, over a quiet telephone line, recognised as in a call, then understood.
The sentences are kept out of understanding's training; the recogniser's own training keeps out the reference set only,
so the independent row may hold short sentences that it has heard. Dictations are read turn by turn, without read-back.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from asr.recipe import channel
from asr.recipe.corpus import speak
from asr.recipe.hearing import by_engine
from asr.recipe.measure import QUIET, Sound
from asr.recipe.synth import Manner, Synthesiser
from asr.recipe.voices import HELD_OUT_VOICES
from bench.dialog.understanding import WAYBILL, first, interval
from dialog.numbers import NumberCapture
from dialog.understanding import understand
from tests.dialog.frozen import INDEPENDENT, REFERENCE, rows
from tests.dialog.number_callers import dictate

MODEL = Path(__file__).resolve().parents[2] / "asr" / "model"
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")


def record(texts: Sequence[str], seed: int = 7) -> list[Sound]:
    """The texts spoken by unseen voices over the quiet line."""
    rng, voice = random.Random(seed), Synthesiser()
    sounds = []
    for each, text in enumerate(texts):
        manner = Manner(
            HELD_OUT_VOICES[each % len(HELD_OUT_VOICES)],
            speed=rng.randint(150, 195),
            pitch=rng.randint(30, 70),
            pinyin=rng.random() < 0.5,
        )
        sound = np.pad(speak(text.translate(_DIGITS), manner, voice, rng, warp=False), (2400, 3200))
        sounds.append(channel.apply(sound, QUIET, rng, []))
    return sounds


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description="understanding behind the embedded recogniser")
    parser.add_argument("--callers", type=int, default=100, help="number dictations")
    parser.add_argument("--show", action="store_true", help="print what was heard of the reference set")
    options = parser.parse_args()
    hear = by_engine(MODEL)
    for name, path in (("reference", REFERENCE), ("independent", INDEPENDENT)):
        found = rows(path)
        texts = hear(record([row.text for row in found]))
        read = [first(understand(text, row.expect)) for text, row in zip(texts, found, strict=True)]
        print(f"{name:<12} {interval(sum(g == r.label for g, r in zip(read, found, strict=True)), len(found))}")
        if options.show and path == REFERENCE:
            for row, text, got in zip(found, texts, read, strict=True):
                print(f"  {row.text}\t{text}\t{row.label}\t{got}")
    rng = random.Random(11)
    callers = [dictate(rng) for _ in range(options.callers)]
    turns = hear(record([turn for caller in callers for turn in caller.turns]))
    right, at = 0, 0
    for caller in callers:
        capture = NumberCapture.start(WAYBILL)
        for text in turns[at : at + len(caller.turns)]:
            capture = capture.add(text)
        at += len(caller.turns)
        right += capture.digits == caller.number
    print(f"{'numbers':<12} {interval(right, len(callers))}")


if __name__ == "__main__":
    main()
