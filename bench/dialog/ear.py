"""Sound in, transcripts out, as the recogniser process makes them; without sockets and faster than real time."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from asr.backend import hear_together
from asr.decode import ParaformerBackend
from asr.model_dir import open_directory
from asr.onnx_model import OnnxModel
from asr.ports import Transcript
from asr.recipe import channel
from asr.recipe.corpus import speak
from asr.recipe.measure import QUIET, Sound
from asr.recipe.synth import Manner, Synthesiser
from dialog.protocol import Heard, HeardToken

MODEL = Path(__file__).resolve().parents[2] / "asr" / "model"
BATCH = 16
_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")

Hear = Callable[[Sequence[Sound]], list[Transcript]]


def open_ear(folder: Path = MODEL) -> Hear:
    """The embedded recogniser: sounds of 8 kHz, one final transcript each."""
    directory = open_directory(folder)
    backend = ParaformerBackend("onnx", directory, OnnxModel(directory))

    def hear_batch(sounds: Sequence[Sound]) -> list[Transcript]:
        pcm = [(0, np.clip(np.round(sound * 32768), -32768, 32767).astype("<i2").tobytes()) for sound in sounds]
        return hear_together(backend, pcm, 8000)

    return lambda sounds: [x for at in range(0, len(sounds), BATCH) for x in hear_batch(sounds[at : at + BATCH])]


class Mouth:
    """Callers' voices over a quiet telephone line."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._voice = Synthesiser()

    def say(self, text: str, voice: str) -> Sound:
        """Speak a text once; the same words never sound quite the same twice."""
        rng = self._rng
        manner = Manner(voice, speed=rng.randint(150, 195), pitch=rng.randint(30, 70), pinyin=rng.random() < 0.5)
        sound = speak(text.translate(_DIGITS), manner, self._voice, rng, warp=False)
        return channel.apply(np.pad(sound, (2400, 3200)), QUIET, rng, [])


def as_heard(event: Heard, transcript: Transcript) -> Heard:
    """The event of the words as they were recognised."""
    tokens = tuple(HeardToken(token.text, token.confidence) for token in transcript.tokens)
    return Heard(event.at, transcript.text, transcript.confidence, tokens)
