"""The speaker as the configuration wants it, with its figures and its faults made visible.

A voice that fails a sentence is no error for the caller, who hears the next voice, and must not stay unseen: it is
counted for Prometheus, and it is a ``degraded`` event of the call whose sentence it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import TypeAlias

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tts.build import SpeechSettings, build_speaker
from tts.ports import VoiceError
from tts.speaker import Speaker
from voice.config import ConfigError, Settings

Fault: TypeAlias = Mapping[str, object]

_LISTENER: ContextVar[Callable[[Fault], None] | None] = ContextVar("voice_faults", default=None)


def faults_go_to(listener: Callable[[Fault], None] | None) -> None:
    """From here on, in this task and those it starts, faults of voices are told to ``listener``."""
    _LISTENER.set(listener)


def _told(voice: str, error: VoiceError) -> None:
    listener = _LISTENER.get()
    if listener is not None:
        listener({"voice": voice, "error": type(error).__name__, "reason": str(error)})


class SpeechFigures(Collector):
    """A speaker's counts as Prometheus metrics, read when they are asked for."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def collect(self) -> Iterable[Metric]:
        """Sentences by source, hit rate of the phrase cache, faults by voice and error, voices that rest."""
        stats = self._speaker.stats()
        sentences = CounterMetricFamily(
            "hotline_tts_sentences", "Sentences spoken, by the voice or the cache that had them", labels=["source"]
        )
        sentences.add_metric(["cache"], stats.from_cache)
        for voice, count in stats.spoken.items():
            sentences.add_metric([voice], count)
        sentences.add_metric(["emergency"], stats.emergencies)
        yield sentences
        yield GaugeMetricFamily(
            "hotline_tts_cache_hit_ratio", "Share of sentences that needed no voice", stats.hit_rate
        )
        faults = CounterMetricFamily(
            "hotline_tts_faults", "Sentences that a voice failed and the next one spoke", labels=["voice", "error"]
        )
        for (voice, error), count in stats.failed.items():
            faults.add_metric([voice, error], count)
        yield faults
        resting = GaugeMetricFamily("hotline_tts_voice_resting", "1 while a voice is left out", labels=["voice"])
        for voice in stats.resting:
            resting.add_metric([voice], 1)
        yield resting
        cache = GaugeMetricFamily("hotline_tts_cache", "Counts of the phrase cache", labels=["what"])
        for what, number in stats.cache.items():
            cache.add_metric([what], number)
        yield cache


class MeteredSpeaker(Speaker):
    """A speaker whose figures are on ``/metrics`` from ``start`` to ``close``."""

    _figures: SpeechFigures | None = None

    async def start(self, rates: tuple[int, ...] = (8000, 16000)) -> None:  # type: ignore[override]  # narrower is enough
        """Get ready and be measured."""
        await super().start(rates)
        self._figures = SpeechFigures(self)
        REGISTRY.register(self._figures)

    async def close(self) -> None:
        """Stop being measured and give back everything."""
        if self._figures is not None:
            REGISTRY.unregister(self._figures)
            self._figures = None
        await super().close()


async def open_speaker(settings: Settings) -> Speaker:
    """Build and start the speaker.

    Raises:
        ConfigError: ``TTS_ENGINES`` names an engine that does not exist.
    """
    try:
        speech = SpeechSettings(engines=settings.engines, cache_folder=settings.data_dir / "phrases")
        speaker = build_speaker(speech, on_fault=_told, kind=MeteredSpeaker)
    except ValueError as error:
        raise ConfigError(f"TTS_ENGINES: {error}") from error
    await speaker.start()
    return speaker
