"""A dropped call over real SIP: the process is killed in mid-call, the caller dials again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from telephony.rawsip import RawCaller
from tests.voice.conftest import RunningHotline, new_hotline
from tests.voice.test_calls import said_by_bot, types
from tts.build import espeak_voice
from tts.text.spoken import spoken
from tts.voices.espeak.variants import EspeakSpeaker

pytestmark = [pytest.mark.call, pytest.mark.timeout(180)]
CALLER = "13800138006"


async def complain_and_stay(hotline: RunningHotline) -> None:
    """Say 「我要投诉」, hear the question that follows, and never hang up."""
    voice = espeak_voice(EspeakSpeaker(variant="f5", wpm=160))
    pcm = b"".join([chunk.pcm async for chunk in voice.speak(spoken("我要投诉"), 8000, 1.0)])
    await voice.close()
    async with RawCaller(hotline.uri, from_number=CALLER) as caller:
        await caller.call()
        await asyncio.sleep(9)
        await caller.send(pcm)
        await asyncio.sleep(6)
        await asyncio.to_thread(hotline.kill)


def test_a_call_goes_on_after_the_hotline_was_killed(tmp_path: Path) -> None:
    hotline = new_hotline(tmp_path / "data")
    hotline.start()
    asyncio.run(complain_and_stay(hotline))
    hotline.start()
    try:
        report = hotline.call("--from", CALLER, "--say", "快递员态度太差了")
        events = hotline.events(report["call_id"])
        words = said_by_bot(events)
        assert "call.resumed" in types(events)
        assert "刚才断线了" in words and "自动语音" not in words
        assert types(events).count("work_order.opened") == 1
    finally:
        hotline.stop()
