"""``python -m bench.dialog.heard``: frozen sentences and dictated numbers through the embedded recogniser.

Spoken by voices that the recogniser never heard, over a quiet telephone line, recognised as in a call, then understood
with the recogniser's own confidence. The sentences are kept out of training. Dictations hold one correction; when the
number that was heard finds nothing it is read back, and the caller says it again in groups, twice at most.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

from asr.recipe.voices import HELD_OUT_VOICES
from bench.dialog.ear import Hear, Mouth, as_heard, open_ear
from bench.dialog.understanding import first, interval
from dialog.numbers import hear_number, read_back
from dialog.protocol import Heard
from dialog.understanding import understand
from tests.dialog.frozen import INDEPENDENT, REFERENCE, SECOND, rows
from tests.dialog.number_callers import WAYBILL, dictate
from tests.dialog.parcels import NOON
from voice.waybills import plausible

READ_BACKS = 2
_SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")


def intents(name: str, path: Path, hear: Hear, mouth: Mouth, *, show: bool) -> None:
    """Print how many sentences of a frozen set are understood."""
    found = rows(path)
    voices = [HELD_OUT_VOICES[at % len(HELD_OUT_VOICES)] for at in range(len(found))]
    heard = hear([mouth.say(row.text, voice) for row, voice in zip(found, voices, strict=True)])
    read = [first(understand(x.text, row.expect, confidence=x.confidence)) for x, row in zip(heard, found, strict=True)]
    print(f"{name:<24} {interval(sum(g == r.label for g, r in zip(read, found, strict=True)), len(found))}")
    if show:
        for row, transcript, got in zip(found, heard, read, strict=True):
            print(f"  {row.text}\t{transcript.text}\t{row.label}\t{got}")


def _heard(texts: list[str], voice: str, hear: Hear, mouth: Mouth) -> tuple[Heard, ...]:
    transcripts = hear([mouth.say(text, voice) for text in texts])
    return tuple(as_heard(Heard(NOON, text), x) for text, x in zip(texts, transcripts, strict=True))


def numbers(callers: int, hear: Hear, mouth: Mouth) -> None:
    """Print how many dictated numbers are right at once, and after being read back."""
    rng = random.Random(11)
    at_once = in_the_end = 0
    for each in range(callers):
        caller, voice = dictate(rng), HELD_OUT_VOICES[each % len(HELD_OUT_VOICES)]
        digits = hear_number(_heard(list(caller.turns), voice, hear, mouth), WAYBILL, plausible).digits
        at_once += digits == caller.number
        for _ in range(READ_BACKS):
            if digits == caller.number:
                break
            groups = [group.translate(_SPOKEN) for group in read_back(caller.number)]
            digits = hear_number(_heard(groups, voice, hear, mouth), WAYBILL, plausible).digits
        in_the_end += digits == caller.number
        print(f"\r{each + 1}/{callers} callers ", end="", file=sys.stderr, flush=True)
    print(f"\r{'numbers at once':<24} {interval(at_once, callers)}")
    print(f"{'numbers after read-back':<24} {interval(in_the_end, callers)}")


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description="understanding behind the embedded recogniser")
    parser.add_argument("--callers", type=int, default=200, help="number dictations")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--show", action="store_true", help="print what was heard of the reference set")
    options = parser.parse_args()
    hear, mouth = open_ear(), Mouth(options.seed)
    for name, path in (("reference", REFERENCE), ("independent", INDEPENDENT), ("second independent", SECOND)):
        intents(name, path, hear, mouth, show=options.show and path == REFERENCE)
    numbers(options.callers, hear, mouth)


if __name__ == "__main__":
    main()
