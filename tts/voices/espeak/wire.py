"""What parent and child say to each other: frames of ``kind, request, length, payload`` over two pipes."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from enum import IntEnum

HEADER = struct.Struct(">BII")
_WORD = struct.Struct(">Iff")
_COUNT = struct.Struct(">H")
MAX_PAYLOAD = 1 << 22


class Kind(IntEnum):
    """What a frame carries. SPEAK and ABORT go down to the child, the rest comes up."""

    SPEAK = 1
    ABORT = 2
    READY = 3
    AUDIO = 4
    DONE = 5
    FAILED = 6


@dataclass(frozen=True)
class SpeakRequest:
    """One piece of text for the child: pinyin, the speaker, and the output rate in Hz.

    ``more`` says that another piece follows, so that this one ends with the pause of its last mark.
    """

    pinyin: str
    variant: str
    wpm: int
    pitch: int
    pitch_range: int
    rate: int
    more: bool = False

    def encode(self) -> bytes:
        """Return the payload of a SPEAK frame."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, payload: bytes) -> SpeakRequest:
        """Read the payload of a SPEAK frame."""
        return cls(**json.loads(payload))


@dataclass(frozen=True)
class Placed:
    """A token of the pinyin text (index of its first letter) and where it sounds, in seconds."""

    index: int
    start_s: float
    end_s: float

    def moved(self, letters: int, seconds: float) -> Placed:
        """Return it as part of a longer text."""
        return Placed(self.index + letters, self.start_s + seconds, self.end_s + seconds)


def frame(kind: Kind, request: int, payload: bytes = b"") -> bytes:
    """Return one frame ready to be written."""
    return HEADER.pack(kind, request, len(payload)) + payload


def encode_audio(pcm: bytes, placed: list[Placed]) -> bytes:
    """Return the payload of an AUDIO frame."""
    words = b"".join(_WORD.pack(p.index, p.start_s, p.end_s) for p in placed)
    return _COUNT.pack(len(placed)) + words + pcm


def decode_audio(payload: bytes) -> tuple[bytes, list[Placed]]:
    """Read the payload of an AUDIO frame."""
    (count,) = _COUNT.unpack_from(payload)
    body = _COUNT.size + count * _WORD.size
    placed = [Placed(*_WORD.unpack_from(payload, _COUNT.size + i * _WORD.size)) for i in range(count)]
    return payload[body:], placed
