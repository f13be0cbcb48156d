"""``python -m bench.dialog.conversations``: the scripted conversations spoken and heard, against the same ones typed.

Every line is spoken by voices that the recogniser never heard, sent over a quiet telephone line, recognised as in a
call, and given to the dialogue; parcels and time are the scripts' own. A conversation counts when its end is that of
the typed one: how the call stands, what was opened, sent and handed over. A line that is not understood is said once
more. Turn-taking is not part of this; ``hotline call --script`` runs the same files over SIP in real time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from asr.recipe.voices import HELD_OUT_VOICES
from bench.dialog.ear import Hear, Mouth, as_heard, open_ear
from bench.dialog.understanding import interval
from dialog.engine import Dialogue, load_dialogue
from dialog.protocol import Heard
from dialog.scripts import Report, Script, parse_script
from tests.dialog.world import CONFIG, World, run_script

CALLS = Path(__file__).resolve().parents[2] / "tests" / "calls"
VOICES = ("f4", "m7", "Alicia")
"""Held out of the recogniser's training; one lower, one higher, one between."""


def ear_of(voice: str, mouth: Mouth, hear: Hear) -> Callable[[Heard], Heard]:
    """What becomes of words spoken with this voice."""
    return lambda event: as_heard(event, hear([mouth.say(event.text, voice)])[0]) if event.text else event


def end_of(report: Report) -> tuple[object, ...]:
    """How a conversation ended, in everything that matters afterwards."""
    return report.final, tuple(report.orders), tuple(report.links), tuple(report.transfers)


def talk_of(report: Report) -> str:
    """The conversation for a reader."""
    return "\n".join(f"    {who}: {text}" for who, text in report.said)


def speaks(script: Script) -> bool:
    """Whether the caller says anything at all."""
    return any(line.action == "say" for line in script.turns)


def play_all(dialogue: Dialogue, scripts: list[Script], voices: tuple[str, ...], *, seed: int, show: bool) -> None:
    """Play and print."""
    hear, mouth = open_ear(), Mouth(seed)
    typed = {script.file: end_of(run_script(dialogue, script, World())) for script in scripts}
    total, done, started = len(scripts) * len(voices), 0, time.monotonic()
    all_right = 0
    for voice in voices:
        right = 0
        for script in scripts:
            report = run_script(dialogue, script, World(), ear=ear_of(voice, mouth, hear), repeats=1)
            is_right = end_of(report) == typed[script.file]
            right += is_right
            done += 1
            if show and not is_right:
                print(
                    f"\n  {script.file} ({voice}): {end_of(report)} instead of {typed[script.file]}\n{talk_of(report)}"
                )
            left = (time.monotonic() - started) / done * (total - done)
            print(f"\r{done}/{total} conversations, {left:.0f} s left ", end="", file=sys.stderr, flush=True)
        all_right += right
        print(f"\r{f'right end, voice {voice}':<28} {interval(right, len(scripts))}")
    print(f"{'right end, all voices':<28} {interval(all_right, total)}")


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description="the scripted conversations behind the embedded recogniser")
    parser.add_argument("--voices", nargs="*", default=list(VOICES), choices=HELD_OUT_VOICES, help="who speaks")
    parser.add_argument("--only", default="", help="part of a script's name")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--show", action="store_true", help="print the conversations that ended wrong")
    options = parser.parse_args()
    paths = sorted(path for path in CALLS.glob("*.yaml") if options.only in path.stem)
    scripts = [parse_script(path.read_bytes(), path.name) for path in paths]
    spoken = [script for script in scripts if speaks(script)]
    play_all(load_dialogue(CONFIG), spoken, tuple(options.voices), seed=options.seed, show=options.show)


if __name__ == "__main__":
    main()
