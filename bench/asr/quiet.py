"""Words heard where no caller spoke: `python -m bench.asr.quiet`.

Noise, music, people in the background and the bot's own voice coming back, minutes of each at several levels. An
echo is judged as a call does it: text that is what the bot is saying (:mod:`asr.echo`) is dropped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from asr.echo import is_echo
from asr.recipe import channel
from asr.recipe.hearing import by_engine
from asr.recipe.measure import Hear, Sound, babble_voices, echoes, no_speech
from asr.recipe.synth import Synthesiser
from asr.recipe.text import letters, load_grammar

MODEL = Path(__file__).resolve().parents[2] / "asr" / "model"
GOAL = 0.2
KINDS: tuple[channel.Noise, ...] = ("white", "pink", "hum", "music", "street", "cafe", "babble")
LEVELS = (-45.0, -35.0, -25.0)
PROMPT_LEVEL = -20.0
RETURN_LOSS = (15.0, 20.0, 25.0, 30.0, 40.0)
"""dB by which the line weakens the bot's voice on its way back; 15 is a bad telephone."""


@dataclass(frozen=True)
class Quiet:
    """Characters per minute that were heard in one kind of sound; ``kept`` after the echo check."""

    name: str
    level: float
    minutes: float
    heard: float
    kept: float


def noises(hear: Hear, minutes: float, others: list[Sound]) -> list[Quiet]:
    """Every kind at every level."""
    out = []
    for kind in KINDS:
        for level in LEVELS:
            rate = sum(len(letters(text)) for text in hear(no_speech(kind, minutes, level, others))) / minutes
            out.append(Quiet(kind, level, minutes, rate, rate))
            print(as_text(out[-1]), flush=True)
    return out


def echo(hear: Hear, minutes: float, voice: Synthesiser) -> list[Quiet]:
    """The bot's prompts at every return loss."""
    out = []
    for loss in RETURN_LOSS:
        cases = echoes(minutes, PROMPT_LEVEL - loss, voice)
        length = sum(len(case.sound) for case in cases) / channel.RATE / 60
        texts = hear([case.sound for case in cases])
        kept = [text for text, case in zip(texts, cases, strict=True) if not is_echo(text, case.text)]
        rates = (sum(len(letters(text)) for text in some) / length for some in (texts, kept))
        out.append(Quiet("echo of the bot", PROMPT_LEVEL - loss, length, *rates))
        print(as_text(out[-1]), flush=True)
    return out


def as_text(one: Quiet) -> str:
    """One line for the terminal."""
    return (
        f"{one.name:18} {one.level:4.0f} dBFS  {one.heard:6.2f} characters a minute heard, {one.kept:6.2f} kept"
        f"  ({one.minutes:.1f} min)"
    )


def write(out: Path, found: Sequence[Quiet]) -> None:
    """Save ``quiet.md``."""
    head = "| sound without a caller | level dBFS | minutes | characters heard a minute | kept |\n" + "|---" * 5 + "|\n"
    rows = (f"| {x.name} | {x.level:.0f} | {x.minutes:.1f} | {x.heard:.2f} | {x.kept:.2f} |\n" for x in found)
    out.mkdir(parents=True, exist_ok=True)
    (out / "quiet.md").write_text(head + "".join(rows), encoding="utf-8")


def main() -> int:
    """Measure and write; return the exit status (a missed goal is printed)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--out", type=Path, default=Path("out/bench/asr"))
    parser.add_argument("--minutes", type=float, default=5.0, help="of every sound")
    options = parser.parse_args()
    hear, voice = by_engine(options.model), Synthesiser()
    grammar, _ = load_grammar()
    found = noises(hear, options.minutes, babble_voices(grammar, voice)) + echo(hear, options.minutes, voice)
    write(options.out, found)
    missed = [f"{one.name} at {one.level:.0f} dBFS" for one in found if one.kept > GOAL]
    print(f"goal {GOAL} characters a minute: {'met' if not missed else 'MISSED by ' + ', '.join(missed)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
