"""Echo of our own voice on real sound: the embedded voice, A-law, a speakerphone's path with and without a room."""

from __future__ import annotations

import asyncio
from functools import cache

import numpy as np
import pytest
import webrtcvad
from numpy.typing import NDArray

from telephony.rawsip import g711
from tts.build import espeak_voice
from tts.text.spoken import spoken
from tts.voices.espeak.variants import EspeakSpeaker
from voice.pipeline.echo import EchoGuard
from voice.pipeline.vad import AGGRESSIVENESS, FLOOR

FRAME = 160
PAUSES_AFTER = 9
"""Voiced frames in a row (0.18 s) from which the bot pauses."""

Sound = NDArray[np.float64]


@cache
def speech(variant: str, text: str) -> Sound:
    async def say() -> bytes:
        voice = espeak_voice(EspeakSpeaker(variant=variant, wpm=165))
        try:
            return b"".join([chunk.pcm async for chunk in voice.speak(spoken(text), 8000, 1.0)])
        finally:
            await voice.close()

    return np.frombuffer(asyncio.run(say()), np.int16).astype(np.float64)


def our_voice() -> Sound:
    return speech("f2", "您尾号6386的包裹滞留在武汉中转场，预计今晚八点前发往下一站。要我让中转场优先处理吗？")


def over_the_line(sound: Sound) -> Sound:
    pcm = np.clip(sound, -32768, 32767).astype(np.int16).tobytes()
    return np.frombuffer(g711.decode(g711.encode(pcm, 8), 8), np.int16).astype(np.float64)


def room(sound: Sound) -> Sound:
    """A small furnished room: 30 ms decay, the direct sound 8 dB above what it leaves."""
    n = np.arange(1, 1600)
    tail = np.random.default_rng(1).normal(0, 0.06, n.size) * np.exp(-n / 240)
    return np.convolve(sound, np.concatenate(([1.0], tail)))[: len(sound)]


def echo(sound: Sound, db: float, ms: int) -> Sound:
    """What comes back: ``ms`` in the room and 100 ms on the line, both ways."""
    delay = 8 * (ms + 100)
    out = np.zeros(len(sound) + delay + 4000)
    out[delay : delay + len(sound)] = sound * 10 ** (db / 20)
    return out


def longest_voice(near: Sound, far: Sound, *, guarded: bool = True) -> tuple[int, int | None]:
    """Longest run of voiced frames, and the frame at which the bot would pause."""
    guard, vad = EchoGuard(8000), webrtcvad.Vad(AGGRESSIVENESS)
    far = np.concatenate((far, np.zeros(max(0, len(near) - len(far)))))
    run = longest = 0
    pauses: int | None = None
    sent = bytes(2 * FRAME)
    for number in range(len(near) // FRAME):
        here = slice(number * FRAME, (number + 1) * FRAME)
        guard.far(sent)
        sent = far[here].astype(np.int16).tobytes()
        frame = np.clip(near[here], -32768, 32767).astype(np.int16).tobytes()
        frame = guard.near(frame) if guarded else frame
        samples = np.frombuffer(frame, np.int16).astype(np.float64)
        voiced = float(np.sqrt(np.mean(samples**2))) >= FLOOR and vad.is_speech(frame, 8000)
        run = run + 1 if voiced else 0
        longest = max(longest, run)
        if run >= PAUSES_AFTER and pauses is None:
            pauses = number
    return longest, pauses


@pytest.mark.parametrize("ms", [20, 100, 250])
@pytest.mark.parametrize("db", [-12, -18, -24, -30])
def test_our_echo_does_not_pause_us(db: float, ms: int) -> None:
    coming_back = over_the_line(echo(our_voice(), db, ms))
    assert longest_voice(coming_back, our_voice())[1] is None


@pytest.mark.parametrize("db", [-12, -18])
def test_without_the_guard_the_same_echo_would(db: float) -> None:
    assert longest_voice(over_the_line(echo(our_voice(), db, 100)), our_voice(), guarded=False)[1] is not None


@pytest.mark.parametrize("db", [-12, -20, -30])
def test_the_echo_of_a_room_does_not_pause_us(db: float) -> None:
    assert longest_voice(over_the_line(echo(room(our_voice()), db, 100)), our_voice())[1] is None


@pytest.mark.parametrize("db", [-12, -24])
def test_a_caller_over_the_echo_is_heard_as_soon_as_without_it(db: float) -> None:
    both = over_the_line(echo(our_voice(), db, 100))
    caller = speech("m7", "不对不对我要转人工")
    at = 100 * FRAME
    both[at : at + len(caller)] += caller
    _, pauses = longest_voice(over_the_line(both), our_voice())
    assert pauses is not None and 100 <= pauses <= 115


def test_a_caller_is_untouched_while_we_are_silent() -> None:
    guard = EchoGuard(8000)
    frame = speech("m7", "不对不对我要转人工")[8000 : 8000 + FRAME].astype(np.int16).tobytes()
    for _ in range(100):
        guard.far(bytes(2 * FRAME))
    assert guard.near(frame) == frame


def test_another_voice_is_not_taken_for_an_echo() -> None:
    far = our_voice()
    caller = speech("m7", "我的快递到哪了我等了三天了一直没有收到你们帮我查一下好不好")
    longest, pauses = longest_voice(caller, far)
    alone, _ = longest_voice(caller, np.zeros(1))
    assert pauses is not None and longest >= 0.8 * alone
