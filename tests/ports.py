"""RTP ports for tests that run side by side: the stack lets two processes bind one port, and both then lose sound."""

from __future__ import annotations

import os

_FIRST, _SIZE, _PLACES = 10000, 200, 32


def rtp_range(place: int) -> tuple[int, int]:
    """First and last port of one of this worker's 32 places, below the ports that the system hands out."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    low = _FIRST + _SIZE * (worker % 3 * _PLACES + place % _PLACES)
    return low, low + _SIZE - 1
