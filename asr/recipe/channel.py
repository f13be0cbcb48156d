"""The telephone between a mouth and the recogniser, in numpy: band, noise, level, codec, lost packets.

Everything works on float arrays of -1 to 1 at 8 kHz. ``draw`` picks a training channel, ``apply`` runs one.
Noise kinds and loss patterns of ``HELD_OUT`` conditions are never drawn for training.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

Samples = NDArray[np.float32]

RATE = 8000
PACKET = 160
"""Samples of a 20 ms packet."""

Noise = Literal["none", "white", "pink", "babble", "street", "hum", "music", "cafe"]
Codec = Literal["alaw", "ulaw", "linear"]

TRAIN_NOISES: tuple[Noise, ...] = ("white", "pink", "babble", "street", "hum", "music")


@dataclass(frozen=True)
class Channel:
    """One telephone channel."""

    low: float = 250.0
    high: float = 3500.0
    """Edges of the pass band in Hz."""
    tilt: float = 0.0
    """First-order pre-emphasis (negative: dull handset)."""
    noise: Noise = "none"
    snr: float = 99.0
    """Speech over noise in dB, over the speech's active part."""
    level: float = -26.0
    """Active speech level in dBFS."""
    clip: float = 1.0
    """Hard limit before the codec."""
    codec: Codec = "alaw"
    loss: float = 0.0
    """Share of packets lost."""
    burst: float = 1.0
    """Mean length of a loss burst in packets."""
    conceal: bool = True
    """Repeat the last packet, fading, instead of silence."""
    echo: float = -99.0
    """Level in dB of the other side's voice leaking back, relative to the speech."""


HELD_OUT = {
    "cafe": Channel(noise="cafe", snr=12.0),
    "narrow": Channel(low=450.0, high=2900.0, codec="ulaw"),
    "bursts": Channel(loss=0.06, burst=4.0, codec="ulaw"),
}
"""Channels kept for testing: brown noise with clatter, a narrow band, losses in bursts."""


def draw(rng: random.Random) -> Channel:
    """A training channel: three quarters noisy, mostly G.711, a fifth with losses."""
    noisy = rng.random() < 0.75
    noise: Noise = rng.choices(TRAIN_NOISES, (3, 3, 4, 2, 1, 2))[0] if noisy else "none"
    floor = 3.0 if noise == "babble" else 5.0
    return Channel(
        low=rng.uniform(150, 350),
        high=rng.uniform(3200, 3800),
        tilt=rng.uniform(-0.4, 0.4) if rng.random() < 0.4 else 0.0,
        noise=noise,
        snr=rng.triangular(floor, 40.0, 15.0) if noisy else 99.0,
        level=rng.uniform(-38, -16),
        clip=rng.uniform(0.15, 0.6) if rng.random() < 0.05 else 1.0,
        codec=rng.choices(("alaw", "ulaw", "linear"), (5, 3, 2))[0],
        loss=rng.uniform(0.005, 0.07) if rng.random() < 0.2 else 0.0,
        burst=1.0,
        conceal=rng.random() < 0.6,
        echo=rng.uniform(-35, -18) if rng.random() < 0.05 else -99.0,
    )


def apply(speech: Samples, channel: Channel, rng: random.Random, others: list[Samples]) -> Samples:
    """Send ``speech`` through the channel; ``others`` are further voices for babble and echo."""
    seed = np.random.default_rng(rng.getrandbits(32))
    active = level_of(speech)
    sound = speech.copy()
    if channel.noise != "none":
        noise = make_noise(channel.noise, len(sound), seed, others)
        sound = sound + noise * (10 ** ((active - channel.snr - level_of(noise, gated=False)) / 20))
    if channel.echo > -90 and others:
        voice = _fit(others[int(seed.integers(len(others)))], len(sound), seed)
        sound = sound + voice * 10 ** ((active + channel.echo - level_of(voice)) / 20)
    sound = band(sound, channel.low, channel.high)
    if channel.tilt:
        sound = lfilter([1.0, -channel.tilt], [1.0], sound)
    sound = sound * 10 ** ((channel.level - level_of(sound)) / 20)
    if channel.clip < 1.0:
        top = channel.clip * float(np.max(np.abs(sound)) + 1e-9)
        sound = np.clip(sound, -top, top)
    coded = code(np.clip(sound, -1.0, 1.0).astype(np.float32), channel.codec)
    return lose(coded, channel, seed) if channel.loss else coded


