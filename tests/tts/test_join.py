from __future__ import annotations

import numpy as np
import pytest

from tts.audio import silence, to_pcm, to_samples
from tts.join import join
from tts.ports import Word
from tts.speech import Speech

_RATE = 8000


def _piece(text: str, *, lead: float = 0.1, sound: float = 0.3, tail: float = 0.2) -> Speech:
    tone = 0.5 * np.sin(2 * np.pi * 310 * np.arange(int(sound * _RATE)) / _RATE)
    pcm = silence(lead, _RATE) + to_pcm(tone.astype(np.float32)) + silence(tail, _RATE)
    return Speech(pcm, (Word(text, lead, lead + sound),))


def test_joined_parts_do_not_click() -> None:
    joined = to_samples(join([_piece("尾号"), _piece("六"), _piece("三")], _RATE).pcm)
    steepest_of_the_tone = 2 * np.pi * 310 / _RATE * 0.5
    assert np.abs(np.diff(joined)).max() <= steepest_of_the_tone * 1.05
    assert abs(joined[0]) < 0.01
    assert abs(joined[-1]) < 0.01


def test_silence_around_the_parts_is_cut_and_the_mark_decides_the_pause() -> None:
    close = join([_piece("六"), _piece("三")], _RATE)
    paused = join([_piece("六，"), _piece("三")], _RATE)
    assert close.seconds(_RATE) == pytest.approx(0.6 + 0.03, abs=0.06)
    assert paused.seconds(_RATE) - close.seconds(_RATE) == pytest.approx(0.17, abs=0.02)


def test_words_move_with_their_sound() -> None:
    joined = join([_piece("六"), _piece("三")], _RATE)
    samples = to_samples(joined.pcm)
    for word in joined.words:
        sound = samples[int((word.start_s + 0.02) * _RATE) : int((word.end_s - 0.02) * _RATE)]
        assert np.abs(sound).max() > 0.4
    assert joined.words[0].end_s <= joined.words[1].start_s


def test_silence_joins_to_silence() -> None:
    assert not np.any(to_samples(join([Speech(silence(0.1, _RATE), ())], _RATE).pcm))
