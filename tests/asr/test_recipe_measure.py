import numpy as np
import pytest

from asr.recipe.measure import ROWS, Case, edits, no_speech, score
from asr.recipe.voices import HELD_OUT_VOICES, TRAIN_VOICES

SILENT = np.zeros(1, np.float32)


@pytest.mark.parametrize(
    ("want", "got", "count"),
    [("", "", 0), ("快递", "", 2), ("", "啊", 1), ("查快递", "查个快弟", 2), ("一二三", "二三一", 2)],
)
def test_edit_distance(want: str, got: str, count: int) -> None:
    assert edits(want, got) == count


def test_score_counts_characters_sounds_and_whole_sentences() -> None:
    cases = [Case(SILENT, "东莞到了"), Case(SILENT, "幺三八洞")]
    plain = score(cases, ["东管到了", "一 三 八 零"])
    assert plain.cer == pytest.approx(100 * 3 / 8)
    assert plain.whole == 0
    folded = score(cases, ["东管到了", "一 三 八 零"], fold=True)
    assert folded.cer == pytest.approx(100 / 8)
    assert folded.syllables == 0
    assert folded.low <= folded.cer <= folded.high


def test_rows_for_unseen_voices_use_none_of_the_training() -> None:
    for row in ROWS:
        assert set(row.voices) in ({*TRAIN_VOICES}, {*HELD_OUT_VOICES})


def test_stretches_without_speech_have_the_asked_length_and_level() -> None:
    sounds = no_speech("pink", 0.5, -40.0)
    assert sum(map(len, sounds)) == 0.5 * 60 * 8000
    assert 20 * np.log10(np.sqrt((sounds[0] ** 2).mean())) == pytest.approx(-40, abs=1)
