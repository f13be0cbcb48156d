"""Test sets and error rates: what a model hears of sentences, voices and channels it was never trained on."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from asr.recipe import channel, spoken
from asr.recipe.channel import Channel
from asr.recipe.corpus import speak
from asr.recipe.synth import Manner, Synthesiser
from asr.recipe.text import DOMAIN, Grammar, letters
from asr.recipe.voices import HELD_OUT_VOICES, TRAIN_VOICES

Sound = NDArray[np.float32]
Hear = Callable[[Sequence[Sound]], list[str]]
"""Recognises sounds of 8 kHz, -1 to 1."""

FOLD = str.maketrans("幺洞拐", "一零七")
"""Ways to say a digit that mean the same number."""

QUIET = Channel(noise="none", codec="alaw", level=-26.0)


@dataclass(frozen=True)
class Row:
    """One line of the table: which sentences, whose voices, which channel."""

    name: str
    sentences: str
    """``known`` (new draws from the training grammar), ``held-out``, ``numbers`` or ``waybill14``."""
    voices: tuple[str, ...]
    channel: Channel = QUIET


ROWS = (
    Row("seen voices, known sentences", "known", TRAIN_VOICES),
    Row("held-out voices, known sentences", "known", HELD_OUT_VOICES),
    Row("seen voices, held-out sentences", "held-out", TRAIN_VOICES),
    Row("held-out voices, held-out sentences", "held-out", HELD_OUT_VOICES),
    Row("numbers, held-out voices", "numbers", HELD_OUT_VOICES),
    Row("14-digit waybills, held-out voices", "waybill14", HELD_OUT_VOICES),
    Row("known, pink noise 15 dB", "known", HELD_OUT_VOICES, replace(QUIET, noise="pink", snr=15.0)),
    Row("known, pink noise 10 dB", "known", HELD_OUT_VOICES, replace(QUIET, noise="pink", snr=10.0)),
    Row("known, babble 15 dB", "known", HELD_OUT_VOICES, replace(QUIET, noise="babble", snr=15.0, codec="ulaw")),
    Row("known, babble 10 dB", "known", HELD_OUT_VOICES, replace(QUIET, noise="babble", snr=10.0, codec="ulaw")),
    Row("known, 5 % packet loss", "known", HELD_OUT_VOICES, replace(QUIET, loss=0.05)),
    Row("numbers, pink noise 15 dB", "numbers", HELD_OUT_VOICES, replace(QUIET, noise="pink", snr=15.0)),
    *(
        Row(f"known, held-out channel: {name}", "known", HELD_OUT_VOICES, each)
        for name, each in channel.HELD_OUT.items()
    ),
)
"""The table of the card; every row has at least 300 sentences."""

NOISES: tuple[channel.Noise, ...] = ("white", "pink", "babble", "street", "music")
SNRS = (20.0, 15.0, 10.0, 5.0)
GRID = tuple(
    Row(f"known, {noise} {snr:.0f} dB", "known", HELD_OUT_VOICES, replace(QUIET, noise=noise, snr=snr))
    for noise in NOISES
    for snr in SNRS
    if noise not in ("pink", "babble") or snr not in (15.0, 10.0)
)
"""Noises at several distances from the speech, where ``ROWS`` does not have them."""

PROMPTS = (
    "您好，这里是快递客服，请问有什么可以帮您",
    "您的快件今天下午由快递员派送，请保持电话畅通",
    "好的，正在为您查询，请稍等",
    "请您报一下运单号，或者手机尾号四位",
    "抱歉给您带来不便，我马上为您催派",
)
"""What the bot says while its own voice comes back."""


@dataclass(frozen=True)
class Case:
    """One test recording."""

    sound: Sound
    text: str


def make_cases(row: Row, grammar: Grammar, count: int, voice: Synthesiser, seed: int = 1) -> list[Case]:
    """Recordings of a row, the same ones every time; held-out sentences are repeated by other voices."""
    rng = random.Random(f"{row.name} {seed}")
    held = [text for _, text in grammar.held_out.rows]
    others: deque[Sound] = deque(maxlen=40)
    while len(others) < 8:
        others.append(speak(grammar.draw(DOMAIN, rng).spoken, Manner(rng.choice(TRAIN_VOICES)), voice, rng))
    cases: list[Case] = []
    while len(cases) < count:
        text = _text(row.sentences, len(cases), held, grammar, rng)
        manner = Manner(
            voice=row.voices[len(cases) % len(row.voices)],
            speed=rng.randint(150, 195),
            pitch=rng.randint(30, 70),
            range=rng.randint(35, 65),
            pinyin=rng.random() < 0.5,
        )
        sound = speak(text, manner, voice, rng, warp=False)
        padded = np.pad(sound, (int(0.3 * channel.RATE), int(0.4 * channel.RATE)))
        cases.append(Case(channel.apply(padded, row.channel, rng, list(others)), letters(text)))
        others.append(sound)
    return cases


def _text(kind: str, number: int, held: list[str], grammar: Grammar, rng: random.Random) -> str:
    if kind == "held-out":
        return held[number % len(held)]
    if kind == "waybill14":
        digits = f"7{rng.choice('356789')}" + "".join(rng.choice("0123456789") for _ in range(12))
        return spoken.say_digits(digits, rng)
    if kind == "numbers":
        return rng.choice((spoken.phone, spoken.waybill, spoken.tail4, spoken.digits))(rng)
    return grammar.draw(DOMAIN, rng).spoken


def edits(reference: str, heard: str) -> int:
    """Insertions, deletions and substitutions between two strings (Levenshtein)."""
    previous = list(range(len(heard) + 1))
    for i, want in enumerate(reference, 1):
        current = [i]
        for j, got in enumerate(heard, 1):
            current.append(min(previous[j] + 1, current[-1] + 1, previous[j - 1] + (want != got)))
        previous = current
    return previous[-1]


@dataclass(frozen=True)
class Score:
    """Error rates in percent with a 95 % bootstrap interval over sentences."""

    cer: float
    low: float
    high: float
    syllables: float
    """Error rate of toneless syllables: what understanding by sound has to live with."""
    whole: float
    """Percent of sentences without any error."""
    n: int


def score(cases: Sequence[Case], heard: Sequence[str], *, fold: bool = False) -> Score:
    """Compare; ``fold`` treats 幺/一, 洞/零 and 拐/七 as equal (for numbers)."""
    pairs = [(case.text, letters(text)) for case, text in zip(cases, heard, strict=True)]
    if fold:
        pairs = [(want.translate(FOLD), got.translate(FOLD)) for want, got in pairs]
    wrong = np.array([edits(want, got) for want, got in pairs], np.float64)
    size = np.array([len(want) for want, _ in pairs], np.float64)
    draws = np.random.default_rng(0).integers(len(pairs), size=(1000, len(pairs)))
    rates = 100 * wrong[draws].sum(axis=1) / size[draws].sum(axis=1)
    low, high = np.percentile(rates, [2.5, 97.5])
    sounds = sum(_sound_edits(want, got) for want, got in pairs)
    return Score(
        cer=float(100 * wrong.sum() / size.sum()),
        low=float(low),
        high=float(high),
        syllables=float(100 * sounds / size.sum()),
        whole=float(100 * (wrong == 0).mean()),
        n=len(pairs),
    )


def _sound_edits(want: str, got: str) -> int:
    from pypinyin import lazy_pinyin

    names: dict[str, str] = {}

    def coded(text: str) -> str:
        return "".join(names.setdefault(syllable, chr(0x4E00 + len(names))) for syllable in lazy_pinyin(list(text)))

    return edits(coded(want), coded(got))


def no_speech(
    kind: channel.Noise, minutes: float, level: float, others: list[Sound] | None = None, seed: int = 3
) -> list[Sound]:
    """Ten-second stretches of noise without a caller, through G.711; ``others`` are the voices of babble."""
    rng = np.random.default_rng(seed)
    noises = (channel.make_noise(kind, 10 * channel.RATE, rng, others or []) for _ in range(round(minutes * 6)))
    return [_at_level(noise, level) for noise in noises]


def babble_voices(grammar: Grammar, voice: Synthesiser, count: int = 40, seed: int = 5) -> list[Sound]:
    """People in the background."""
    rng = random.Random(seed)
    return [speak(grammar.draw(DOMAIN, rng).spoken, Manner(rng.choice(TRAIN_VOICES)), voice, rng) for _ in range(count)]


def echoes(minutes: float, level: float, voice: Synthesiser, seed: int = 6) -> list[Case]:
    """The bot's prompts coming back over the line at a level; the text is what the bot was saying."""
    rng = random.Random(seed)
    cases: list[Case] = []
    while sum(len(case.sound) for case in cases) < minutes * 60 * channel.RATE:
        text = PROMPTS[len(cases) % len(PROMPTS)]
        sound = speak(text, Manner("f2", speed=rng.randint(160, 175), pinyin=True), voice, rng, warp=False)
        cases.append(Case(_at_level(np.pad(sound, (1600, 3200)), level), text))
    return cases


def _at_level(sound: Sound, level: float) -> Sound:
    scaled = sound * 10 ** ((level - channel.level_of(sound, gated=False)) / 20)
    return channel.code(np.asarray(np.clip(scaled, -1, 1), np.float32), "alaw")
