"""Errors of the recogniser, by what the caller of the code can do."""

from __future__ import annotations


class AsrError(RuntimeError):
    """Base of this room's errors; the text is one sentence that says what to do."""


class ModelError(AsrError):
    """The model cannot be used; starting again does not help until the directory or setting is repaired."""


class AudioError(AsrError):
    """A sound file or stream that cannot be transcribed."""


class ProtocolError(AsrError):
    """The other end of the socket does not speak our protocol."""
