"""Barge-in at the caller's ear: how soon the voice pauses for words, and how soon it goes on after a false alarm."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import pairwise

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
PAUSE_S = 0.22
"""The shortest silence that is a pause: longer than the gaps between the words of the voice."""
PAUSES_WITHIN_S = 1.0
GREETING_S = 7.5
"""From the first sound to a moment when the greeting is over on a slow machine too; more is said after it."""
STAGGER_S = 1.5
FRAME_S = 0.02


@dataclass(frozen=True, slots=True)
class Barge:
    """Milliseconds until the voice paused, and until it was back after a false alarm."""

    paused_ms: tuple[int, ...] = ()
    resumed_ms: tuple[int, ...] = ()
    lost: int = 0
    """False alarms after whose pause the voice never came back."""
    spoken_over: int = 0
    """Interruptions for which the voice never paused."""


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
    spoken_over = sum(result is not None and result[0] is None for result in found[::2])
    return Barge(tuple(paused), tuple(resumed), len(alarms) - len(resumed), spoken_over)


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
    """Milliseconds from ``began`` to the last voiced frame before the first silence, and to the first after it.

    Silences that begin within a second count, gaps between two words do not. The second is None when the
    voice did not come back, the first when it never paused.
    """
    voiced = [
        timeline.heard_at(index * FRAME) for index, level in enumerate(levels(timeline.pcm)) if level > VOICED_RMS
    ]
    heard = [at for at in voiced if at >= began - 1.0]
    silences = [
        (after - before - FRAME_S, before + FRAME_S, after)
        for before, after in pairwise([*heard, float("inf")])
        if began <= before + FRAME_S <= began + PAUSES_WITHIN_S
    ]
    pauses = [(paused, back) for length, paused, back in silences if length >= PAUSE_S]
    if not pauses:
        return None, None
    paused, back = pauses[0]
    return round((paused - began) * 1000), None if back == float("inf") else round((back - began) * 1000)
