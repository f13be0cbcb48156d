"""Real-time priority for the stack's media threads.

Under CPU pressure frames pile up between the stack's two audio threads and stay as delay for the rest of the call.
SCHED_RR on the native threads alone prevents it; on the whole process Python would starve its neighbours.
"""

import logging
import os
import sys
import threading
from pathlib import Path

logger = logging.getLogger(__name__)

MEDIA_THREADS = frozenset({"aumem_src", "aumem_play", "Audio TX"})
SIP_THREAD = "baresip-re"
_PRIORITY = 10


class RealtimePromoter:
    """Promotes native threads once each; switches itself off when the system does not permit it."""

    def __init__(self, enabled: bool = True) -> None:
        self._enabled = enabled and sys.platform == "linux"
        self._done: set[int] = set()

    @property
    def enabled(self) -> bool:
        """False after a refusal, or where the platform has no SCHED_RR."""
        return self._enabled

    def promote(self) -> int:
        """Promote media threads that appeared since the last call; returns how many."""
        if not self._enabled:
            return 0
        wanted = _media_thread_ids() | _sip_thread_ids()
        fresh = wanted - self._done
        self._done = wanted
        promoted = 0
        for thread_id in fresh:
            try:
                os.sched_setscheduler(thread_id, os.SCHED_RR, os.sched_param(_PRIORITY))
                promoted += 1
            except ProcessLookupError:
                continue
            except PermissionError:
                self._enabled = False
                logger.warning("media threads run without real-time priority; grant CAP_SYS_NICE to the process")
                return promoted
        return promoted


def _media_thread_ids() -> set[int]:
    found = set()
    for task in Path("/proc/self/task").iterdir():
        try:
            name = (task / "comm").read_text(encoding="utf-8").strip()
        except OSError:  # the thread ended while we looked
            continue
        if name in MEDIA_THREADS:
            found.add(int(task.name))
    return found


def _sip_thread_ids() -> set[int]:
    return {t.native_id for t in threading.enumerate() if t.name == SIP_THREAD and t.native_id is not None}
