"""Putting a ``Speaker`` together from settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tts.cache import PhraseCache
from tts.ports import Voice, VoiceError
from tts.speaker import Speaker
from tts.voices.edge import EdgeVoice
from tts.voices.espeak.process import EspeakProcess
from tts.voices.espeak.variants import EspeakSpeaker
from tts.voices.espeak.voice import EspeakVoice
from tts.voices.http import HttpVoice

ENGINES = ("edge", "http", "espeak")


@dataclass(frozen=True)
class SpeechSettings:
    """How the hotline speaks.

    ``engines`` are tried in order; ``espeak`` is added at the end when it is missing, because something must
    always speak. ``http_url`` is needed for ``http``; ``http_local`` says that endpoint is ours and may be given
    personal data. ``cache_folder=None`` keeps phrases in memory; ``cache_bytes`` bounds the folder.
    """

    engines: tuple[str, ...] = ("edge", "espeak")
    cache_folder: Path | None = None
    cache_bytes: int = 512 << 20
    espeak: EspeakSpeaker = field(default_factory=EspeakSpeaker)
    edge_speaker: str = "zh-CN-XiaoxiaoNeural"
    edge_proxy: str | None = None
    http_url: str = ""
    http_model: str = "tts-1"
    http_speaker: str = "alloy"
    http_key: str = ""
    http_answer: str = "pcm"
    http_pcm_rate: int = 24000
    http_local: bool = False


def build_speaker(
    settings: SpeechSettings | None = None,
    *,
    on_fault: Callable[[str, VoiceError], None] | None = None,
    kind: type[Speaker] = Speaker,
) -> Speaker:
    """Return a speaker; call ``await speaker.start()`` before the first caller and ``close()`` after the last.

    Raises ``ValueError`` for an engine that is not known or lacks its setting.
    """
    settings = settings or SpeechSettings()
    names = [*settings.engines, *(() if "espeak" in settings.engines else ("espeak",))]
    cache = PhraseCache(settings.cache_folder, disk_bytes=settings.cache_bytes)
    return kind([_voice(name, settings) for name in names], cache=cache, on_fault=on_fault)


def espeak_voice(speaker: EspeakSpeaker | None = None) -> EspeakVoice:
    """Return an embedded voice with a child process of its own, as a simulated caller needs."""
    return EspeakVoice(EspeakProcess(), speaker)


def _voice(name: str, settings: SpeechSettings) -> Voice:
    match name:
        case "espeak":
            return espeak_voice(settings.espeak)
        case "edge":
            return EdgeVoice(settings.edge_speaker, proxy=settings.edge_proxy)
        case "http":
            if not settings.http_url:
                raise ValueError("the http voice needs the address of its endpoint")
            return HttpVoice(
                settings.http_url,
                model=settings.http_model,
                speaker=settings.http_speaker,
                key=settings.http_key,
                answer=settings.http_answer,
                pcm_rate=settings.http_pcm_rate,
                local=settings.http_local,
            )
    raise ValueError(f"there is no voice engine {name!r}; use {', '.join(ENGINES)}")
