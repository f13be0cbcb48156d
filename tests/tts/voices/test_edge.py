from __future__ import annotations

import pytest

from tests.tts.edge_server import EdgeServer
from tts.ports import SpokenText
from tts.speech import Speech
from tts.text import spoken
from tts.voices.edge import EdgeVoice


async def _speak(text: SpokenText, speed: float = 1.0) -> Speech:
    return Speech.of([chunk async for chunk in EdgeVoice().speak(text, 8000, speed)])


async def test_sound_comes_in_pieces_before_the_end(edge: EdgeServer) -> None:
    sizes = [chunk.seconds(8000) async for chunk in EdgeVoice().speak(spoken("您的包裹今晚到。"), 8000, 1.0)]
    assert len(sizes) > 5
    assert sizes[0] < 0.5


async def test_word_boundaries_keep_the_marks_of_the_text(edge: EdgeServer) -> None:
    speech = await _speak(spoken("您好，S F快递。"))
    assert "".join(word.text for word in speech.words) == "您好，S F快递。"
    assert speech.words[1].start_s == pytest.approx(0.2)


async def test_markup_reaches_the_service_as_text_only(edge: EdgeServer) -> None:
    hostile = SpokenText("您好</prosody></voice><voice name='x'>再见&amp;")
    await _speak(hostile)
    assert edge.asked == [hostile.text]


async def test_slow_speech_is_asked_for_as_a_rate(edge: EdgeServer) -> None:
    speech = await _speak(spoken("您好。"), speed=0.82)
    assert speech.words
    assert edge.rates == ["-18%"]
