"""``python -m bench.turns``: false stops, wishes and cut-offs, five hundred times, on real sound in virtual time.

A false stop: the bot is stopped for good by a murmur, a cough, a word to somebody else, its own echo or line noise. A
cut-off: the turn of a caller who only pauses (between digit groups, or trailing off) ends before the caller goes on.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from loguru import logger

from asr.decode import load_onnx
from bench.dialog.containment import interval
from bench.talk.figures import row
from bench.turns import sounds
from bench.turns.simulation import RATE, Simulation, Sound, new_policy
from dialog.protocol import Expectation, ExpectKind
from voice.turns.timing import TurnTiming

MODEL = Path("asr/model")
OPEN = Expectation(ExpectKind.OPEN)
NUMBER = Expectation(ExpectKind.NUMBER)
TIMING = TurnTiming()
ASIDE = "a word to somebody else"
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.35, 0.9


def false_stops(backend: object, speech: sounds.Speech, each: int) -> list[str]:
    """Rows per kind of false alarm."""
    rng = random.Random(20261122)
    kinds: dict[str, Callable[[], Sound]] = {
        "backchannel": lambda: speech.pick(rng.choice(sounds.MURMURS), rng),
        "cough": lambda: sounds.cough(rng),
        ASIDE: lambda: speech.pick(rng.choice(sounds.ASIDES), rng),
        "echo of our voice": lambda: sounds.echo(speech, rng),
        "line noise": lambda: sounds.line_noise(rng),
    }
    lines = [
        "| bot speaking | n | paused | stopped for good | pauses a minute |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    back: dict[bool, list[float]] = {True: [], False: []}
    wrong = total = 0
    for name, make in kinds.items():
        stops = pauses = 0
        seconds = 0.0
        for _ in range(each):
            sound = np.concatenate((sounds.silence(0.5), make(), sounds.silence(2.0)))
            seconds += len(sound) / RATE
            outcome = Simulation(backend, new_policy(OPEN, bot_speaks=True)).run(sound)  # type: ignore[arg-type]
            stops += bool(outcome.times("stop"))
            pauses += len(outcome.times("pause"))
            if outcome.times("pause") and outcome.times("resume"):
                silent = outcome.times("resume")[0] - outcome.times("pause")[0]
                back[name == ASIDE].append(1000 * (silent + TIMING.vad_start + TIMING.pause_after))
        lines.append(f"| {name} | {each} | {pauses} | {stops} | {60 * pauses / seconds:.1f} |")
        if name != ASIDE:
            wrong, total = wrong + stops, total + each
    low, high = interval(wrong, total)
    lines.append(
        f"\nfalse stops: {wrong} of {total} = {100 * wrong / total:.1f} % [{100 * low:.1f}, {100 * high:.1f}]\n"
    )
    lines += ["| after a false alarm | n | p50 ms | p95 ms | max ms |", "| --- | ---: | ---: | ---: | ---: |"]
    lines.append(row("voice is back, from the first sound of the alarm", back[False]))
    return [*lines, row("the same after a word to somebody else, which may be a long sentence", back[True])]


def wishes(backend: object, speech: sounds.Speech, count: int) -> list[str]:
    """Wishes spoken over the bot: each has to stop it."""
    rng = random.Random(20261123)
    stopped = back_first = 0
    for number in range(count):
        said = speech.pick(sounds.WISHES[number % len(sounds.WISHES)], rng)
        sound = np.concatenate((sounds.silence(0.5), said, sounds.silence(2.5)))
        outcome = Simulation(backend, new_policy(OPEN, bot_speaks=True)).run(sound)  # type: ignore[arg-type]
        stops, resumptions = outcome.times("stop"), outcome.times("resume")
        stopped += bool(stops)
        back_first += bool(stops and resumptions and resumptions[0] < stops[0])
    lines = [
        "| wishes over the bot | n | stopped it | the voice had come back before |",
        "| --- | ---: | ---: | ---: |",
    ]
    return [*lines, f"| | {count} | {stopped} | {back_first} |"]


def cut_offs(backend: object, speech: sounds.Speech, each: int) -> list[str]:
    """Rows per kind of pausing caller."""
    rng = random.Random(20261123)
    lines = ["| caller pauses 0.35 to 0.9 s | n | cut off |", "| --- | ---: | ---: |"]
    wrong = total = 0
    plans: Sequence[tuple[str, Sequence[tuple[str, ...]], Expectation]] = (
        ("between groups of digits", sounds.GROUPS, NUMBER),
        ("trailing off", sounds.TRAILING, OPEN),
    )
    for name, texts, expect in plans:
        cut = 0
        for _ in range(each):
            parts = [speech.pick(text, rng) for text in rng.choice(texts)]
            sound = sounds.silence(0.5)
            for part in parts[:-1]:
                pause = sounds.silence(rng.uniform(SHORTEST_PAUSE_S, LONGEST_PAUSE_S))
                sound = np.concatenate((sound, part, pause))
            goes_on = len(sound) / RATE
            outcome = Simulation(backend, new_policy(expect, bot_speaks=False)).run(  # type: ignore[arg-type]
                np.concatenate((sound, parts[-1], sounds.silence(2.0)))
            )
            cut += any(at < goes_on for at in outcome.times("end_turn"))
        lines.append(f"| {name} | {each} | {cut} |")
        wrong, total = wrong + cut, total + each
    low, high = interval(wrong, total)
    lines.append(f"\ncut-offs: {wrong} of {total} = {100 * wrong / total:.1f} % [{100 * low:.1f}, {100 * high:.1f}]")
    return lines


async def run(each: int) -> str:
    """Measure and return the tables."""
    speech = sounds.Speech()
    texts = [*sounds.MURMURS, *sounds.ASIDES, *sounds.WISHES, sounds.OURS]
    texts += [part for parts in (*sounds.TRAILING, *sounds.GROUPS) for part in parts]
    await speech.make(tuple(texts))
    backend = load_onnx(MODEL, "int8")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    parts = [
        *false_stops(backend, speech, each),
        "",
        *wishes(backend, speech, each),
        "",
        *cut_offs(backend, speech, 5 * each // 2),
    ]
    return "\n".join([f"virtual time, embedded recogniser, six embedded voices; load average {load}", "", *parts])


def main() -> None:
    """Run with the given size and keep the tables under ``out/bench``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=130, help="false alarms of each of five kinds")
    each = parser.parse_args().each
    logger.disable("pipecat")  # one line for each of a thousand simulated callers
    tables = asyncio.run(run(each))
    out = Path("out/bench")
    out.mkdir(parents=True, exist_ok=True)
    (out / "turns.md").write_text(tables + "\n", encoding="utf-8")
    print(tables)


if __name__ == "__main__":
    main()
