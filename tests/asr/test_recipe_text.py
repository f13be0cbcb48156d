import random
import shutil
from pathlib import Path

import pytest

from asr.recipe import text
from asr.recipe.template import parse, sample
from asr.recipe.text import DOMAIN, NUMBERS, OPEN, Grammar, letters, load_held_out, read_folder, vocabulary
from dialog.understanding.intents import ALL_INTENTS


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    words = [("天气", 900), ("桌子", 500), ("会议", 300), ("读书", 100)]
    folder = text.UTTERANCES
    return Grammar(read_folder(folder / "intents"), read_folder(folder / "slots"), words, load_held_out())


def test_every_intent_of_the_contract_has_templates(grammar: Grammar) -> None:
    assert set(ALL_INTENTS) <= set(grammar.templates)
    assert min(len(grammar.templates[name]) for name in ALL_INTENTS) >= 3


def test_held_out_sentences_are_frozen_by_hash(tmp_path: Path) -> None:
    assert len(load_held_out().rows) == 162
    shutil.copytree(text.UTTERANCES, tmp_path / "u")
    (tmp_path / "u" / "held_out.tsv").write_text("track\t改过了\n", encoding="utf-8")
    with pytest.raises(ValueError, match="not the frozen file"):
        load_held_out(tmp_path / "u")


def test_training_text_never_holds_a_held_out_sentence(grammar: Grammar) -> None:
    stream = grammar.stream(11)
    drawn = {next(stream).written for _ in range(8000)}
    assert len(drawn) > 6000
    assert not drawn & grammar.held_out.keys


def test_a_template_that_can_only_say_a_held_out_sentence_is_never_drawn() -> None:
    folder = text.UTTERANCES
    held_out = load_held_out(folder)
    both = Grammar({"human": [parse("(转人工|转人工坐席)")]}, read_folder(folder / "slots"), [], held_out)
    rng = random.Random(3)
    assert "转人工" not in {both.draw(DOMAIN, rng).written for _ in range(300)}


def test_every_template_can_be_spoken_and_written(grammar: Grammar) -> None:
    rng = random.Random(4)
    for intent, templates in grammar.templates.items():
        for template in templates:
            sentence = sample(template, grammar.fill, rng)
            assert not set("()[]{}|0123456789") & set(sentence), (intent, sentence)


def test_kinds_of_sentence(grammar: Grammar) -> None:
    rng = random.Random(9)
    assert grammar.draw(NUMBERS, rng).intent in text.NUMBER_INTENTS
    assert grammar.draw(DOMAIN, rng).intent not in text.NUMBER_INTENTS
    assert grammar.draw(OPEN, rng).intent == ""


def test_the_stream_is_reproducible(grammar: Grammar) -> None:
    first, second = grammar.stream(1), grammar.stream(1)
    assert [next(first) for _ in range(50)] == [next(second) for _ in range(50)]


def test_what_is_compared_is_hanzi_and_small_letters() -> None:
    assert letters("S F，幺 三。OK!12") == "sf幺三ok"


def test_vocabulary_keeps_the_domain_and_fills_up_by_frequency() -> None:
    words = [("天气", 10), ("气体", 5), ("罕", 1)]
    assert vocabulary({"快", "递"}, words, 4) == sorted("快递气天")
    assert vocabulary({"快", "递"}, words, 1) == sorted("快递")
