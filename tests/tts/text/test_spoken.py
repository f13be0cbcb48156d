from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tts.text import spoken

_DATA = Path(__file__).parents[1] / "data" / "reading.tsv"
_SPOKEN = re.compile(r"[㐀-鿿A-Za-z，。？！、 ]*")


def _reading_set() -> list[tuple[str, str]]:
    lines = [line for line in _DATA.read_text().splitlines() if line and not line.startswith("# ")]
    return [(written.replace("\\n", "\n"), said) for written, said in (line.split("\t") for line in lines)]


def test_the_reading_set_is_long_enough() -> None:
    assert len(_reading_set()) >= 300


@pytest.mark.parametrize(("written", "said"), _reading_set())
def test_it_is_said_as_written_by_hand(written: str, said: str) -> None:
    assert spoken(written).text == said


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_becomes_something_sayable(text: str) -> None:
    assert _SPOKEN.fullmatch(spoken(text).text)


@given(st.text(alphabet="0123456789.,:-/年月日点元块%~*#+()kgcmSF号 至转件两", max_size=60))
@settings(max_examples=500, deadline=None)
def test_no_digit_is_left_in_any_mix_of_figures(text: str) -> None:
    assert _SPOKEN.fullmatch(spoken(text).text)


@given(st.sampled_from([written for written, _ in _reading_set()]))
def test_what_is_spoken_stays_as_it_is(written: str) -> None:
    once = spoken(written)
    assert spoken(once.text) == once


@pytest.mark.parametrize(
    "nothing", ["", "   ", "\n\n", "😀🎉", "\x00\x07\x1b[31m"[:3], "。。。？！", "<break/>", "\u200b\ufeff", "()[]{}"]
)
def test_nothing_to_say_is_an_empty_text(nothing: str) -> None:
    assert not spoken(nothing)


def test_markup_is_never_spoken_nor_passed_on() -> None:
    said = spoken('你好</prosody></voice><voice name="x"><audio src="http://a.cn/b.mp3"/>再见 &lt;break time="9s"/&gt;')
    assert said.text == "你好再见"


def test_five_thousand_characters_are_read_in_well_under_a_second() -> None:
    text = "您尾号6386的包裹在武汉中转场，11月22日20:00前到，运费236.5元。" * 110
    begin = time.process_time()
    said = spoken(text)
    assert time.process_time() - begin < 1.0
    assert said.text.count("六三八六") == 110


@pytest.mark.parametrize(
    "hostile", ["<" * 5000, "1" * 5000, "1-" * 2500, "A1" * 2500, "(" * 5000, "1:" * 2500, " " * 5000]
)
def test_hostile_repetition_is_read_without_blowing_up(hostile: str) -> None:
    begin = time.process_time()
    spoken(hostile)
    assert time.process_time() - begin < 2.0
