"""All benchmarks of the parcels' room, one after the other, each in a process of its own.

.venv/bin/python -m bench.logistics [--rows 1000000] [--url postgresql://...]
"""

from __future__ import annotations

import argparse
import subprocess
import sys


def main() -> None:
    """Run all; the exit status is 1 when one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="size of the order table")
    parser.add_argument("--url", default="", help="a PostgreSQL database for the table and the openings, too")
    options = parser.parse_args()
    rows = ["--rows", str(options.rows)]
    benches = [
        ["lookups"],
        ["carrier_clients"],
        ["slow_carrier"],
        ["openings"],
        ["identified"],
        ["order_table", *rows],
    ]
    if options.url:
        benches += [["openings", "--url", options.url], ["order_table", *rows, "--url", options.url]]
    failed = False
    for name, *more in benches:
        print(f"# {name} {' '.join(more)}".rstrip(), flush=True)
        done = subprocess.run([sys.executable, "-m", f"bench.logistics.{name}", *more], check=False)
        failed = failed or done.returncode != 0
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
