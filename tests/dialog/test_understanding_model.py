import subprocess
import sys

import numpy as np
import pytest

from dialog.understanding import ALL_INTENTS
from dialog.understanding.build import source_hash
from dialog.understanding.features import blur, grams, syllables
from dialog.understanding.model import ARTEFACT, IntentModel, intent_model, softmax
from dialog.understanding.normalise import normalise


def test_the_stored_model_was_made_from_the_present_files() -> None:
    assert intent_model().sources == source_hash(), "run: python -m dialog.understanding.build"


def test_the_model_knows_exactly_the_contract() -> None:
    assert intent_model().intents == ALL_INTENTS
    assert len(ALL_INTENTS) == len(set(ALL_INTENTS)) == 45


def test_the_artefact_is_small_and_loads_without_unpickling() -> None:
    assert ARTEFACT.stat().st_size < 2_000_000
    with np.load(ARTEFACT, allow_pickle=False) as data:
        assert data["weights"].dtype == np.int8
    assert len(IntentModel.load().vocabulary) > 10_000


def test_understanding_runs_without_scikit_learn_and_pypinyin() -> None:
    code = (
        "import sys; from dialog.understanding import understand; from dialog.protocol import Expectation;"
        "understand('我的快递到哪了', Expectation());"
        "sys.exit(any(name in sys.modules for name in ('sklearn', 'scipy', 'pypinyin')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("heard", "said"),
    [("签收", "牵手"), ("网点", "晚点"), ("催派", "吹派"), ("是四", "四是"), ("丰巢", "风巢"), ("拒收", "举手")],
)
def test_words_that_sound_alike_share_syllables(heard: str, said: str) -> None:
    table = syllables()
    assert sorted(table[char] for char in heard) == sorted(table[char] for char in said)


def test_blurred_syllables() -> None:
    assert [blur(sound) for sound in ("zhong", "chi", "shui", "liang", "huang", "a")] == [
        "zon", "ci", "sui", "nian", "fuan", "a",
    ]  # fmt: skip


def test_numbers_count_as_one_sign_each() -> None:
    assert set(grams("尾号三六七九")) == set(grams("尾号一二三四"))


def test_probabilities_add_up_to_one() -> None:
    assert softmax(intent_model().logits("我要投诉")).sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("written", "flat"),
    [
        ("１２３，ＡＢ c", "一二三,ab c".replace(" ", ",")),
        ("好的！！！谢谢。", "好的,谢谢"),
        ("😀查 快递\u200b", "查,快递"),
        ("哈哈哈哈哈哈", "哈哈哈"),
        ("幺三八", "一三八"),
    ],
)
def test_texts_get_one_spelling(written: str, flat: str) -> None:
    assert normalise(written) == flat
