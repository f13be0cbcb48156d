from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.align import align, share, sounds, units
from tts.ports import SpokenText, Word
from tts.text import spoken

_TEXT = SpokenText("您好，S F快递，尾号六三八六。")


def test_boundaries_take_the_marks_of_the_text_with_them() -> None:
    boundaries = [Word("您好", 0.0, 0.4), Word("S", 0.5, 0.6), Word("F快递", 0.6, 1.0), Word("尾号六三八六", 1.1, 2.0)]
    words = align(_TEXT, boundaries)
    assert [w.text for w in words] == ["您好，", "S ", "F快递，", "尾号六三八六。"]
    assert [(w.start_s, w.end_s) for w in words] == [(w.start_s, w.end_s) for w in boundaries]


def test_blanks_and_case_do_not_hide_a_word() -> None:
    words = align(_TEXT, [Word("您好", 0.0, 0.4), Word("sf", 0.5, 0.9), Word("快 递", 0.9, 1.2)])
    assert [w.text for w in words] == ["您好，", "S F", "快递，"]


def test_a_boundary_that_is_not_in_the_text_is_left_out() -> None:
    words = align(_TEXT, [Word("您好", 0.0, 0.4), Word("6386", 0.5, 0.9), Word("六三八六", 1.0, 2.0)])
    assert "".join(w.text for w in words) == _TEXT.text


def test_words_stop_where_the_boundaries_stop() -> None:
    assert "".join(w.text for w in align(_TEXT, [Word("您好", 0.0, 0.4)])) == "您好，"


def test_sounds_are_hanzi_letters_and_words() -> None:
    assert sounds(_TEXT) == 2 + 2 + 2 + 6
    assert sounds(SpokenText("iphone十五")) == 3


@given(st.text(max_size=80))
def test_shared_words_are_the_text_and_fill_the_sound(text: str) -> None:
    said = spoken(text)
    words = share(said, 3.0)
    if sounds(said):
        assert "".join(w.text for w in words) == said.text
        assert words[-1].end_s == pytest.approx(3.0)
        assert all(a.end_s == pytest.approx(b.start_s) for a, b in itertools.pairwise(words))
    else:
        assert words == ()


@given(st.text(max_size=80))
def test_units_joined_are_the_text(text: str) -> None:
    said = spoken(text)
    if sounds(said):
        assert "".join(unit.sound.text + unit.mark for unit in units(said)) == said.text
