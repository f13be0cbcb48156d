"""Barge-in at the caller's ear: how soon the voice pauses for words, and how soon it goes on after a false alarm."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from bench.talk.mix import VOICES, WORDS_PER_MINUTE
from telephony.rawsip import RawCaller
from telephony.rawsip.rtp import Timeline
from tts.build import espeak_voice
from tts.text.spoken import spoken
from tts.voices.espeak.variants import EspeakSpeaker
from voice.caller.ear import Ear
from voice.caller.listening import FRAME, VOICED_RMS, levels, trim

NUMBER = "13800138000"
INTERRUPTION = "不对不对我要转人工"
FALSE_ALARMS = ("嗯嗯", "好的", "妈你先吃饭", "哦是这样")
PAUSE_S = 0.4
GREETING_S = 6.5
STAGGER_S = 1.5


@dataclass(frozen=True, slots=True)
class Barge:
    """Milliseconds until the voice paused, until it was back after a false alarm, and how often it never came back."""

    paused_ms: tuple[int, ...]
    resumed_ms: tuple[int, ...]
    lost: int


async def barge_ins(uri: str, count: int) -> Barge:
    """Interrupt the bot ``count`` times with words and as often with a false alarm; calls begin one after the other."""
    plan = [
        (VOICES[index % len(VOICES)], text)
        for index in range(count)
        for text in (INTERRUPTION, FALSE_ALARMS[index % len(FALSE_ALARMS)])
    ]
    found = await asyncio.gather(
        *(_over_the_bot(uri, voice, text, STAGGER_S * place) for place, (voice, text) in enumerate(plan))
    )
    paused = [result[0] for result in found if result is not None and result[0] is not None]
    alarms = [result for result in found[1::2] if result is not None and result[0] is not None]
    resumed = [result[1] for result in alarms if result[1] is not None]
    return Barge(tuple(paused), tuple(resumed), len(alarms) - len(resumed))


async def _over_the_bot(uri: str, voice: str, text: str, wait_s: float) -> tuple[int | None, int | None] | None:
    await asyncio.sleep(wait_s)
    words = await _speech(voice, text)
    async with RawCaller(uri, from_number=NUMBER) as raw:
        await raw.call()
        ear = Ear(raw)
        await ear.speech_after(time.monotonic(), 5)
        await asyncio.sleep(GREETING_S)  # past the greeting, which cannot be interrupted
        if not await ear.speech_after(time.monotonic(), 5):
            return None
        began, _ = await raw.send(words)
        await asyncio.sleep(1.2)
        return pause_and_return(raw.received(), began)


async def _speech(voice: str, text: str) -> bytes:
    speaker = espeak_voice(EspeakSpeaker(variant=voice, wpm=WORDS_PER_MINUTE))
    try:
        return trim(b"".join([chunk.pcm async for chunk in speaker.speak(spoken(text), 8000, 1.0)]))
    finally:
        await speaker.close()


def pause_and_return(timeline: Timeline, began: float) -> tuple[int | None, int | None]:
    """Milliseconds from ``began`` to the bot's last voiced frame before a pause, and to its first one after it."""
    last: float | None = None
    for index, level in enumerate(levels(timeline.pcm)):
        at = timeline.heard_at(index * FRAME)
        if at < began - 1.0 or level <= VOICED_RMS:
            continue
        if last is not None and last >= began and at - last > PAUSE_S:
            return round((last - began) * 1000), round((at - began) * 1000)
        last = at + 0.02
    return (None if last is None else max(0, round((last - began) * 1000))), None
