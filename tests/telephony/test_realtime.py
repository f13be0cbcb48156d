import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from telephony.sip.realtime import RealtimePromoter

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="SCHED_RR on native threads is a Linux matter")


@contextmanager
def native_thread(name: bytes) -> Iterator[int]:
    """A thread that carries a name the way the SIP stack's C threads do."""
    named, stop = threading.Event(), threading.Event()

    def run() -> None:
        ctypes.CDLL(None).prctl(15, name, 0, 0, 0)
        named.set()
        stop.wait()

    thread = threading.Thread(target=run)
    thread.start()
    named.wait()
    assert thread.native_id is not None
    yield thread.native_id
    stop.set()
    thread.join()


def may_use_realtime() -> bool:
    with native_thread(b"probe") as thread_id:
        try:
            os.sched_setscheduler(thread_id, os.SCHED_RR, os.sched_param(1))
        except PermissionError:
            return False
        return True


@pytest.mark.skipif(sys.platform == "linux" and not may_use_realtime(), reason="needs CAP_SYS_NICE")
def test_media_threads_alone_are_promoted_and_only_once() -> None:
    promoter = RealtimePromoter()
    with native_thread(b"aumem_src") as media, native_thread(b"other") as other:
        assert promoter.promote() == 1
        assert os.sched_getscheduler(media) == os.SCHED_RR
        assert os.sched_getscheduler(other) == os.SCHED_OTHER
        assert promoter.promote() == 0
        with native_thread(b"Audio TX") as late:
            assert promoter.promote() == 1
            assert os.sched_getscheduler(late) == os.SCHED_RR


def test_without_permission_it_says_so_once_and_stops(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_arguments: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    promoter = RealtimePromoter()
    with native_thread(b"aumem_src"), native_thread(b"aumem_play"):
        assert promoter.promote() == 0
        assert promoter.promote() == 0
    assert not promoter.enabled
    assert len(caplog.records) == 1


def test_it_can_be_switched_off() -> None:
    with native_thread(b"aumem_src"):
        assert RealtimePromoter(enabled=False).promote() == 0
