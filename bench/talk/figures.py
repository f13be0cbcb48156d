"""Tables and the plot of ``bench-talk``."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bench.talk.mix import Measured
from ledger import Ledger

KINDS = {"complete or yes/no": ("complete", "yes_no"), "open": ("open",), "whole mix": ("complete", "yes_no", "open")}
STAGES = ("vad", "recogniser", "endpoint", "dialogue", "voice")
COLOURS = {"hotline": "#3f9e6b", "tuned": "#5b8def", "stock": "#d9604c"}
_WIDTH, _HEIGHT, _MARGIN, _LONGEST_MS = 900, 420, 60, 4000


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which a share of all lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def row(name: str, values: Sequence[float]) -> str:
    """One row of a table: n, p50, p95, max."""
    if not values:
        return f"| {name} | 0 | - | - | - |"
    middle, late = statistics.median(values), percentile(values, 0.95)
    return f"| {name} | {len(values)} | {middle:.0f} | {late:.0f} | {max(values):.0f} |"


def gaps(lines: Sequence[Measured], kinds: Sequence[str]) -> list[int]:
    """Gaps of the answered lines of some kinds."""
    return [line.gap_ms for line in lines if line.gap_ms is not None and line.kind in kinds]


def table_of(results: Mapping[str, Sequence[Measured]], kinds: Mapping[str, Sequence[str]]) -> list[str]:
    """Response gaps by system and kind of line."""
    table = ["| response gap | n | p50 ms | p95 ms | max ms |", "| --- | ---: | ---: | ---: | ---: |"]
    for system, lines in results.items():
        table += [row(f"{system}: {name}", gaps(lines, wanted)) for name, wanted in kinds.items()]
        missing = sum(line.gap_ms is None for line in lines)
        table.append(f"| {system}: without an answer | {missing} of {len(lines)} | | | |")
    return table


def share(results: Mapping[str, Sequence[Measured]]) -> list[str]:
    """The hotline's gaps as a share of every peer's, at p50 and p95."""
    kinds = KINDS["whole mix"]
    ours = gaps(results.get("hotline", ()), kinds)
    found = []
    for system in ("tuned", "stock"):
        theirs = gaps(results.get(system, ()), kinds)
        if ours and theirs:
            middle = statistics.median(ours) / statistics.median(theirs)
            late = percentile(ours, 0.95) / percentile(theirs, 0.95)
            found.append(f"hotline / {system}: {middle:.2f} at p50, {late:.2f} at p95")
    return found


@dataclass
class Split:
    """Milliseconds of every answered turn by stage; ``line`` is what the caller's socket adds."""

    stages: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lines: list[tuple[Measured, dict[str, float]]] = field(default_factory=list)

    def table(self) -> list[str]:
        """Rows per stage."""
        names = (*STAGES, "line")
        head = ["| hotline, per turn | n | p50 ms | p95 ms | max ms |", "| --- | ---: | ---: | ---: | ---: |"]
        return head + [row(name, self.stages.get(name, [])) for name in names]

    def slowest(self, count: int = 6) -> list[str]:
        """The lines that waited longest, with the stage that took most of it; one the bot did not notice has none."""
        found = sorted(self.lines, key=lambda pair: -(pair[0].gap_ms or 0))[:count]
        head = ["| slowest lines | voice | ms | mostly |", "| --- | --- | ---: | --- |"]
        for line, stages in found:
            stage = max(stages, key=lambda name: stages[name], default="not noticed, asked again")
            head.append(f"| {line.say} | {line.voice} | {line.gap_ms} | {stage} {stages.get(stage, 0):.0f} |")
        return head


async def split_of(ledger_url: str, lines: Sequence[Measured]) -> Split:
    """Join every line with the stages that the hotline wrote about its answer."""
    split = Split()
    ledger = Ledger(ledger_url, writer="bench")
    await ledger.start()
    try:
        answers: dict[str, list[dict[str, float]]] = {}
        for started in await ledger.recent(["call.started"], limit=500):
            events = await ledger.read(started.event.call_id)
            marks = [stored.event.data for stored in events if stored.event.type == "vad"]
            found = [data["ms"] for data in marks if data.get("what") == "answer"]
            answers[str(started.event.data.get("sip_call_id"))] = found  # type: ignore[assignment]  # JSON
    finally:
        await ledger.close()
    for line in lines:
        of_call = answers.get(line.sip_call_id, [])
        if line.gap_ms is None or line.turn >= len(of_call):
            split.lines.append((line, {}))
            continue
        split.lines.append((line, of_call[line.turn]))
        for stage in STAGES:
            split.stages[stage].append(of_call[line.turn][stage])
        split.stages["line"].append(line.gap_ms - sum(of_call[line.turn].values()))
    return split


def draw(path: Path, results: Mapping[str, Sequence[Measured]]) -> None:
    """Cumulative share of answers over the gap, a curve per system."""
    image = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    right, bottom, top = _WIDTH - 120, _HEIGHT - _MARGIN, 40
    pen.text((_MARGIN, 12), "share of lines answered within so many milliseconds", "black", font)
    pen.line((_MARGIN, top, _MARGIN, bottom, right, bottom), "#1b2a49", 1)
    for ms in range(0, _LONGEST_MS + 1, 500):
        x = _MARGIN + (right - _MARGIN) * ms / _LONGEST_MS
        pen.text((x, bottom + 8), str(ms), "black", font, anchor="mt")
    for number, (system, lines) in enumerate(results.items()):
        values = sorted(gaps(lines, KINDS["whole mix"]))
        wide, high = (right - _MARGIN) / _LONGEST_MS, (bottom - top) / max(1, len(lines))
        points = [(_MARGIN + wide * min(value, _LONGEST_MS), bottom - high * n) for n, value in enumerate(values, 1)]
        if len(points) > 1:
            pen.line(points, COLOURS[system], 2)
        pen.text((right + 10, top + 22 * number), system, COLOURS[system], font)
    image.save(path)
