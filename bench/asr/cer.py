"""Character error rates of the embedded model: `python -m bench.asr.cer`.

Voices, sentences and channels the model was never trained on, at least 300 recordings a row with 95 % bootstrap
intervals; the same weights without the language model and through plain ``funasr.AutoModel`` in the same run (when
the ``funasr`` extra is installed). Writes CSV, a Markdown table and charts (PNG).
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
from asr.recipe.measure import GRID, NOISES, ROWS, SNRS, Case, Hear, Row, Score, make_cases, score
from asr.recipe.synth import Synthesiser
from asr.recipe.text import load_grammar
from bench.asr.chart import bar_chart, line_chart

MODEL = Path(__file__).resolve().parents[2] / "asr" / "model"
OWN = "onnx int8"
WINDOWS = {"[5,6,3]": (5, 6, 3), "[5,10,5]": (5, 10, 5), "[10,8,4]": (10, 8, 4), "whole": (0, 400, 0)}
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
    engine, plain = by_engine(options.model), by_engine(options.model, language=False)
    lines: list[Line] = []
    for number, row in enumerate(ROWS + (() if options.quick else GRID)):
        if options.rows not in row.name:
            continue
        cases = make_cases(row, grammar, options.count, voice)
        lines.append(measure(OWN, engine, row, cases))
        if number in COMPARED and not options.quick:
            lines.append(measure(f"{OWN}, no language model", plain, row, cases))
            lines.extend(compare(options.model, row, cases))
    write(options.out, lines)
    return 0


def compare(model: Path, row: Row, cases: Sequence[Case]) -> list[Line]:
    """Other window shapes, and the same weights through AutoModel (which has no language model)."""
    lines = [measure(f"{OWN} {name}", by_engine(model, *sizes), row, cases) for name, sizes in WINDOWS.items()]
    if importlib.util.find_spec("funasr"):
        for chunk in ((0, 8, 4), (0, 10, 5)):
            name = f"AutoModel {list(chunk)}"
            lines.append(measure(name, by_funasr(model, chunk), row, cases))
    return lines


def write(out: Path, lines: Sequence[Line]) -> None:
    """Save ``cer.csv``, ``cer.md``, ``cer.png`` and ``cer_snr.png``."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "cer.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["backend", "row", "cer", "low", "high", "syllables", "whole", "n", "cpu"])
        for line in lines:
            s = line.score
            values = (s.cer, s.low, s.high, s.syllables, s.whole)
            writer.writerow([line.backend, line.row, *(f"{v:.2f}" for v in values), s.n, f"{line.cpu:.4f}"])
    (out / "cer.md").write_text(table(lines), encoding="utf-8")
    own = {line.row: line.score for line in lines if line.backend == OWN}
    bars = [(row.name, own[row.name]) for row in ROWS if row.name in own]
    bar_chart(out / "cer.png", "CER %", [(name, s.cer, s.low, s.high) for name, s in bars])
    curves: dict[str, list[tuple[float, float]]] = {
        noise: [(snr, own[name].cer) for snr in SNRS if (name := f"known, {noise} {snr:.0f} dB") in own]
        for noise in NOISES
    }
    line_chart(out / "cer_snr.png", "CER % against speech over noise in dB", curves)
    print(f"written to {out}")


if __name__ == "__main__":
    sys.exit(main())
