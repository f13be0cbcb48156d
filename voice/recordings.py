"""The sound of finished calls for the desk: stereo WAV made once, and loudness for a waveform."""

from __future__ import annotations

import re
import threading
import time
import wave
from pathlib import Path

import numpy as np

from desk.ports import Message
from telephony.recorder import RecordingFailed
from telephony.recording_export import export_stereo, inspect_recording

WAV = "stereo.wav"
_CALL_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
MAX_BUCKETS = 10_000
_BLOCK = 1 << 18


class RecordingShelf:
    """The recordings under one folder; :class:`desk.ports.Recordings`. Methods read files: call them in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._making = threading.Lock()

    def wav(self, call_id: str) -> Path | None:
        """A stereo WAV (left the caller, right what the caller heard); None when there is none or it was purged."""
        folder = self._finished(call_id)
        if folder is None:
            return None
        target = folder / WAV
        with self._making:  # two listeners at once: one makes it
            if not target.exists():
                part = folder / (WAV + ".part")
                try:
                    export_stereo(folder, part)
                except (RecordingFailed, OSError):
                    return None
                part.replace(target)
        return target

    def peaks(self, call_id: str, buckets: int) -> Message | None:
        """Loudness per bucket and channel, 0..1, for a waveform."""
        path = self.wav(call_id)
        if path is None:
            return None
        buckets = max(1, min(buckets, MAX_BUCKETS))
        with wave.open(str(path), "rb") as sound:
            rate, frames = sound.getframerate(), sound.getnframes()
            highest = np.zeros((buckets, 2), np.float32)
            done = 0
            while done < frames:
                block = np.frombuffer(sound.readframes(_BLOCK), "<i2").reshape(-1, 2)
                if not len(block):
                    break
                places = (np.arange(done, done + len(block)) * buckets) // frames
                np.maximum.at(highest, places, np.abs(block.astype(np.float32)) / 32768)
                done += len(block)
        shown = np.round(highest, 3)
        return {
            "rate": rate,
            "seconds": round(frames / rate, 3),
            "caller": [float(value) for value in shown[:, 0]],
            "heard": [float(value) for value in shown[:, 1]],
        }

    def _finished(self, call_id: str) -> Path | None:
        """The folder of a recording that is over; also one whose process died."""
        if not _CALL_ID.fullmatch(call_id) or call_id.startswith("."):
            return None
        folder = self._folder / call_id
        try:
            info = inspect_recording(folder)
        except RecordingFailed:
            return None
        return folder if info.samples and (info.complete or not _written_now(folder)) else None


def _written_now(folder: Path) -> bool:
    """Whether a process still writes: sound is flushed twice a second."""
    newest = max((path.stat().st_mtime for path in folder.glob("*.s16")), default=0.0)
    return abs(time.time() - newest) < 10.0
