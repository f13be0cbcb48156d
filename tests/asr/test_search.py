"""Beam search over the places of an utterance, with a language model small enough to reckon by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from asr.language import END, START, LanguageModel, load_language
from asr.search import Options, Search, settled

BLANK, A, B, C = 0, 3, 4, 5


@pytest.fixture
def language(tmp_path: Path) -> LanguageModel:
    """``C`` follows ``A`` and the end follows ``C``; everything else is five nats less likely."""
    np.savez(
        tmp_path / "language.npz",
        order=2,
        tokens=6,
        children1=np.array([5]),
        tokens1=np.array([START, END, A, B, C]),
        scores1=np.array([192, 72, 72, 72, 72]),
        backoffs1=np.zeros(5, np.int8),
        children2=np.array([0, 0, 1, 0, 1]),
        tokens2=np.array([C, END]),
        scores2=np.array([12, 12]),
        backoffs2=np.zeros(2, np.int8),
    )
    loaded = load_language(tmp_path / "language.npz", 6)
    assert loaded is not None
    return loaded


def sure(token: int) -> Options:
    return ((token, 0.0),)


def test_without_a_language_model_the_best_of_each_place_is_taken() -> None:
    search = Search(None)
    beam = search.extend(search.begin(), [((B, -0.6), (A, -0.7)), sure(C)])
    assert search.best(beam, ended=True) == [B, C]
    assert settled(beam) == 2


def test_what_comes_later_decides_between_two_that_sound_alike(language: LanguageModel) -> None:
    search = Search(language)
    alike: Options = ((B, -0.6), (A, -0.8))
    beam = search.extend(search.begin(), [alike])
    assert search.best(beam) == [B]
    assert settled(beam) == 0
    longer = search.extend(beam, [sure(C)])
    assert search.best(longer) == [A, C]
    assert search.best(beam) == [B], "a beam is a value"


def test_a_clear_sound_is_not_overruled(language: LanguageModel) -> None:
    search = Search(language)
    assert search.best(search.extend(search.begin(), [((B, -0.01), (A, -6.0)), sure(C)])) == [B, C]
    assert search.best(search.extend(search.begin(), [((B, 0.0), (A, -7.1)), sure(C)])) == [B, C]


def test_the_end_of_the_sentence_counts_only_when_it_ended(language: LanguageModel) -> None:
    search = Search(language)
    beam = search.extend(search.begin(), [((B, -0.6), (C, -0.9))])
    assert search.best(beam) == [B]
    assert search.best(beam, ended=True) == [C]


def test_a_place_without_a_character_leaves_the_context_alone(language: LanguageModel) -> None:
    search = Search(language, frozenset({BLANK}))
    beam = search.extend(search.begin(), [sure(A), sure(BLANK), ((B, -0.6), (C, -0.8))])
    assert search.best(beam) == [A, BLANK, C]


def test_readings_that_agree_again_are_settled(language: LanguageModel) -> None:
    search = Search(language)
    beam = search.extend(search.begin(), [sure(A), ((B, -0.6), (C, -0.8)), sure(B)])
    assert settled(beam) == 3, "one token of context: only the better of two pasts lives on"
    assert settled(search.extend(search.begin(), [sure(A), ((B, -0.6), (C, -0.8))])) == 1


def test_no_more_readings_are_kept_than_the_beam_is_wide(language: LanguageModel) -> None:
    search = Search(language, width=2)
    beam = search.extend(search.begin(), [tuple((token, -0.1 * token) for token in range(3, 6))])
    assert len(beam) == 2


def test_an_utterance_without_characters_reads_as_nothing(language: LanguageModel) -> None:
    search = Search(language)
    assert search.best(search.begin(), ended=True) == []
    assert settled(search.begin()) == 0
