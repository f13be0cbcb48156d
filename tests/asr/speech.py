"""Sentences spoken by espeak-ng on a telephone line, for tests that listen."""

from __future__ import annotations

import functools

import numpy as np
import soxr

from asr.backend import Backend, Step, in_steps
from asr.ports import Transcript
from asr.recipe.synth import RATE, Manner, Synthesiser

SENTENCES = (
    "我的快递到哪了",
    "帮我查一下快递",
    "什么时候能送到",
    "我要转人工",
    "帮我催一下快递",
    "我的快递丢了怎么办",
    "手机号是一三八零零一三八零零零",
    "单号尾号六三八六",
)
ONSET_MS = 300


@functools.cache
def _voice() -> Synthesiser:
    return Synthesiser()


@functools.cache
def spoken(text: str, rate: int = 8000, voice: str = "f2", level: float = 8000.0) -> bytes:
    """s16 sound of ``text`` with 300 ms of silence before and 400 ms after."""
    sound = soxr.resample(_voice().say(text, Manner(voice)), RATE, rate)
    sound = np.pad(sound * (level / np.abs(sound).max()), (rate * ONSET_MS // 1000, rate * 400 // 1000))
    hiss = np.random.default_rng(1).normal(0, 3, len(sound))
    return np.round(sound + hiss).astype("<i2").tobytes()


def hear(backend: Backend, pcm: bytes, rate: int = 8000) -> list[Transcript]:
    """All transcripts of one utterance, the final one last."""
    utterance = backend.new_utterance(rate, 0)
    return [backend.run([Step(utterance, *piece)])[0] for piece in in_steps(backend, pcm, rate)]


def errors(want: str, got: str) -> int:
    """Edit distance."""
    row = list(range(len(got) + 1))
    for i, a in enumerate(want, 1):
        row, previous = [i], row
        for j, b in enumerate(got, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (a != b)))
    return row[-1]


def error_rate(backend: Backend, voices: tuple[str, ...] = ("f2", "m3")) -> float:
    """Characters wrong per character said over the sentences above."""
    said = [(text, hear(backend, spoken(text, voice=voice))[-1].text) for text in SENTENCES for voice in voices]
    return sum(errors(want, got) for want, got in said) / sum(len(want) for want, _ in said)
