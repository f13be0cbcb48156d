"""Words after the hand-over: spans of speech, suggestions, and recordings for the desk."""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from asr.ports import RecogniserStream, Transcript
from dialog.protocol import CardLine, HandoverCard
from telephony.hub import Hub
from telephony.recorder import Recorder
from voice.floor.overhearing import Overhearing, SpeechSpans, Utterance
from voice.floor.suggestions import at_first, on_words
from voice.recordings import RecordingShelf

CARD = HandoverCard(
    "包裹滞留网点未派件",
    processes=(CardLine("已触发", "网点催派流程(15分钟前)"),),
    unconfirmed=(CardLine("未确认项", "来电人身份未核实"),),
    next_steps=("催派已超时,先致歉再升级处理",),
)


def test_the_card_suggests_first_and_running_processes_are_not_offered_again() -> None:
    assert [one.text for one in at_first(CARD)] == ["催派已超时,先致歉再升级处理", "先核实:来电人身份未核实"]
    claim = on_words([("claim", 0.9)], CARD, frozenset())
    assert claim is not None and claim.action == "claim"
    urge = on_words([("urge_delivery", 0.9)], CARD, frozenset())
    assert urge is not None and urge.action == "" and "已在进行" in urge.text
    assert on_words([("claim", 0.9)], CARD, frozenset({claim.text})) is None
    assert on_words([("claim", 0.2), ("affirm", 0.9)], CARD, frozenset()) is None


def test_speech_begins_after_a_tenth_of_a_second_and_ends_after_six_tenths() -> None:
    spans = SpeechSpans()
    voiced = [False] * 5 + [True] * 2 + [False] * 5 + [True] * 20 + [False] * 40
    edges = [(number, edge) for number, frame in enumerate(voiced) if (edge := spans.add(frame))]
    assert edges == [(16, "start"), (61, "end")]


def test_endless_speech_is_cut_into_turns() -> None:
    spans = SpeechSpans()
    edges = [spans.add(True) for _ in range(2000)]
    assert edges.count("end") == 2


class Stream:
    """A recogniser stream that counts what it is fed."""

    def __init__(self, on_transcript: Callable[[Transcript], None]) -> None:
        self.fed, self.closed = 0, False
        self._on_transcript = on_transcript

    def feed(self, pcm: bytes) -> None:
        self.fed += len(pcm)

    def finish(self) -> None:
        self._on_transcript(Transcript("我两小时内给您回电", (), final=True, confidence=0.9))

    def close(self) -> None:
        self.closed = True


class Ears:
    """A recogniser with one stream."""

    alive = True

    async def open_stream(self, rate: int, on_transcript: Callable[[Transcript], None]) -> RecogniserStream:
        self.stream = Stream(on_transcript)
        return self.stream


async def test_what_a_person_says_becomes_one_utterance_with_its_times() -> None:
    hub, ears, heard = Hub(8000), Ears(), list[Utterance]()
    ear = Overhearing(hub, "agent", ears, lambda pcm: any(pcm), heard.append)
    await _soon()
    silence, voice = bytes(320), b"\x01\x01" * 160
    for tick, frame in enumerate([silence] * 50 + [voice] * 50 + [silence] * 40):
        ear._tap(frame, tick)
    assert heard == [Utterance("我两小时内给您回电", 0.9, 980, 1980)]
    assert ears.stream.fed >= 50 * 320
    ear.close()
    assert ears.stream.closed


async def _soon() -> None:
    import asyncio

    for _ in range(3):
        await asyncio.sleep(0)


@pytest.fixture
async def shelf(tmp_path: Path) -> RecordingShelf:
    recorder = Recorder(flush_s=0.01)
    recording = recorder.start(tmp_path / "c-1", 8000)
    loud, half = np.full(160, 32767, np.int16).tobytes(), np.full(160, 16384, np.int16).tobytes()
    for number in range(100):
        recording.append(loud if number < 50 else None, half, None, None)
    await recording.finish()
    live = recorder.start(tmp_path / "c-live", 8000)
    live.append(loud, None, None, None)
    await recorder.close()
    (tmp_path / "c-live" / "manifest.json").write_text('{"rate": 8000}')
    return RecordingShelf(tmp_path)


async def test_a_finished_call_has_a_stereo_wav_and_peaks(shelf: RecordingShelf) -> None:
    path = shelf.wav("c-1")
    assert path is not None
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getnframes()) == (2, 16000)
    peaks = shelf.peaks("c-1", 4)
    assert peaks == {
        "rate": 8000,
        "seconds": 2.0,
        "caller": [1.0, 1.0, 0.0, 0.0],
        "heard": [0.5, 0.5, 0.5, 0.5],
    }
    assert shelf.wav("c-1") == path


@pytest.mark.parametrize("call_id", ["c-none", "../c-1", "", ".", "..", "c-1/../c-1", "c-live"])
async def test_what_is_no_finished_recording_is_none(shelf: RecordingShelf, call_id: str) -> None:
    assert shelf.wav(call_id) is None and shelf.peaks(call_id, 10) is None
