from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tts.ports import SpokenText
from tts.text import phrases, places, spoken
from tts.text.pinyin import to_pinyin
from tts.text.segment import entries

_DATA = Path(__file__).parents[1] / "data" / "pinyin.tsv"
_SYLLABLE = re.compile(r"[a-z]+[1-5]|[A-Z]|[a-z]+")


def _readings() -> list[tuple[str, str]]:
    lines = [line for line in _DATA.read_text().splitlines() if not line.startswith("# ")]
    return [(hanzi, pinyin) for hanzi, pinyin in (line.split("\t") for line in lines)]


@pytest.mark.parametrize(("hanzi", "pinyin"), _readings())
def test_it_is_pronounced_as_written_by_hand(hanzi: str, pinyin: str) -> None:
    assert " ".join(s.pinyin for s in to_pinyin(SpokenText(hanzi))) == pinyin


@pytest.mark.parametrize("table", [phrases.WORDS, phrases.TOGETHER, phrases.SINGLES, places.PLACES])
def test_every_line_of_our_dictionary_has_one_syllable_for_each_hanzi(table: str) -> None:
    for word, syllables in entries(table):
        assert len(word) == len(syllables), word
        assert all(re.fullmatch(r"[a-z]+[1-5]", syllable) for syllable in syllables), word


def test_no_word_stands_in_our_dictionary_twice() -> None:
    words = [word for table in (phrases.WORDS, phrases.TOGETHER, places.PLACES) for word, _ in entries(table)]
    assert len(words) == len(set(words))


def test_letters_are_named_and_marks_stay_with_the_word_before() -> None:
    syllables = to_pinyin(SpokenText("S F，A座。"))
    assert [(s.hanzi, s.pinyin, s.mark) for s in syllables] == [
        ("S", "S", " "), ("F", "F", "，"), ("A", "ei1", ""), ("座", "zuo4", "。"),
    ]  # fmt: skip


@given(st.text(max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_pronounced_and_shown_again(text: str) -> None:
    said = spoken(text)
    syllables = to_pinyin(said)
    assert "".join(s.text for s in syllables) == said.text
    assert all(_SYLLABLE.fullmatch(part) for s in syllables for part in s.pinyin.split())
