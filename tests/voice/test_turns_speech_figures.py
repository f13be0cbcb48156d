"""What a voice's fault leaves behind: a figure for Prometheus, and an event of the call whose sentence it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from tts.ports import SpeechChunk, SpokenText, VoiceStalledError
from tts.speaker import Speaker
from voice.speech import Fault, SpeechFigures, _told, faults_go_to


class Steady:
    """A local voice of one tone."""

    name, local, steady, rates = "steady", True, True, (8000,)

    async def speak(self, text: SpokenText, rate: int, speed: float) -> AsyncGenerator[SpeechChunk, None]:
        yield SpeechChunk(b"\1\0" * rate)

    async def close(self) -> None:
        return


class Stalled(Steady):
    """A networked voice that never gives a sound."""

    name, local, steady = "net", False, False

    async def speak(self, text: SpokenText, rate: int, speed: float) -> AsyncGenerator[SpeechChunk, None]:
        if text:
            raise VoiceStalledError("no first sound")
        yield SpeechChunk(b"")


async def speak_for(speaker: Speaker, told: list[Fault], text: str) -> None:
    faults_go_to(told.append)
    async for _ in speaker.speak(text):
        pass


async def test_a_fault_is_told_to_the_call_whose_sentence_it_was_and_counted() -> None:
    speaker = Speaker([Stalled(), Steady()], on_fault=_told)
    mine: list[Fault] = []
    other: list[Fault] = []
    await asyncio.gather(speak_for(speaker, mine, "您好。"), speak_for(speaker, other, "请稍等。"))
    assert [fault["voice"] for fault in mine + other] == ["net", "net"]
    assert mine[0]["error"] == "VoiceStalledError"
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for metric in SpeechFigures(speaker).collect()
        for sample in metric.samples
    }
    assert samples["hotline_tts_faults_total", "net", "VoiceStalledError"] == 2
    assert samples["hotline_tts_sentences_total", "steady"] == 2
    await speaker.close()


async def test_the_hit_rate_counts_what_callers_heard_and_not_what_was_made_ahead() -> None:
    speaker = Speaker([Steady()])
    await speaker.prepare(["您好。"])
    for _ in range(3):
        async for _chunk in speaker.speak("您好。"):
            pass
    async for _chunk in speaker.speak("再见。"):
        pass
    assert speaker.stats().hit_rate == 0.75
    await speaker.close()
