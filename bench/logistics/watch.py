"""How the benchmarks of this room measure: wall and CPU time side by side, with the machine's load."""

from __future__ import annotations

import os
import time


def quantile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def load() -> str:
    """Return the load average of the last minute beside the cores that share it."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


class Watch:
    """Wall and CPU time of a measurement; on a shared machine only the second says what the code costs.

    ``took`` is in seconds per look-up, ``cost`` in seconds of this process's CPU per look-up (only meaningful where
    look-ups follow one another).
    """

    def __init__(self) -> None:
        self.took: list[float] = []
        self.cost: list[float] = []
        self._wall = time.perf_counter()
        self._cpu = time.process_time()

    def report(self, name: str) -> None:
        """Print one line of figures."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        n = len(self.took)
        p50, p99 = quantile(self.took, 0.5) * 1e3, quantile(self.took, 0.99) * 1e3
        rates = f"{n / wall:.0f}/s, {n / cpu:.0f} per second of CPU"
        line = f"{name}: n={n} {rates}, p50={p50:.2f} ms p99={p99:.2f} ms"
        if self.cost:
            line += f", CPU p50={quantile(self.cost, 0.5) * 1e3:.2f} ms p99={quantile(self.cost, 0.99) * 1e3:.2f} ms"
        print(f"{line} ({load()})", flush=True)
