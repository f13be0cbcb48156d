from __future__ import annotations

import numpy as np
import pytest

from tests.tts.edge_server import EdgeServer
from tts.audio import active_level, to_samples
from tts.guard import Deadlines, Guard
from tts.ports import VoiceError, VoiceStalledError, VoiceTruncatedError, VoiceUnavailableError
from tts.text import spoken
from tts.voices.edge import EdgeVoice

_TEXT = spoken("您的包裹今晚八点前送到，请保持电话畅通。")
_QUICK = Deadlines(first_s=0.5, between_s=0.5, whole_s=5.0, trial_s=0.5)


def _guard() -> Guard:
    return Guard(EdgeVoice(), deadlines=_QUICK)


async def test_a_sound_sentence_is_handed_out_whole_at_the_level_of_the_line(edge: EdgeServer) -> None:
    speech = await _guard().whole(_TEXT, 8000, 1.0)
    assert "".join(word.text for word in speech.words) == _TEXT.text
    assert speech.seconds(8000) == pytest.approx(18 * 0.2 + 0.2, abs=0.15)
    assert active_level(to_samples(speech.pcm), 8000) == pytest.approx(-18, abs=0.5)
    assert edge.asked == [_TEXT.text]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("403", VoiceUnavailableError),
        ("500", VoiceUnavailableError),
        ("503", VoiceUnavailableError),
        ("closes at once", VoiceTruncatedError),
        ("no sound", VoiceTruncatedError),
        ("breaks off", VoiceTruncatedError),
        ("short sound", VoiceTruncatedError),
        ("words missing", VoiceTruncatedError),
        ("stalls", VoiceStalledError),
        ("hangs", VoiceStalledError),
        ("garbage", VoiceError),
    ],
)
async def test_every_fault_is_an_error_and_never_half_a_sentence(
    edge: EdgeServer, fault: str, error: type[VoiceError]
) -> None:
    edge.fault = fault
    with pytest.raises(error):
        await _guard().whole(_TEXT, 8000, 1.0)


async def test_a_slow_first_sound_is_given_up_at_its_deadline(edge: EdgeServer) -> None:
    edge.first_delay_s = 2.0
    with pytest.raises(VoiceStalledError, match="before its first sound"):
        await _guard().whole(_TEXT, 8000, 1.0)


async def test_after_three_faults_it_rests_and_a_trial_nobody_hears_brings_it_back(edge: EdgeServer) -> None:
    now = [0.0]
    guard = Guard(EdgeVoice(), deadlines=_QUICK, clock=lambda: now[0])
    edge.fault = "500"
    for _ in range(3):
        with pytest.raises(VoiceError):
            await guard.whole(_TEXT, 8000, 1.0)
    asked = edge.connections
    assert not guard.ready()
    assert edge.connections == asked
    edge.fault = ""
    now[0] = 21.0
    assert not guard.ready()
    assert guard.tried is not None
    await guard.tried
    assert guard.ready()
    assert edge.asked == ["您好。"]
    await guard.close()


async def test_a_trial_that_fails_at_the_start_leaves_the_voice_out(edge: EdgeServer) -> None:
    guard = _guard()
    edge.fault = "503"
    await guard.trial()
    assert not guard.ready()


async def test_a_voice_without_network_is_left_out_within_its_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge_tts.communicate.WSS_URL", "ws://127.0.0.1:9/edge?x=1")
    guard = _guard()
    await guard.trial()
    assert not guard.ready()


@pytest.mark.parametrize("rate", [8000, 16000])
async def test_the_sound_is_the_tone_that_was_sent(edge: EdgeServer, rate: int) -> None:
    speech = await _guard().whole(_TEXT, rate, 1.0)
    samples = to_samples(speech.pcm)[rate : 2 * rate]
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    assert np.argmax(spectrum) == pytest.approx(220, abs=2)
