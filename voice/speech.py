"""The speaker as the configuration wants it: engines that answer, the phrase cache under the data directory."""

from __future__ import annotations

from tts.build import SpeechSettings, build_speaker
from tts.speaker import Speaker
from voice.config import ConfigError, Settings


async def open_speaker(settings: Settings) -> Speaker:
    """Build and start the speaker.

    Raises:
        ConfigError: ``TTS_ENGINES`` names an engine that does not exist.
    """
    try:
        speaker = build_speaker(SpeechSettings(engines=settings.engines, cache_folder=settings.data_dir / "phrases"))
    except ValueError as error:
        raise ConfigError(f"TTS_ENGINES: {error}") from error
    await speaker.start()
    return speaker
