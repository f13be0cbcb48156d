"""Voice activity frame by frame: how much voice counts, with the bot silent and over its voice."""

from __future__ import annotations

import pytest
from pipecat.audio.vad.vad_analyzer import VADParams, VADState

from voice.pipeline.vad import FRAME_MS, START_OVER_BOT_S, START_S, STOP_S, WebRtcVadAnalyzer, require_vad

FRAME = bytes(320)


class Scripted(WebRtcVadAnalyzer):
    """Says of every frame what the test wants."""

    voiced = False

    def voice_confidence(self, buffer: bytes) -> float:
        return 1.0 if self.voiced else 0.0


@pytest.fixture
def vad() -> Scripted:
    analyzer = Scripted()
    analyzer.set_sample_rate(8000)
    return analyzer


async def after(vad: Scripted, seconds: float, *, voiced: bool) -> VADState:
    vad.voiced = voiced
    state = VADState.QUIET
    for _ in range(round(seconds * 1000 / FRAME_MS)):
        state = await vad.analyze_audio(FRAME)
    return state


@pytest.mark.parametrize(("over_bot", "needed"), [(False, START_S), (True, START_OVER_BOT_S)])
async def test_a_voice_counts_after_its_time(vad: Scripted, over_bot: bool, needed: float) -> None:
    vad.over_bot(over_bot)
    assert await after(vad, needed - 0.02, voiced=True) is VADState.STARTING
    assert await after(vad, 0.02, voiced=True) is VADState.SPEAKING


async def test_a_click_is_no_voice(vad: Scripted) -> None:
    await after(vad, START_S - 0.02, voiced=True)
    assert await after(vad, 0.02, voiced=False) is VADState.QUIET


async def test_silence_ends_a_voice_after_the_hang_over(vad: Scripted) -> None:
    await after(vad, 0.5, voiced=True)
    assert await after(vad, STOP_S - 0.02, voiced=False) is VADState.STOPPING
    assert await after(vad, 0.02, voiced=False) is VADState.QUIET


async def test_new_parameters_do_not_forget_that_the_bot_speaks(vad: Scripted) -> None:
    vad.over_bot(True)
    vad.set_params(VADParams(confidence=0.5, start_secs=START_S, stop_secs=STOP_S, min_volume=0.0))
    assert await after(vad, START_S, voiced=True) is VADState.STARTING


async def test_below_the_floor_nothing_is_voice() -> None:
    vad = WebRtcVadAnalyzer()
    vad.set_sample_rate(8000)
    assert vad.voice_confidence(FRAME) == 0.0
    require_vad()
