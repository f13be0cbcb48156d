from __future__ import annotations

from pathlib import Path

import pytest

from tts.build import SpeechSettings, build_speaker
from tts.speech import Speech


def test_an_unknown_engine_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(ValueError, match="use edge, http, espeak"):
        build_speaker(SpeechSettings(engines=("azure",)))


def test_the_http_engine_needs_its_address() -> None:
    with pytest.raises(ValueError, match="address of its endpoint"):
        build_speaker(SpeechSettings(engines=("http",)))


async def test_something_always_speaks_even_if_only_networked_engines_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("edge_tts.communicate.WSS_URL", "ws://127.0.0.1:9/edge?x=1")
    settings = SpeechSettings(engines=("edge", "http"), http_url="http://127.0.0.1:9/v1", cache_folder=tmp_path)
    speaker = build_speaker(settings)
    await speaker.start()
    speech = Speech.of([chunk async for chunk in speaker.speak("您好。")])
    assert speech.words
    assert len(speaker.stats().resting) == 2
    await speaker.close()
