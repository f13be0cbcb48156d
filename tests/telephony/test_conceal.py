import numpy as np
import pytest

from telephony.hub.comfort import LEVEL_DBFS, ComfortNoise
from telephony.hub.conceal import Concealer

from .sounds import samples, tone

FRAME = 320


def with_losses(pcm: bytes, lost: set[int], *, conceal: bool = True) -> bytes:
    made, out = Concealer(8000), b""
    for number in range(len(pcm) // FRAME):
        frame = pcm[number * FRAME : (number + 1) * FRAME]
        if number not in lost:
            out += made.good(frame) if conceal else frame
        else:
            out += (made.lost() if conceal else None) or bytes(FRAME)
    return out


def voice(seconds: float = 2.0) -> bytes:
    """A buzz with the harmonics of a voice whose pitch glides from 110 to 160 Hz."""
    t = np.arange(round(8000 * seconds)) / 8000
    phase = 2 * np.pi * np.cumsum(np.linspace(110, 160, t.size)) / 8000
    sound = sum(np.sin(k * phase) / k for k in range(1, 12))
    return np.asarray(3000 * sound).astype(np.int16).tobytes()


def noise_to_signal(made: bytes, true: bytes) -> float:
    was, should = samples(made).astype(float), samples(true).astype(float)
    return float(np.sum((was - should) ** 2) / np.sum(should**2))


@pytest.mark.parametrize("sound", [tone(200, 2.0), voice()])
def test_a_lost_packet_in_twenty_is_nearly_unheard_where_a_hole_is_not(sound: bytes) -> None:
    lost = set(range(5, 100, 20))
    hole = noise_to_signal(with_losses(sound, lost, conceal=False), sound)
    assert noise_to_signal(with_losses(sound, lost), sound) < 0.25 * hole


def test_sound_without_losses_is_untouched() -> None:
    assert with_losses(voice(), set()) == voice()


def test_no_click_at_either_end_of_a_hole() -> None:
    sound = samples(with_losses(voice(), {20, 21})).astype(int)
    steps = np.abs(np.diff(sound))
    largest = np.abs(np.diff(samples(voice()).astype(int))).max()
    assert steps[19 * 160 : 24 * 160].max() < 1.5 * largest


def test_a_hole_at_the_start_is_silence() -> None:
    assert Concealer(8000).lost() is None


def test_comfort_noise_is_soft_and_only_stands_in_for_silence() -> None:
    comfort = ComfortNoise(8000)
    assert comfort.instead_of(tone(400, 0.02)) == tone(400, 0.02)
    noise = samples(b"".join(comfort.instead_of(None) for _ in range(200))).astype(float)
    level = 20 * np.log10(np.sqrt(np.mean(noise**2)) / 32768)
    assert abs(level - LEVEL_DBFS) < 1.0
    assert np.count_nonzero(samples(comfort.instead_of(bytes(320)))) > 100
