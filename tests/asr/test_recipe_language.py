"""The language model of the recipe, made from a few sentences and read back by the recogniser's loader."""

import math
import random
from pathlib import Path

import numpy as np
import pytest

from asr.errors import ModelError
from asr.language import END, START, STEP, Context, LanguageModel, load_language
from asr.recipe import text
from asr.recipe.language import PIECES, build, encode, save, sentences
from asr.recipe.text import Grammar, load_held_out, read_folder

TOKENS = ["<blank>", "<s>", "</s>", *"abcde"]
IDS = {token: number for number, token in enumerate(TOKENS)}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = random.Random(1)
    texts = ["abcd"] * 60 + ["abce"] * 30 + ["".join(rng.choices("abcde", k=5)) for _ in range(200)]
    path = tmp_path_factory.mktemp("language") / "language.npz"
    save(build(*encode(texts, TOKENS), limits=(0.5, 0.5, 0.5)), len(TOKENS), path)
    return path


@pytest.fixture(scope="module")
def model(file: Path) -> LanguageModel:
    loaded = load_language(file, len(TOKENS))
    assert loaded is not None
    return loaded


def context(model: LanguageModel, said: str) -> Context:
    known = model.begin()
    for char in said:
        known = model.after(known, IDS[char])
    return known


@pytest.mark.parametrize("said", ["", "a", "ab", "abc", "ceb", "dddd", "abcdab"])
def test_probabilities_after_any_history_sum_to_one(model: LanguageModel, said: str) -> None:
    total = sum(math.exp(model.score(context(model, said), token)) for token in range(END, len(TOKENS)))
    assert total == pytest.approx(1.0, abs=2 * STEP)


def test_what_was_said_often_is_likely_and_more_history_makes_it_likelier(model: LanguageModel) -> None:
    follows = {char: model.score(context(model, "abc"), IDS[char]) for char in "abcde"}
    assert sorted(follows, key=follows.__getitem__)[:2:-1] == ["d", "e"]
    assert model.score(context(model, "ab"), IDS["c"]) > model.score(context(model, "eb"), IDS["c"])


def test_a_token_never_seen_is_unlikely_but_possible(model: LanguageModel) -> None:
    assert -30.0 < model.score(model.begin(), 0) < -10.0


def test_sentences_with_unknown_characters_are_left_out() -> None:
    flat, places = encode(["ab", "a?b", ""], TOKENS)
    assert flat.tolist() == [START, 3, 4, END]
    assert places.tolist() == [0, 1, 2, 3]


def test_no_file_is_no_model(tmp_path: Path) -> None:
    assert load_language(tmp_path / "language.npz", 8) is None


def test_a_damaged_file_is_named(file: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "language.npz"
    damaged.write_bytes(file.read_bytes()[:300])
    with pytest.raises(ModelError, match=r"language\.npz cannot be used"):
        load_language(damaged, len(TOKENS))
    damaged.write_bytes(b"")
    with pytest.raises(ModelError, match="damaged"):
        load_language(damaged, len(TOKENS))


def test_a_column_cut_short_is_damage(file: Path, tmp_path: Path) -> None:
    with np.load(file) as columns:
        values = dict(columns)
    values["scores2"] = values["scores2"][:-1]
    np.savez(tmp_path / "language.npz", **values)
    with pytest.raises(ModelError, match="damaged"):
        load_language(tmp_path / "language.npz", len(TOKENS))


def test_a_model_for_other_tokens_is_refused(file: Path) -> None:
    with pytest.raises(ModelError, match=r"made for 8 tokens and tokens\.json lists 9"):
        load_language(file, 9)


def test_no_frozen_sentence_is_counted() -> None:
    held_out = load_held_out()
    folder = text.UTTERANCES
    words = [("天气", 900), ("桌子", 500)]
    grammar = Grammar(read_folder(folder / "intents"), read_folder(folder / "slots"), words, held_out)
    counted = set(sentences(grammar, 6000))
    assert len(counted) > 4000 and PIECES > 0
    assert not counted & held_out.keys
