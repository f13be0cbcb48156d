"""Sound files to text: any format, rate and number of channels; long files are cut at pauses.

Used by ``hotline transcribe``. A file becomes text (also the empty text of a file without speech) or one
:class:`asr.errors.AudioError` whose sentence says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import av
import numpy as np
import webrtcvad

from asr.backend import Backend, hear_together
from asr.errors import AudioError
from asr.ports import Transcript

RATE = 16_000
"""Hz of the sound handed to the recogniser."""

_BYTES = 2
_FRAME_MS = 20
_FRAME = RATE * _FRAME_MS // 1000 * _BYTES
_WHOLE_S = 12
_LONGEST_FRAMES = 18_000 // _FRAME_MS
_SEARCH_FRAMES = 4_000 // _FRAME_MS
_PAUSE_FRAMES = 30
_BEFORE_FRAMES = 15
_AFTER_FRAMES = 10
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech: s16 sound at ``RATE`` and where it begins in the file."""

    start_ms: int
    pcm: bytes


def transcribe(path: Path, backend: Backend) -> str:
    """Text of a sound file.

    Raises:
        AudioError: the file is missing, empty, not sound, or broken from the start.
    """
    return " ".join(item.text for item in recognise(segments(read_sound(path)), backend) if item.text)


def recognise(parts: Iterable[Segment], backend: Backend) -> Iterator[Transcript]:
    """Final transcripts of segments, in order; a few are recognised side by side."""
    queue = iter(parts)
    while group := list(islice(queue, _AT_ONCE)):
        yield from hear_together(backend, [(segment.start_ms, segment.pcm) for segment in group], RATE)


def read_sound(path: Path) -> Iterator[bytes]:
    """Blocks of s16 mono sound at ``RATE`` of a file in any format that FFmpeg knows.

    Raises:
        AudioError: at the first block, when there is no sound to read.
    """
    if path.is_dir():
        raise AudioError(f"{path} is a folder; name the sound files in it.")
    if not path.is_file():
        raise AudioError(f"There is no file {path}; check the name.")
    if not path.stat().st_size:
        raise AudioError(f"The file {path} is empty; record it again.")
    try:
        container = av.open(str(path))
    except (av.FFmpegError, ValueError):
        raise AudioError(f"The file {path} is not a sound file; convert it to WAV.") from None
    with container:
        if not container.streams.audio:
            raise AudioError(f"The file {path} holds no sound; convert it to WAV.")
        yield from _decoded(container, path)


def _decoded(container: av.container.InputContainer, path: Path) -> Iterator[bytes]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    heard = False
    try:
        for frame in container.decode(audio=0):
            for converted in resampler.resample(frame):
                heard = True
                yield converted.to_ndarray().astype("<i2").tobytes()
        for converted in resampler.resample(None):
            yield converted.to_ndarray().astype("<i2").tobytes()
    except (av.FFmpegError, ValueError):
        # what came before the damage is still text
        if not heard:
            raise AudioError(f"The sound in {path} cannot be decoded; convert it to WAV.") from None


def segments(blocks: Iterable[bytes]) -> Iterator[Segment]:
    """Stretches of speech with a little silence around; a short file is one segment as it is."""
    sound = bytearray()
    source = iter(blocks)
    for block in source:
        sound += block
        if len(sound) > _WHOLE_S * RATE * _BYTES:
            yield from _cut(_frames(bytes(sound), source))
            return
    if sound:
        yield Segment(0, bytes(sound))


def _frames(first: bytes, rest: Iterable[bytes]) -> Iterator[bytes]:
    sound = bytearray()
    for block in chain((first,), rest):
        sound += block
        whole = len(sound) // _FRAME * _FRAME
        for at in range(0, whole, _FRAME):
            yield bytes(sound[at : at + _FRAME])
        del sound[:whole]


def _cut(frames: Iterable[bytes]) -> Iterator[Segment]:
    vad = webrtcvad.Vad(2)
    kept: list[bytes] = []
    begin = quiet = 0
    talking = False
    for number, frame in enumerate(frames):
        kept.append(frame)
        if vad.is_speech(frame, RATE):
            if not talking:
                kept = kept[-_BEFORE_FRAMES:]
                begin, talking = number + 1 - len(kept), True
            quiet = 0
        else:
            quiet += 1
        if talking and quiet >= _PAUSE_FRAMES:
            end = len(kept) - quiet + _AFTER_FRAMES
            yield Segment(begin * _FRAME_MS, b"".join(kept[:end]))
            kept, talking = kept[end:], False
        elif talking and len(kept) >= _LONGEST_FRAMES:
            end = _quietest(kept)
            yield Segment(begin * _FRAME_MS, b"".join(kept[:end]))
            kept, begin = kept[end:], begin + end
        elif not talking:
            kept = kept[-_BEFORE_FRAMES:]
    if talking:
        yield Segment(begin * _FRAME_MS, b"".join(kept))


def _quietest(frames: Sequence[bytes]) -> int:
    """Where to cut speech without a pause: the quietest frame of the last seconds."""
    tail = np.frombuffer(b"".join(frames[-_SEARCH_FRAMES:]), "<i2").astype(np.float32)
    return len(frames) - _SEARCH_FRAMES + int(tail.reshape(_SEARCH_FRAMES, -1).var(axis=1).argmin())
