import random

import pytest

from dialog.understanding import understand
from dialog.understanding.build import FROZEN, draw_samples, frozen_sentences
from dialog.understanding.normalise import letters_only
from dialog.understanding.templates import Grammar, read_lines
from tests.dialog.frozen import INDEPENDENT, REFERENCE, SECOND, URGENT, Row, is_untouched, rows


def first_intent(row: Row) -> str | None:
    understood = understand(row.text, row.expect)
    return understood.intent or (understood.ranked[0].intent if understood.ranked else None)


@pytest.mark.parametrize("path", [REFERENCE, INDEPENDENT, SECOND], ids=["reference", "independent", "second"])
def test_frozen_sets_are_untouched(path) -> None:  # type: ignore[no-untyped-def]
    assert is_untouched(path)
    assert path in FROZEN


def called_for(row: Row) -> set[str]:
    """Which of danger and authority are served."""
    return {score.intent for score in understand(row.text, row.expect).intents} & {"safety", "authority"}


def test_danger_in_unusual_words_calls_a_person_and_its_echo_does_not() -> None:
    assert is_untouched(URGENT)
    missed = [row.text for row in rows(URGENT) if row.label != "none" and row.label not in called_for(row)]
    assert len(missed) <= 1, missed  # a farewell that names nothing
    assert [row.text for row in rows(URGENT) if row.label == "none" and called_for(row)] == []


@pytest.mark.parametrize("path", [REFERENCE, INDEPENDENT, SECOND], ids=["reference", "independent", "second"])
def test_no_danger_is_missed_and_none_made_up_in_the_frozen_sets(path) -> None:  # type: ignore[no-untyped-def]
    urgent = [row for row in rows(path) if row.label in ("safety", "authority")]
    others = [row for row in rows(path) if row.label not in ("safety", "authority")]
    assert [row.text for row in urgent if row.label not in called_for(row)] == []
    made_up = [row.text for row in others if called_for(row)]
    assert len(made_up) <= 2, made_up  # a complaint that threatens, or is about a threat, is both


def test_the_independent_set_is_large_and_covers_every_intent() -> None:
    found = rows(INDEPENDENT)
    assert len(found) >= 500
    assert len({row.label for row in found}) == 45


def test_no_frozen_sentence_reaches_training() -> None:
    frozen = frozen_sentences()
    assert letters_only("我的快递到哪了") in frozen
    samples = draw_samples(Grammar.load(), frozen, per_intent=120)
    assert len(samples) > 4000
    assert not {letters_only(sample.text) for sample in samples} & frozen
    assert not {letters_only(sample.text) for sample in samples} & frozen_sentences([URGENT])


def test_a_frozen_sentence_drawn_from_a_template_is_dropped() -> None:
    grammar = Grammar(dict.fromkeys(Grammar.load().templates, ("人工服务",)), Grammar.load().slots)
    samples = draw_samples(grammar, frozenset({letters_only("人工服务")}), per_intent=20)
    assert all(sample.text != "人工服务" for sample in samples)


def test_no_template_file_holds_a_frozen_sentence_as_a_line() -> None:
    frozen = frozen_sentences([INDEPENDENT])
    lines = {letters_only(line) for found in Grammar.load().templates.values() for line in found}
    assert len(lines & frozen) == 0


@pytest.mark.parametrize(
    ("path", "least"),
    [(REFERENCE, 0.93), (INDEPENDENT, 0.95), (SECOND, 0.95)],
    ids=["reference", "independent", "second"],
)
def test_intents_of_the_frozen_sets_are_understood(path, least) -> None:  # type: ignore[no-untyped-def]
    found = rows(path)
    right = sum(first_intent(row) == row.label for row in found)
    assert right / len(found) >= least


def test_every_template_can_be_drawn() -> None:
    grammar = Grammar.load()
    rng = random.Random(1)
    assert all(grammar.draw(line, rng) is not None for lines in grammar.templates.values() for line in lines)
    assert read_lines(REFERENCE)
