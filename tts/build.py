"""Putting a ``Speaker`` together from names, as the configuration gives them."""

from __future__ import annotations

from collections.abc import Sequence

from tts.ports import Voice
from tts.speaker import Speaker
from tts.voices.espeak.process import EspeakProcess
from tts.voices.espeak.variants import EspeakSpeaker
from tts.voices.espeak.voice import EspeakVoice


def build_speaker(engines: Sequence[str] = ("espeak",)) -> Speaker:
    """Return a speaker with the named engines, in this order; call ``await speaker.start()`` before use.

    Raises ``ValueError`` for a name that is not known.
    """
    return Speaker([_voice(name) for name in engines])


def espeak_voice(speaker: EspeakSpeaker | None = None) -> EspeakVoice:
    """Return an embedded voice with a child process of its own."""
    return EspeakVoice(EspeakProcess(), speaker)


def _voice(name: str) -> Voice:
    if name == "espeak":
        return espeak_voice()
    raise ValueError(f"there is no voice engine {name!r}; use espeak")
