"""From a recording's folder to WAV: stereo as heard (left the caller, right what the caller heard) or one track."""

import json
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from telephony.recorder import MANIFEST, TRACKS, RecordingFailed

_BLOCK = 1 << 20


@dataclass(frozen=True)
class RecordingInfo:
    """What a folder holds; ``complete`` is false when the process died during the call."""

    rate: int
    samples: int
    complete: bool

    @property
    def duration_s(self) -> float:
        """Length of every track in seconds."""
        return self.samples / self.rate


def inspect_recording(folder: Path) -> RecordingInfo:
    """Read the manifest and the real length; raises :class:`RecordingFailed` when the folder is no recording."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        sizes = [(folder / f"{name}.s16").stat().st_size for name in TRACKS]
        return RecordingInfo(int(manifest["rate"]), max(sizes) // 2, "ended" in manifest)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordingFailed(f"{folder} is not a recording: {error}.") from error


def export_stereo(folder: Path, target: Path) -> float:
    """Write left = caller, right = everything the caller heard; returns the length in seconds."""
    info = inspect_recording(folder)
    left, right = _blocks(folder / "caller.s16", info.samples), _blocks(folder / "heard.s16", info.samples)
    with wave.open(str(target), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(info.rate)
        for caller, heard in zip(left, right, strict=True):
            sound.writeframes(np.column_stack((caller, heard)).astype("<i2").tobytes())
    return info.duration_s


def export_track(folder: Path, track: str, target: Path) -> float:
    """Write one track (``caller``, ``heard``, ``bot`` or ``agent``) as mono; returns the length in seconds."""
    if track not in TRACKS:
        raise RecordingFailed(f"there is no track {track!r}; choose one of {', '.join(TRACKS)}.")
    info = inspect_recording(folder)
    with wave.open(str(target), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(info.rate)
        for block in _blocks(folder / f"{track}.s16", info.samples):
            sound.writeframes(block.astype("<i2").tobytes())
    return info.duration_s


def _blocks(path: Path, samples: int) -> Iterator["np.ndarray[tuple[int], np.dtype[np.int16]]"]:
    """A track in blocks, padded with silence to ``samples``: a killed writer may have left tracks uneven."""
    with path.open("rb") as file:
        left = samples
        while left > 0:
            count = min(_BLOCK, left)
            data = file.read(count * 2)
            yield np.frombuffer(data[: len(data) & ~1].ljust(count * 2, b"\0"), np.int16)
            left -= count
