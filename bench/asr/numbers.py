"""Whole waybills through ear and number reading: `python -m bench.asr.numbers`.

Fourteen digits said by unseen voices in every habit (幺/一, 四个八, groups with pauses), recognised, read by
``dialog.numbers`` and compared with what was meant; then the same with the caller's own three parcels as candidates,
and with three parcels of which none is meant (a stranger's number must not be bent into one).
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


@dataclass(frozen=True)
class Heard:
    """What came of one recording: whether all digits were read, the choice among parcels, a stranger's choice."""

    whole: bool
    choice: str
    stranger: str


def judge(said: Said, text: str, rng: random.Random) -> Heard:
    """Read the number; then choose among the caller's three parcels, and among three that it is none of."""
    capture = NumberCapture.start(EXPECT).add(text)
    others = [waybill(rng) for _ in range(3)]
    return Heard(
        capture.digits == said.number,
        chosen(capture, [said.number, *others[:2]], said.number),
        chosen(capture, others, said.number),
    )


def chosen(capture: NumberCapture, candidates: list[str], meant: str) -> str:
    """``right``, ``wrong``, ``several`` or ``none``."""
    match = decide(rank_candidates(capture.digits, (), candidates))
    if match.kind != "one":
        return match.kind
    return "right" if match.candidates[0].number == meant else "wrong"


def share(count: int, total: int) -> str:
    """Percent with its 95 % interval (Wilson)."""
    z, p = 1.96, count / total
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * (p * (1 - p) / total + z * z / (4 * total * total)) ** 0.5
    return f"{100 * p:.1f} ({max(0.0, 100 * (middle - half)):.1f} to {min(100.0, 100 * (middle + half)):.1f})"


def main() -> int:
    """Print shares with n and write ``numbers.md``; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--out", type=Path, default=Path("out/bench/asr"))
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args()
    hear, rng = by_engine(options.model), random.Random(1)
    head = "| 14 digits | whole at first hearing % | with three candidates % | wrong | asked again | stranger taken |"
    lines = [head, "|---" * 6 + "|"]
    for name, line in (("quiet", QUIET), ("pink noise 15 dB", Channel(noise="pink", snr=15.0))):
        cases = recordings(options.count, line)
        results = [judge(c, t, rng) for c, t in zip(cases, hear([c.sound for c in cases]), strict=True)]
        total, choice = len(results), Counter(one.choice for one in results)
        whole = sum(one.whole for one in results)
        lines.append(
            f"| {name}, n {total} | {share(whole, total)} | {share(choice['right'], total)} "
            f"| {choice['wrong']} | {choice['several'] + choice['none']} "
            f"| {sum(one.stranger == 'wrong' for one in results)} |"
        )
    print("\n".join(lines))
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "numbers.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
