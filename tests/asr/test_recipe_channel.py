import random

import numpy as np
import pytest

from asr.recipe import channel
from asr.recipe.channel import Channel

TIME = np.arange(2 * channel.RATE) / channel.RATE
TONE = (0.3 * np.sin(2 * np.pi * 1000 * TIME)).astype(np.float32)
OTHERS = [(0.1 * np.sin(2 * np.pi * f * TIME)).astype(np.float32) for f in (300, 500, 700, 900)]


def run(**settings: object) -> channel.Samples:
    return channel.apply(TONE, Channel(**settings), random.Random(1), OTHERS)  # type: ignore[arg-type]


@pytest.mark.parametrize("level", [-38.0, -26.0, -16.0])
@pytest.mark.parametrize("codec", ["alaw", "ulaw", "linear"])
def test_speech_leaves_at_the_level_asked_for(level: float, codec: str) -> None:
    out = run(level=level, codec=codec)
    assert out.dtype == np.float32
    assert out.shape == TONE.shape
    assert channel.level_of(out) == pytest.approx(level, abs=0.4)


@pytest.mark.parametrize("noise", [*channel.TRAIN_NOISES, "cafe"])
def test_noise_has_the_asked_distance_to_the_speech(noise: channel.Noise) -> None:
    seed = np.random.default_rng(2)
    made = channel.make_noise(noise, len(TONE), seed, OTHERS)
    assert made.shape == TONE.shape
    assert np.isfinite(made).all()
    quiet, noisy = run(codec="linear"), run(codec="linear", noise=noise, snr=10.0, low=100, high=3900)
    assert np.abs(noisy - quiet).max() > 0.003


@pytest.mark.parametrize("codec", ["alaw", "ulaw"])
def test_codecs_are_about_38_db_good_and_idempotent(codec: channel.Codec) -> None:
    coded = channel.code(TONE, codec)
    error = 10 * np.log10(np.mean((coded - TONE) ** 2) / np.mean(TONE**2))
    assert -45 < error < -30
    assert np.allclose(channel.code(coded, codec), coded, atol=1e-6)


def test_alaw_has_no_zero() -> None:
    assert np.abs(channel.code(np.zeros(10, np.float32), "alaw")).min() > 0


def test_lost_packets_are_silent_or_concealed() -> None:
    dropped = channel.lose(TONE, Channel(loss=0.2, conceal=False), np.random.default_rng(1))
    packets = dropped.reshape(-1, channel.PACKET)
    assert 0.1 < (np.abs(packets).max(axis=1) == 0).mean() < 0.3
    hidden = channel.lose(TONE, Channel(loss=0.2, conceal=True), np.random.default_rng(1))
    assert np.abs(hidden.reshape(-1, channel.PACKET)).max(axis=1).min() > 0


def test_bursts_keep_the_share_of_losses() -> None:
    long = np.ones(channel.RATE * 200, np.float32)
    seed = np.random.default_rng(4)
    out = channel.lose(long, Channel(loss=0.06, burst=4.0, conceal=False), seed).reshape(-1, channel.PACKET)
    lost = out[:, 0] == 0
    runs = np.diff(np.flatnonzero(np.diff(np.concatenate([[0], lost, [0]]))))[::2]
    assert lost.mean() == pytest.approx(0.06, abs=0.02)
    assert runs.mean() == pytest.approx(4.0, abs=1.0)


def test_training_never_draws_a_held_out_channel() -> None:
    rng = random.Random(0)
    drawn = [channel.draw(rng) for _ in range(2000)]
    assert {each.noise for each in drawn} == {*channel.TRAIN_NOISES, "none"}
    assert max(each.burst for each in drawn) == 1.0
    assert max(each.low for each in drawn) < channel.HELD_OUT["narrow"].low
