from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tts.ports import SpokenText
from tts.text.sentences import LONGEST, sentences


def test_a_text_is_cut_after_its_full_stops() -> None:
    cut = sentences(SpokenText("您好。包裹在武汉，今晚到。还有别的事吗？再见"))
    assert [s.text for s in cut] == ["您好。", "包裹在武汉，今晚到。", "还有别的事吗？", "再见"]


def test_nothing_has_no_sentences() -> None:
    assert sentences(SpokenText("")) == []


@given(st.text(alphabet="您好包裹，。？、S ", max_size=600))
def test_sentences_joined_are_the_text_and_none_is_too_long(text: str) -> None:
    cut = sentences(SpokenText(text))
    assert "".join(s.text for s in cut) == text
    assert all(len(s.text) <= LONGEST for s in cut)
