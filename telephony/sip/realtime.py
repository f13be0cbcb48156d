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
        self._seen: dict[int, int] = {}

    @property
    def enabled(self) -> bool:
        """False after a refusal, or where the platform has no SCHED_RR."""
        return self._enabled

    def promote(self) -> int:
        """Promote media threads that appeared since the last call; returns how many."""
        if not self._enabled:
            return 0
        return sum(self._set_priority(thread_id) for thread_id in self._new_media_threads())

    def _new_media_threads(self) -> list[int]:
        """Each thread's name is read twice at most: a new one may not have taken its name yet."""
        alive = {int(task.name) for task in Path("/proc/self/task").iterdir()}
        self._seen = {thread_id: looks for thread_id, looks in self._seen.items() if thread_id in alive}
        sip = {t.native_id for t in threading.enumerate() if t.name == SIP_THREAD}
        found = []
        for thread_id in alive:
            looks = self._seen.get(thread_id, 0)
            if looks >= 2:
                continue
            wanted = thread_id in sip or _name(thread_id) in MEDIA_THREADS
            self._seen[thread_id] = 2 if wanted else looks + 1
            if wanted:
                found.append(thread_id)
        return found

    def _set_priority(self, thread_id: int) -> bool:
        if not self._enabled:
            return False
        try:
            os.sched_setscheduler(thread_id, os.SCHED_RR, os.sched_param(_PRIORITY))
        except ProcessLookupError:
            return False
        except PermissionError:
            self._enabled = False
            logger.warning("media threads run without real-time priority; grant CAP_SYS_NICE to the process")
            return False
        return True


def _name(thread_id: int) -> str:
    try:
        return Path(f"/proc/self/task/{thread_id}/comm").read_text(encoding="utf-8").strip()
    except OSError:  # the thread ended while we looked
        return ""
