"""3,000 hand-overs with random people in virtual time: none may end in silence or lose its caller."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

from bench.handover.virtual_time import run_virtual
from bench.handover.world import World


def main() -> int:
    """Run and print; exit 1 when a law was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transfers", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    broken, done, began = [], 0, time.perf_counter()
    for run in range(options.runs):
        away = 60.0 if run == options.runs - 1 else 0.0
        world = World(options.seed + run, away_every_s=away)
        tally = run_virtual(world.run(options.transfers // options.runs, progress=_progress(run + 1, began)))
        broken += tally.broken
        done += tally.transfers
        waits = statistics.quantiles(tally.seconds_to_person, n=20)
        print(f"run {run + 1}{' (Redis away once a minute)' if away else ''}: {tally.transfers} transfers")
        print("  ends: " + ", ".join(f"{name} {count}" for name, count in tally.ends.most_common()))
        print("  attempts: " + ", ".join(f"{name} {count}" for name, count in tally.attempts.most_common()))
        print(f"  time to a person: median {waits[9]:.1f} s, p95 {waits[18]:.1f} s")
    print(f"silence or lost callers: {len(broken)} of {done}, in {time.perf_counter() - began:.1f} s")
    for line in broken[:20]:
        print("  " + line)
    return 1 if broken else 0


def _progress(run: int, began: float) -> Callable[[int], None]:
    """Print every hundredth caller: a run takes minutes."""

    def tell(begun: int) -> None:
        if begun % 100 == 0:
            print(f"  run {run}: {begun} callers after {time.perf_counter() - began:.0f} s", flush=True)

    return tell


if __name__ == "__main__":
    sys.exit(main())
