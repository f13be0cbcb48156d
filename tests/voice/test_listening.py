"""The simulated caller's judgement of what it heard."""

from __future__ import annotations

import numpy as np

from voice.caller.listening import likeness, same_speech, trim, voiced_span


def syllables(seed: int, seconds: float = 1.5) -> bytes:
    generator = np.random.default_rng(seed)
    time_axis = np.arange(round(seconds * 8000)) / 8000
    pitch = np.repeat(generator.uniform(100, 300, 15), len(time_axis) // 15 + 1)[: len(time_axis)]
    voice = np.sin(2 * np.pi * np.cumsum(pitch) / 8000) + generator.normal(0, 0.3, len(time_axis))
    samples: bytes = (5000 * voice).astype("<i2").tobytes()
    return samples


SILENCE = bytes(8000)


def test_the_same_sound_with_noise_and_delay_is_the_same() -> None:
    sound = syllables(1)
    noise = np.random.default_rng(2).normal(0, 300, len(sound) // 2)
    received = SILENCE + (np.frombuffer(sound, np.int16) + noise).astype("<i2").tobytes() + SILENCE
    assert same_speech(received, [sound])
    assert likeness(received, sound) > 0.95


def test_other_speech_of_the_same_length_is_not_the_same() -> None:
    assert not same_speech(SILENCE + syllables(3) + SILENCE, [syllables(4)])


def test_a_cut_sentence_is_not_the_same() -> None:
    sound = syllables(5)
    assert not same_speech(sound[: len(sound) * 7 // 10], [sound])


def test_pauses_between_sentences_do_not_matter_but_a_missing_one_does() -> None:
    first, second = syllables(6), syllables(7)
    assert same_speech(first + SILENCE * 3 + second, [first, second])
    assert not same_speech(first + SILENCE * 3, [first, second])


def test_a_lost_frame_slips_and_still_counts() -> None:
    sound = syllables(8)
    assert same_speech(SILENCE + sound[:8000] + sound[8320:] + SILENCE, [sound])


def test_silence_has_no_span_and_is_trimmed_away() -> None:
    assert voiced_span(SILENCE) is None
    assert trim(SILENCE + syllables(9) + SILENCE) != b""
    assert trim(SILENCE) == b""
    assert not same_speech(SILENCE, [syllables(9)])


def test_a_sentence_is_found_late_in_a_long_recording() -> None:
    sound = syllables(10)
    assert likeness(SILENCE * 35 + sound + SILENCE, sound) > 0.95
