from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from aiohttp import web

from tts.audio import silence, to_samples
from tts.ports import VoiceError, VoiceUnavailableError
from tts.speech import Speech
from tts.text import spoken
from tts.voices.http import HttpVoice

_RATE = 24000
_TEXT = spoken("您好，请讲。")


@dataclass
class _Endpoint:
    """A speech endpoint on a free port: what it answers next and what it was asked."""

    url: str = ""
    status: int = 200
    body: bytes = b""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


@pytest.fixture
async def endpoint() -> AsyncIterator[_Endpoint]:
    state = _Endpoint()

    async def speech(request: web.Request) -> web.StreamResponse:
        state.asked.append(await request.json())
        state.keys.append(request.headers.get("Authorization", ""))
        response = web.StreamResponse(status=state.status)
        await response.prepare(request)
        for start in range(0, len(state.body), 1001):
            await response.write(state.body[start : start + 1001])
            await asyncio.sleep(0)
        return response

    app = web.Application()
    app.router.add_post("/v1/audio/speech", speech)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    state.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    yield state
    await runner.cleanup()


def _tone(seconds: float) -> bytes:
    time = np.arange(round(seconds * _RATE)) / _RATE
    return (9000 * np.sin(2 * np.pi * 330 * time)).astype("<i2").tobytes()


def _wav(pcm: bytes, *, channels: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(_RATE)
        out.writeframes(pcm)
    return file.getvalue()


async def _speak(voice: HttpVoice) -> Speech:
    try:
        return Speech.of([chunk async for chunk in voice.speak(_TEXT, 8000, 0.82)])
    finally:
        await voice.close()


@pytest.mark.parametrize("answer", ["pcm", "wav"])
async def test_the_answer_becomes_speech_with_words_spread_over_it(endpoint: _Endpoint, answer: str) -> None:
    endpoint.body = _tone(1.2) if answer == "pcm" else _wav(_tone(1.2))
    speech = await _speak(HttpVoice(endpoint.url, speaker="longxiaochun", model="cosyvoice", key="k", answer=answer))
    assert speech.seconds(8000) == pytest.approx(1.2, abs=0.01)
    assert "".join(word.text for word in speech.words) == _TEXT.text
    assert speech.words[-1].end_s == pytest.approx(1.2, abs=0.01)
    spectrum = np.abs(np.fft.rfft(to_samples(speech.pcm)))
    assert np.argmax(spectrum) / speech.seconds(8000) == pytest.approx(330, abs=3)
    (order,) = endpoint.asked
    assert order == {
        "model": "cosyvoice",
        "input": "您好，请讲。",
        "voice": "longxiaochun",
        "response_format": answer,
        "speed": 0.82,
    }
    assert endpoint.keys == ["Bearer k"]


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
async def test_an_error_status_is_a_voice_error(endpoint: _Endpoint, status: int) -> None:
    endpoint.status = status
    with pytest.raises(VoiceError, match=str(status)):
        await _speak(HttpVoice(endpoint.url))


@pytest.mark.parametrize("body", [b"<html>" + bytes(100), _wav(silence(0.1, _RATE), channels=2)])
async def test_a_wav_that_is_none_is_a_voice_error(endpoint: _Endpoint, body: bytes) -> None:
    endpoint.body = body
    with pytest.raises(VoiceError, match="WAV"):
        await _speak(HttpVoice(endpoint.url, answer="wav"))


async def test_an_endpoint_that_is_away_is_an_unavailable_voice() -> None:
    with pytest.raises(VoiceUnavailableError):
        await _speak(HttpVoice("http://127.0.0.1:9/v1"))


async def test_an_empty_answer_is_no_sound(endpoint: _Endpoint) -> None:
    assert (await _speak(HttpVoice(endpoint.url))).pcm == b""


def test_an_answer_we_cannot_read_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="pcm or wav"):
        HttpVoice("http://tts.local/v1", answer="mp3")
