"""Recording while the call runs: append-only raw tracks, written by one thread for all calls.

A recording is a folder with ``manifest.json`` and one ``.s16`` file per track (caller, heard, bot, agent). Every track
has the same length: the hub appends 20 ms to each of them per tick, sound or not. Silence is left as holes in sparse
files. Nothing is kept in memory for longer than half a second, so a killed process leaves everything up to its last
second; :mod:`telephony.recording_export` turns such a folder into sound files at any time.
"""

import asyncio
import concurrent.futures
import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from telephony.ports import TelephonyError

logger = logging.getLogger(__name__)

TRACKS = ("caller", "heard", "bot", "agent")
FLUSH_S = 0.5
MANIFEST = "manifest.json"
_FRAME_S = 0.02
_MEMORY_LIMIT_S = 30


class RecordingFailed(TelephonyError):  # noqa: N818 - an outcome, in the words of the field
    """The recording could not be written; the call itself goes on."""


class _Track:
    """One file's pending sound and how much of it is real."""

    def __init__(self, path: Path) -> None:
        self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
        self.pending = bytearray()
        self.sounding = False


class Recording:
    """One call's recording; made by :meth:`Recorder.start`, fed by the hub (a :class:`telephony.hub.TrackSink`)."""

    def __init__(
        self,
        folder: Path,
        rate: int,
        details: dict[str, Any],
        on_error: Callable[[RecordingFailed], None] | None,
        wake: Callable[[], None],
    ) -> None:
        self.folder = folder
        self.rate = rate
        self._silence = bytes(int(rate * _FRAME_S) * 2)
        self._details, self._on_error, self._wake = details, on_error, wake
        self._lock = threading.Lock()
        self._tracks = [_Track(folder / f"{name}.s16") for name in TRACKS]
        self._offset = 0
        self._lost = 0
        self._error: RecordingFailed | None = None
        self._reported = False
        self._ending: str | None = None
        self._done: concurrent.futures.Future[Path | None] = concurrent.futures.Future()
        self._write_manifest()

    @property
    def active(self) -> bool:
        """True until :meth:`finish` or :meth:`stop_and_purge`."""
        return self._ending is None

    def append(self, caller: bytes | None, heard: bytes | None, bot: bytes | None, agent: bytes | None) -> None:
        """Add 20 ms to every track; ``None`` is silence. Ignored once the recording ended."""
        if self._ending is not None:
            return
        if self._error is not None and not self._reported:
            self._reported = True
            if self._on_error is not None:
                self._on_error(self._error)
        with self._lock:
            if len(self._tracks[0].pending) >= _MEMORY_LIMIT_S * self.rate * 2:
                self._drop_pending(RecordingFailed("the disk does not keep up; the recording has gaps."))
            for track, frame in zip(self._tracks, (caller, heard, bot, agent), strict=True):
                track.sounding = track.sounding or frame is not None
                track.pending += frame if frame is not None else self._silence

    async def finish(self) -> Path | None:
        """Write what is left and close; returns the folder, or ``None`` when it had been purged."""
        self._end("finish")
        return await asyncio.wrap_future(self._done)

    async def stop_and_purge(self) -> None:
        """Stop at once and delete what was written: the caller refused to be recorded."""
        self._end("purge")
        folder = await asyncio.wrap_future(self._done)
        if folder is not None:  # it had just been finished
            await asyncio.to_thread(shutil.rmtree, folder)

    def write_pending(self) -> bool:
        """Called by the writer thread: write and clear what is pending; True when the recording is over."""
        ending = self._ending
        with self._lock:
            taken = [(t.fd, bytes(t.pending), t.sounding) for t in self._tracks]
            for track in self._tracks:
                track.pending.clear()
                track.sounding = False
        if ending != "purge":
            self._write(taken)
        if ending is None:
            return False
        self._close(purge=ending == "purge")
        return True

    def abandon(self) -> None:
        """Called by the writer thread when this recording cannot be served any more."""
        self._ending = self._ending or "finish"
        if not self._done.done():
            self._done.set_exception(RecordingFailed("the recording ended by an internal error; see the log."))

    def _end(self, how: str) -> None:
        if self._ending is None:
            self._ending = how
            self._wake()

    def _write(self, taken: list[tuple[int, bytes, bool]]) -> None:
        length = len(taken[0][1])
        if not length:
            return
        try:
            for fd, pcm, sounding in taken:
                if sounding:
                    _write_all(fd, pcm, self._offset)
                else:
                    os.ftruncate(fd, self._offset + length)
        except OSError as error:
            self._lost += length
            self._fail(RecordingFailed(f"the recording cannot be written: {error.strerror}; free space on its disk."))
        self._offset += length

    def _drop_pending(self, error: RecordingFailed) -> None:
        length = len(self._tracks[0].pending)
        self._lost += length
        self._offset += length
        for track in self._tracks:
            track.pending.clear()
            track.sounding = False
        self._fail(error)

    def _fail(self, error: RecordingFailed) -> None:
        if self._error is None:
            self._error = error
            logger.error("recording failed", extra={"error": str(error)})

    def _close(self, *, purge: bool) -> None:
        result: Path | None = None
        try:
            for track in self._tracks:
                os.close(track.fd)
            if purge:
                shutil.rmtree(self.folder, ignore_errors=False)
            else:
                self._write_manifest(ended=time.time())
                result = self.folder
        except OSError as error:
            self._done.set_exception(RecordingFailed(f"the recording could not be closed: {error.strerror}."))
            return
        self._done.set_result(result)

    def _write_manifest(self, ended: float | None = None) -> None:
        manifest: dict[str, Any] = {**self._details, "version": 1, "rate": self.rate, "tracks": list(TRACKS)}
        manifest["format"] = "s16le"
        if ended is not None:
            manifest["ended"] = ended
            manifest["samples"] = self._offset // 2
            manifest["lost_samples"] = self._lost // 2
        part = self.folder / (MANIFEST + ".part")
        part.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        part.replace(self.folder / MANIFEST)


class Recorder:
    """The writer thread and the recordings it serves; one per process."""

    def __init__(self, flush_s: float = FLUSH_S) -> None:
        self._flush_s = flush_s
        self._live: set[Recording] = set()
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(
        self,
        folder: Path,
        rate: int,
        *,
        on_error: Callable[[RecordingFailed], None] | None = None,
        **details: Any,
    ) -> Recording:
        """Begin a recording in ``folder`` (made if needed), ``details`` go into its manifest (``call_id`` ...).

        ``on_error`` is called once, on the thread that appends, when something could not be written. Raises
        :class:`RecordingFailed` when the folder cannot be made.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            started = {"started": time.time(), **details}
            recording = Recording(folder, rate, started, on_error, self._woken.set)
        except OSError as error:
            raise RecordingFailed(f"no recording can be made in {folder}: {error.strerror}.") from error
        with self._lock:
            self._live.add(recording)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
                self._thread.start()
        return recording

    async def close(self) -> None:
        """Finish every recording and stop the thread."""
        for recording in list(self._live):
            await recording.finish()
        self._stopping = True
        self._woken.set()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while not self._stopping:
            self._woken.wait(self._flush_s)
            self._woken.clear()
            with self._lock:
                live = list(self._live)
            for recording in live:
                if self._serve(recording):
                    with self._lock:
                        self._live.discard(recording)

    def _serve(self, recording: Recording) -> bool:
        try:
            return recording.write_pending()
        except Exception:
            logger.exception("a recording could not be served; the others go on")
            recording.abandon()
            return True


def _write_all(fd: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view, offset = view[written:], offset + written
