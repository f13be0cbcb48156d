"""The recogniser's socket protocol: length-prefixed messages in both directions.

A message is one header ``!BII`` (kind, stream number, payload length; 9 bytes, network order) and its payload.
Stream numbers are chosen by the client, are unique per connection and are never used again.

======== ========= ==========================================================================================
kind     direction payload
======== ========= ==========================================================================================
OPEN     to server JSON ``{"rate": 8000, "position_ms": 0}``; the position is added to all token times
AUDIO    to server s16 little-endian mono sound at the stream's rate
FINISH   to server empty; exactly one FINAL follows
CLOSE    to server empty; the stream is forgotten
STATS    to server empty; answered by STATS with a JSON object (stream number 0)
HELLO    to client JSON ``{"protocol": 1, "backend": "onnx", "model": "...", "pid": 1, "chunk_ms": 600}``, once
INTERIM  to client JSON transcript, see :func:`pack_transcript`
FINAL    to client JSON transcript
======== ========= ==========================================================================================
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import Any, NamedTuple

from asr.errors import ProtocolError
from asr.ports import Token, Transcript

PROTOCOL = 1
MAX_PAYLOAD = 1 << 20
_HEADER = struct.Struct("!BII")


class Kind(IntEnum):
    """Message kinds."""

    OPEN = 1
    AUDIO = 2
    FINISH = 3
    CLOSE = 4
    STATS = 5
    HELLO = 16
    INTERIM = 17
    FINAL = 18


class Message(NamedTuple):
    """One message as it was on the wire."""

    kind: int
    stream: int
    payload: bytes

    def json(self) -> dict[str, Any]:
        """The payload as an object.

        Raises:
            ProtocolError: it is not a JSON object.
        """
        try:
            value = json.loads(self.payload)
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise ProtocolError("A message that must hold a JSON object does not; use matching versions.")
        return value


def pack(kind: Kind, stream: int, payload: bytes = b"") -> bytes:
    """One message as bytes."""
    return _HEADER.pack(kind, stream, len(payload)) + payload


def pack_json(kind: Kind, stream: int, value: dict[str, Any]) -> bytes:
    """One message with a JSON object."""
    return pack(kind, stream, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


class Unpacker:
    """Bytes as they arrive to whole messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Messages that ``data`` completes.

        Raises:
            ProtocolError: a payload is longer than ``MAX_PAYLOAD``.
        """
        self._buffer += data
        offset = 0
        try:
            while len(self._buffer) - offset >= _HEADER.size:
                kind, stream, length = _HEADER.unpack_from(self._buffer, offset)
                if length > MAX_PAYLOAD:
                    raise ProtocolError(f"A message of {length} bytes is too long; use matching versions.")
                end = offset + _HEADER.size + length
                if end > len(self._buffer):
                    break
                yield Message(kind, stream, bytes(self._buffer[offset + _HEADER.size : end]))
                offset = end
        finally:
            del self._buffer[:offset]


def pack_transcript(stream: int, transcript: Transcript) -> bytes:
    """INTERIM or FINAL message; tokens are ``[text, start_ms, end_ms, confidence]``."""
    return pack_json(
        Kind.FINAL if transcript.final else Kind.INTERIM,
        stream,
        {
            "text": transcript.text,
            "tokens": [[item.text, item.start_ms, item.end_ms, item.confidence] for item in transcript.tokens],
            "stable": transcript.stable,
            "confidence": round(transcript.confidence, 3),
            "late_ms": transcript.late_ms,
            "lost": transcript.lost,
        },
    )


def unpack_transcript(message: Message) -> Transcript:
    """The transcript of an INTERIM or FINAL message.

    Raises:
        ProtocolError: a field is missing or of another type.
    """
    value = message.json()
    try:
        return Transcript(
            text=str(value["text"]),
            tokens=tuple(
                Token(str(text), int(start), int(end), float(sure)) for text, start, end, sure in value["tokens"]
            ),
            final=message.kind == Kind.FINAL,
            stable=int(value["stable"]),
            confidence=float(value["confidence"]),
            late_ms=float(value["late_ms"]),
            lost=bool(value["lost"]),
        )
    except (KeyError, TypeError, ValueError):
        raise ProtocolError("A transcript message lacks a field; use matching versions.") from None
