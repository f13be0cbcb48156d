"""Whole waybills through ear and number reading: `python -m bench.asr.numbers`.

Fourteen digits said by unseen voices in every habit (幺/一, 四个八, groups with pauses), recognised, read by
``dialog.numbers`` and compared with what was meant; then the same with the caller's own three parcels as candidates.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from asr.recipe import channel, spoken
from asr.recipe.channel import Channel
from asr.recipe.corpus import speak
from asr.recipe.hearing import by_engine
from asr.recipe.measure import QUIET, Sound
from asr.recipe.synth import Manner, Synthesiser
from asr.recipe.voices import HELD_OUT_VOICES
from dialog.numbers import NumberCapture, decide, rank_candidates
from dialog.protocol import Expectation, ExpectKind

MODEL = Path(__file__).resolve().parents[2] / "asr" / "model"
EXPECT = Expectation(kind=ExpectKind.NUMBER)


@dataclass(frozen=True)
class Said:
    """A waybill and its recording."""

    number: str
    sound: Sound


def recordings(count: int, line: Channel, seed: int = 5) -> list[Said]:
    """Waybills of ZTO's shape, spoken by held-out voices."""
    rng, voice = random.Random(seed), Synthesiser()
    out = []
    for each in range(count):
        number = waybill(rng)
        manner = Manner(
            HELD_OUT_VOICES[each % len(HELD_OUT_VOICES)],
            speed=rng.randint(150, 195),
            pitch=rng.randint(30, 70),
            pinyin=rng.random() < 0.5,
        )
        sound = speak(spoken.say_digits(number, rng), manner, voice, rng, warp=False)
        padded = np.pad(sound, (2400, 3200))
        out.append(Said(number, channel.apply(padded, line, rng, [])))
    return out


def waybill(rng: random.Random) -> str:
    """Fourteen digits from 73 to 79 on."""
    return f"7{rng.choice('356789')}" + "".join(rng.choice("0123456789") for _ in range(12))


def judge(said: Said, text: str, rng: random.Random) -> tuple[bool, str]:
    """Whether all digits were read at first hearing, and what the choice among three parcels came to."""
    digits = NumberCapture.start(EXPECT).add(text).digits
    others = [waybill(rng), waybill(rng)]
    match = decide(rank_candidates(digits, (), [said.number, *others]))
    if match.kind == "one":
        return digits == said.number, "right" if match.candidates[0].number == said.number else "wrong"
    return digits == said.number, match.kind


def main() -> int:
    """Print shares with n; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args()
    hear, rng = by_engine(options.model), random.Random(1)
    for name, line in (("quiet", QUIET), ("pink noise 15 dB", Channel(noise="pink", snr=15.0))):
        cases = recordings(options.count, line)
        results = [judge(c, t, rng) for c, t in zip(cases, hear([c.sound for c in cases]), strict=True)]
        whole = sum(exact for exact, _ in results)
        choice = Counter(kind for _, kind in results)
        print(
            f"{name}: 14 digits whole at first hearing {100 * whole / len(results):.1f} %, with three candidates "
            f"{100 * choice['right'] / len(results):.1f} % right, {choice['wrong']} wrong, "
            f"{choice['several'] + choice['none']} asked again (n {len(results)})"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
