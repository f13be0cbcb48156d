"""Turn-taking on real calls: a speakerphone that sends our voice back, and a caller who goes on after a pause."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from telephony.rawsip import RawCaller, g711
from tests.voice.conftest import RunningHotline
from tts.build import espeak_voice
from tts.text.spoken import spoken
from tts.voices.espeak.variants import EspeakSpeaker
from voice.caller.ear import Ear
from voice.caller.listening import trim

pytestmark = [pytest.mark.call, pytest.mark.timeout(120)]

PIECE_S = 0.1


async def speech(texts: Sequence[str], variant: str = "m7") -> list[bytes]:
    voice = espeak_voice(EspeakSpeaker(variant=variant, wpm=165))
    try:
        return [trim(b"".join([c.pcm async for c in voice.speak(spoken(text), 8000, 1.0)])) for text in texts]
    finally:
        await voice.close()


async def send_back(caller: RawCaller, db: float) -> None:
    """Play what is received, softer and a tenth of a second later, until the call ends."""
    seen = 0
    while not caller.ended.done():
        packets = caller.rtp.packets[seen:]
        seen += len(packets)
        pcm = b"".join(g711.decode(packet.payload, packet.payload_type) for packet in packets)
        softer = (np.frombuffer(pcm, np.int16) * 10 ** (db / 20)).astype(np.int16).tobytes()
        if softer:
            await caller.send(softer)
        else:
            await asyncio.sleep(PIECE_S)


async def events_of(hotline: RunningHotline, sip_call_id: str) -> list[dict[str, Any]]:
    await asyncio.sleep(1.5)
    done = await asyncio.to_thread(hotline.run, "replay", "last", "--json")
    assert done.returncode == 0, done.stderr
    events: list[dict[str, Any]] = json.loads(done.stdout)
    assert events[0]["data"]["sip_call_id"] == sip_call_id
    return events


async def test_a_speakerphone_does_not_make_us_interrupt_ourselves(hotline: RunningHotline) -> None:
    async with RawCaller(hotline.uri, from_number="13800138000") as caller:
        await caller.call()
        coming_back = asyncio.create_task(send_back(caller, -14))
        ear = Ear(caller)
        assert await ear.speech_after(time.monotonic(), 10)
        assert await ear.silence(40)
        coming_back.cancel()
        await caller.hangup()
        events = await events_of(hotline, caller.call_id)
    spoken_whole = [event["data"]["interrupted"] for event in events if event["type"] == "turn.bot"]
    assert spoken_whole and not any(spoken_whole)
    assert "stop" not in [event["data"].get("decision") for event in events if event["type"] == "barge_in"]


async def test_a_caller_who_goes_on_within_a_second_has_said_one_turn(hotline: RunningHotline) -> None:
    first, later = await speech(["我的快递到哪了", "什么时候能到"])
    async with RawCaller(hotline.uri, from_number="13800138000") as caller:
        await caller.call()
        ear = Ear(caller)
        assert await ear.speech_after(time.monotonic(), 10)
        assert await ear.silence(40)
        await caller.send(first + bytes(2 * 4800) + later)
        assert await ear.speech_after(time.monotonic(), 10)
        assert await ear.silence(40)
        await caller.hangup()
        events = await events_of(hotline, caller.call_id)
    turns = [event["data"] for event in events if event["type"] == "turn.caller"]
    assert {turn["turn"] for turn in turns} == {1}
    answers = "".join(event["data"]["text"] for event in events if event["type"] == "turn.bot")
    assert answers.count("最后一次更新") == 1
    assert turns[-1].get("whole", turns[-1]["text"]).startswith(turns[0]["text"])
