"""What a run over real sound has found so far; kept in a file, so that a run that was stopped goes on where it was."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Findings:
    """Counts over all hand-overs; ``done`` names those that are over, ``seconds`` is the time they took together."""

    done: list[int] = field(default_factory=list)
    ends: dict[str, int] = field(default_factory=Counter)
    attempts: dict[str, int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    opened_ms: list[float] = field(default_factory=list)
    heard_caller: int = 0
    seconds: float = 0.0

    @classmethod
    def load(cls, file: Path | None) -> Findings:
        """Read what an earlier run left; empty when there is none."""
        if file is None or not file.exists():
            return cls()
        found = cls(**json.loads(file.read_text("utf-8")))
        found.ends, found.attempts = Counter(found.ends), Counter(found.attempts)
        return found

    def over(self, number: int, began: float, file: Path | None) -> None:
        """One more hand-over is over: keep it, and say so every tenth time."""
        self.done.append(number)
        if file is not None:
            whole = vars(self) | {"seconds": self.seconds + time.monotonic() - began}
            part = file.with_suffix(".part")
            part.write_text(json.dumps(whole, ensure_ascii=False), "utf-8")
            part.replace(file)
        if len(self.done) % 10 == 0:
            took = time.monotonic() - began
            load = os.getloadavg()[0]
            print(
                f"  {len(self.done)} hand-overs, {len(self.broken)} broken, {took:.0f} s, load {load:.1f}", flush=True
            )

    def report(self) -> None:
        """Print everything."""
        print(f"{len(self.done)} hand-overs over real sound in {self.seconds:.0f} s, load {os.getloadavg()[0]:.1f}")
        for name, counts in (("ends", self.ends), ("attempts", self.attempts)):
            print(f"  {name}: " + ", ".join(f"{what} {count}" for what, count in Counter(counts).most_common()))
        if len(self.opened_ms) > 1:
            p95 = statistics.quantiles(self.opened_ms, n=20)[18]
            print("  gates open -> agent heard at the caller's socket (looked at every 100 ms, over the last 200 ms):")
            middle, heard = statistics.median(self.opened_ms), f"the caller was heard by {self.heard_caller} agents"
            print(f"    n {len(self.opened_ms)}, median {middle:.0f} ms, p95 {p95:.0f} ms; {heard}")
        print(f"silence or lost callers: {len(self.broken)}")
        for line in self.broken[:20]:
            print("  " + line)
