"""Frames of our own that travel through a call's pipeline."""

from __future__ import annotations

from dataclasses import dataclass

from pipecat.frames.frames import ControlFrame, InterimTranscriptionFrame, TranscriptionFrame

from asr.ports import Token


@dataclass
class UtteranceFrame(TranscriptionFrame):
    """A final transcript with its tokens; unlike pipecat's it is pushed for an empty utterance too.

    Times are milliseconds of the stream's audio; ``lost`` marks a text cut short by a restart of the recogniser.
    """

    tokens: tuple[Token, ...] = ()
    confidence: float = 1.0
    lost: bool = False


@dataclass
class InterimFrame(InterimTranscriptionFrame):
    """Running text with the mean confidence of its characters: what noise makes has next to none."""

    confidence: float = 1.0


@dataclass
class SayEndFrame(ControlFrame):
    """Follows the last sound of one ``Say``; reaches the output when that sound was written."""

    say_id: str = ""