def level_of(sound: Samples, *, gated: bool = True) -> float:
    """RMS in dBFS, over the louder half of 20 ms frames when ``gated`` (the active speech level)."""
    frames = sound[: len(sound) // PACKET * PACKET].reshape(-1, PACKET)
    if not len(frames):
        return -99.0
    power = np.sort((frames.astype(np.float64) ** 2).mean(axis=1))
    if gated:
        power = power[len(power) // 2 :]
    return float(10 * np.log10(power.mean() + 1e-12))


def band(sound: Samples, low: float, high: float) -> Samples:
    """The telephone's pass band (fourth order)."""
    return np.asarray(sosfilt(butter(2, [low, high], "bandpass", fs=RATE, output="sos"), sound), np.float32)


def code(sound: Samples, codec: Codec) -> Samples:
    """What a G.711 codec leaves of the sound (or 16 bit)."""
    if codec == "linear":
        return np.asarray(np.round(sound * 32768) / 32768, np.float32)
    sign, size = np.sign(sound), np.abs(sound)
    if codec == "ulaw":
        mu = 255.0
        step = np.round(np.log1p(mu * size) / np.log1p(mu) * 127) / 127
        return np.asarray(sign * np.expm1(step * np.log1p(mu)) / mu, np.float32)
    a = 87.6
    scale = 1 + np.log(a)
    knee = size < 1 / a
    low = a * size / scale
    high = (1 + np.log(np.maximum(a * size, 1.0))) / scale
    step = (np.floor(np.where(knee, low, high) * 128) + 0.5) / 128
    out = np.where(step < 1 / scale, step * scale / a, np.exp(step * scale - 1) / a)
    return np.asarray(np.where(sound < 0, -1.0, 1.0) * out, np.float32)


def lose(sound: Samples, channel: Channel, seed: np.random.Generator) -> Samples:
    """Drop packets (two-state chain with mean burst length), concealed or silent."""
    out = sound.copy()
    leave = 1.0 / max(1.0, channel.burst)
    enter = channel.loss * leave / max(1e-6, 1 - channel.loss)
    lost, fade = False, 1.0
    for at in range(PACKET, len(out) - PACKET + 1, PACKET):
        lost = seed.random() >= leave if lost else seed.random() < enter
        if not lost:
            fade = 1.0
            continue
        fade *= 0.6
        out[at : at + PACKET] = out[at - PACKET : at] * fade if channel.conceal else 0.0
    return out


def _fit(sound: Samples, length: int, seed: np.random.Generator) -> Samples:
    """``sound`` repeated and cut to ``length`` from a random start."""
    if len(sound) < PACKET:
        return np.zeros(length, np.float32)
    start = int(seed.integers(len(sound)))
    return np.asarray(np.resize(np.roll(sound, -start), length), np.float32)


def _coloured(length: int, slope: float, seed: np.random.Generator) -> Samples:
    spectrum = np.fft.rfft(seed.standard_normal(length))
    spectrum[0] = 0.0
    spectrum[1:] /= np.arange(1, len(spectrum)) ** slope
    sound = np.fft.irfft(spectrum, length)
    return np.asarray(sound / (np.abs(sound).max() + 1e-9), np.float32)


def make_noise(kind: Noise, length: int, seed: np.random.Generator, others: list[Samples]) -> Samples:
    """Noise of a kind, any level (the caller scales it)."""
    if kind == "white":
        return seed.standard_normal(length).astype(np.float32)
    if kind == "babble" and len(others) >= 3:
        voices = [_fit(others[int(seed.integers(len(others)))], length, seed) for _ in range(int(seed.integers(4, 9)))]
        return np.asarray(sum(voice / (np.sqrt((voice**2).mean()) + 1e-6) for voice in voices), np.float32)
    if kind == "street":
        knots = np.arange(0, length + 4000, 4000)
        slow = np.interp(np.arange(length), knots, seed.uniform(0.2, 1, len(knots)))
        return np.asarray(_coloured(length, 0.7, seed) * slow, np.float32)
    if kind == "hum":
        time = np.arange(length) / RATE
        tones = [np.sin(2 * np.pi * 50 * n * time + seed.uniform(0, 6)) / n for n in (1, 2, 3, 5, 7, 9)]
        return np.asarray(np.sum(tones, axis=0) + 0.02 * seed.standard_normal(length), np.float32)
    if kind == "music":
        return _music(length, seed)
    if kind == "cafe":
        clatter = (seed.random(length) < 4 / RATE) * seed.standard_normal(length) * 3
        ring = lfilter([1.0], [1.0, -1.2, 0.85], clatter)
        return np.asarray(_coloured(length, 1.0, seed) + 0.05 * ring, np.float32)
    return _coloured(length, 0.5, seed)


def _music(length: int, seed: np.random.Generator) -> Samples:
    """Chords of plucked tones, a new one every 0.3 to 0.6 s."""
    out = np.zeros(length, np.float32)
    at = 0
    root = float(seed.uniform(110, 330))
    while at < length:
        size = int(seed.uniform(0.3, 0.6) * RATE)
        time = np.arange(min(size, length - at)) / RATE
        shift = 2 ** (float(seed.choice([0, 2, 4, 5, 7, 9])) / 12)
        chord = np.zeros(len(time))
        for ratio in (1.0, 1.26, 1.5):
            for overtone in (1, 2, 3):
                chord += np.sin(2 * np.pi * root * shift * ratio * overtone * time) / overtone
        out[at : at + len(time)] = chord * np.exp(-3 * time)
        at += size
    return out
