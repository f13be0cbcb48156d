"""``python -m bench.handover.stopper PID SEED``: stops a process for 0.2 to 1.8 s again and again, until it is gone."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
import time


def main() -> None:
    """Stop and go."""
    process, dice, parent = int(sys.argv[1]), random.Random(int(sys.argv[2])), os.getppid()
    with contextlib.suppress(ProcessLookupError):
        while os.getppid() == parent:
            time.sleep(dice.uniform(0.5, 2.5))
            os.kill(process, signal.SIGSTOP)
            time.sleep(dice.uniform(0.2, 1.8))
            os.kill(process, signal.SIGCONT)


if __name__ == "__main__":
    main()
