"""The recogniser against its goals, with plain ``funasr.AutoModel`` beside it: ``python -m bench.asr.load``.

The same recordings and the same weights in one run: first every number of streams through the recogniser
process (:mod:`bench.asr.streams`), then the recordings one after the other through ``AutoModel.generate`` with
one thread. CPU is user and system time of the process that recognises.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from asr.client import Client
from asr.recipe.hearing import by_funasr
from asr.recipe.measure import ROWS, Case, make_cases
from asr.recipe.synth import Synthesiser
from asr.recipe.text import load_grammar
from asr.supervisor import Supervisor
from bench.asr.chart import line_chart
from bench.asr.streams import MODEL, Load, load

GOAL_CPU, GOAL_SHARE, GOAL_FINAL_MS, GOAL_READY_S = 0.006, 1 / 3, 60.0, 2.0
GOAL_STREAMS = 50
CHUNK = (0, 10, 5)


async def start_up(model: Path) -> float:
    """Seconds from starting the process to the first open stream."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        supervisor = Supervisor(Path(folder) / "asr.sock", str(model))
        await supervisor.start()
        async with Client(Path(folder) / "asr.sock") as client:
            await client.open_stream(8000, lambda _: None)
            seconds = time.perf_counter() - began
        await supervisor.stop()
    return seconds


def auto_model_cpu(model: Path, cases: Sequence[Case]) -> float:
    """Core-seconds per second of sound of plain ``AutoModel`` in this process, one thread, after a warm-up."""
    hear = by_funasr(model, CHUNK)
    hear([cases[0].sound])
    before = time.process_time()
    hear([case.sound for case in cases])
    return (time.process_time() - before) / sum(len(case.sound) / 8000 for case in cases)


def report(ready_s: float, loads: Sequence[Load], yardstick: float | None) -> bool:
    """Print the table and the goals; whether all goals that were measured are met."""
    print(f"ready after {ready_s:.2f} s")
    print("streams  core-s/s  first text p50/p95 ms  final p50/p95 ms  late steps")
    for one in loads:
        print(
            f"{one.streams:7} {one.cpu:9.4f} {one.first_p50:12.0f} /{one.first_p95:6.0f}"
            f" {one.final_p50:12.0f} /{one.final_p95:5.0f} {one.late:9}"
        )
    goals = [(f"ready <= {GOAL_READY_S} s", ready_s <= GOAL_READY_S)]
    for one in loads:
        if one.streams == GOAL_STREAMS:
            goals.append((f"{GOAL_STREAMS} streams: cpu <= {GOAL_CPU}", one.cpu <= GOAL_CPU))
            goals.append(
                (f"{GOAL_STREAMS} streams: final p95 <= {GOAL_FINAL_MS:.0f} ms", one.final_p95 <= GOAL_FINAL_MS)
            )
            if yardstick is not None:
                share = one.cpu / yardstick
                print(f"plain AutoModel: {yardstick:.4f} core-s/s; the recogniser takes {share:.2f} of it")
                goals.append((f"{GOAL_STREAMS} streams: at most 1/3 of AutoModel", share <= GOAL_SHARE))
    for text, met in goals:
        print(f"{'met   ' if met else 'MISSED'}  {text}")
    return all(met for _, met in goals)


def plots(out: Path, loads: Sequence[Load]) -> None:
    """Save ``load_cpu.png`` and ``load_latency.png``."""
    line_chart(
        out / "load_cpu.png",
        "core-seconds per second of sound against streams (dashed: goal)",
        {"recogniser": [(one.streams, one.cpu) for one in loads]},
        GOAL_CPU,
    )
    line_chart(
        out / "load_latency.png",
        "ms against streams (dashed: goal of the final)",
        {
            "final p50": [(one.streams, one.final_p50) for one in loads],
            "final p95": [(one.streams, one.final_p95) for one in loads],
            "first text p50": [(one.streams, one.first_p50) for one in loads],
        },
        GOAL_FINAL_MS,
    )


def main() -> int:
    """Measure, print, write ``load.json`` and charts; exit status 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--out", type=Path, default=Path("out/bench/asr"))
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 5, 10, 25, 50, 100, 200])
    parser.add_argument("--sentences", type=int, default=200)
    options = parser.parse_args()
    grammar, _ = load_grammar()
    cases = make_cases(ROWS[1], grammar, options.sentences, Synthesiser())
    clips = [np.round(case.sound * 32767).astype("<i2").tobytes() for case in cases]
    ready_s = asyncio.run(start_up(options.model))
    loads = [asyncio.run(load(options.model, count, clips)) for count in options.streams]
    has_funasr = importlib.util.find_spec("funasr") is not None
    yardstick = auto_model_cpu(options.model, cases) if has_funasr else None
    met = report(ready_s, loads, yardstick)
    options.out.mkdir(parents=True, exist_ok=True)
    figures = {
        "ready_s": ready_s,
        "auto_model_cpu": yardstick,
        "streams": [{name: getattr(one, name) for name in Load.__dataclass_fields__} for one in loads],
    }
    plots(options.out, loads)
    (options.out / "load.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
