"""Character error rates of the embedded model: `python -m bench.asr.cer`.

Voices, sentences and channels the model was never trained on, at least 300 recordings a row with 95 % bootstrap
intervals; the same weights through plain ``funasr.AutoModel`` in the same run as the yardstick (when the
``funasr`` extra is installed). Writes CSV, a Markdown table and a bar chart (PNG).
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from asr.recipe import channel
from asr.recipe.hearing import by_engine, by_funasr
from asr.recipe.measure import ROWS, Case, Hear, Row, Score, make_cases, no_speech, score
from asr.recipe.synth import Synthesiser
from asr.recipe.text import load_grammar
from bench.asr.chart import bar_chart

MODEL = Path(__file__).resolve().parents[2] / "asr" / "model"
WINDOWS = {"[10,6,3]": (10, 6, 3), "[10,10,5]": (10, 10, 5), "[5,10,5]": (5, 10, 5)}
"""Window shapes tried: frames of context, new frames, look-ahead among them (60 ms each)."""
COMPARED = (1, 3, 4)
"""Rows the windows and the yardstick are compared on: known and held-out sentences, numbers."""


@dataclass(frozen=True)
class Line:
    """One measured line of the table."""

    backend: str
    row: str
    score: Score
    cpu: float
    """Core-seconds per second of sound, features included."""


def measure(name: str, hear: Hear, row: Row, cases: Sequence[Case]) -> Line:
    """Recognise the cases of one row and score them."""
    began = time.process_time()
    heard = hear([case.sound for case in cases])
    seconds = sum(len(case.sound) for case in cases) / channel.RATE
    cpu = (time.process_time() - began) / seconds
    numbers = row.sentences in ("numbers", "waybill14")
    line = Line(name, row.name, score(cases, heard, fold=numbers), cpu)
    print(as_text(line), flush=True)
    return line


def as_text(line: Line) -> str:
    """One line for the terminal."""
    s = line.score
    return (
        f"{line.backend:24} {line.row:40} CER {s.cer:5.1f} % [{s.low:4.1f}, {s.high:4.1f}]  "
        f"syllables {s.syllables:5.1f} %  whole {s.whole:5.1f} %  n {s.n}  cpu/s {line.cpu:.4f}"
    )


def false_words(hear: Hear, minutes: float) -> list[tuple[str, float]]:
    """Characters heard per minute in sound without speech."""
    out = []
    for kind in ("white", "hum", "music", "street"):
        texts = hear(no_speech(kind, minutes, -45.0))
        out.append((kind, sum(map(len, texts)) / minutes))
        print(f"no speech, {kind}: {out[-1][1]:.2f} characters per minute ({minutes:g} min)", flush=True)
    return out


def table(lines: Sequence[Line]) -> str:
    """The lines as Markdown."""
    head = "| backend | test set | CER % (95 %) | syllables % | whole % | n | core-s per s |\n" + "|---" * 7 + "|\n"
    rows = (
        f"| {line.backend} | {line.row} | {line.score.cer:.1f} ({line.score.low:.1f} to {line.score.high:.1f}) "
        f"| {line.score.syllables:.1f} | {line.score.whole:.1f} | {line.score.n} | {line.cpu:.4f} |\n"
        for line in lines
    )
    return head + "".join(rows)


def main() -> int:
    """Measure and write the results; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--out", type=Path, default=Path("out/bench/asr"))
    parser.add_argument("--count", type=int, default=324, help="recordings a row")
    parser.add_argument("--rows", default="", help="only rows whose name holds this")
    parser.add_argument("--quick", action="store_true", help="the engine's own window only")
    options = parser.parse_args()
    grammar, _ = load_grammar()
    voice = Synthesiser()
    engine = by_engine(options.model)
    lines: list[Line] = []
    for number, row in enumerate(ROWS):
        if options.rows not in row.name:
            continue
        cases = make_cases(row, grammar, options.count, voice)
        lines.append(measure("onnx int8", engine, row, cases))
        if number in COMPARED and not options.quick:
            lines.extend(compare(options.model, row, cases))
    silent = false_words(engine, 2.0)
    write(options.out, lines, silent)
    return 0


def compare(model: Path, row: Row, cases: Sequence[Case]) -> list[Line]:
    """Other window shapes, and the same weights through AutoModel."""
    lines = [measure(f"onnx int8 {name}", by_engine(model, *sizes), row, cases) for name, sizes in WINDOWS.items()]
    if importlib.util.find_spec("funasr"):
        for chunk in ((0, 6, 3), (0, 10, 5)):
            name = f"AutoModel {list(chunk)}"
            lines.append(measure(name, by_funasr(model, chunk), row, cases))
    return lines


def write(out: Path, lines: Sequence[Line], silent: Sequence[tuple[str, float]]) -> None:
    """Save ``cer.csv``, ``cer.md`` and ``cer.png``."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "cer.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["backend", "row", "cer", "low", "high", "syllables", "whole", "n", "cpu"])
        for line in lines:
            s = line.score
            values = (s.cer, s.low, s.high, s.syllables, s.whole)
            writer.writerow([line.backend, line.row, *(f"{v:.2f}" for v in values), s.n, f"{line.cpu:.4f}"])
    noise = "".join(f"| {kind} | {rate:.2f} |\n" for kind, rate in silent)
    text = f"{table(lines)}\n| sound without speech | characters per minute |\n|---|---|\n{noise}"
    (out / "cer.md").write_text(text, encoding="utf-8")
    own = [line for line in lines if line.backend == "onnx int8"]
    bar_chart(out / "cer.png", "CER %", [(x.row, x.score.cer, x.score.low, x.score.high) for x in own])
    print(f"written to {out}")


if __name__ == "__main__":
    sys.exit(main())
