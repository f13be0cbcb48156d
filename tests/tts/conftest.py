from __future__ import annotations

from collections.abc import AsyncIterator

import edge_tts.communicate
import pytest

from tests.tts.edge_server import EdgeServer, edge_server
from tts.voices.espeak.process import EspeakProcess
from tts.voices.espeak.voice import EspeakVoice


@pytest.fixture
async def edge(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EdgeServer]:
    """The local read-aloud service, which the real client takes for the real one."""
    async with edge_server() as state:
        monkeypatch.setattr(edge_tts.communicate, "WSS_URL", state.url)
        yield state


@pytest.fixture
async def espeak() -> AsyncIterator[EspeakVoice]:
    """The embedded voice with a child process of its own."""
    voice = EspeakVoice(EspeakProcess())
    yield voice
    await voice.close()
