import time
from pathlib import Path

import pytest

from dialog.protocol import Expectation, ExpectKind
from dialog.turns import floor_claim, turn_state
from dialog.turns.build import source_hash
from dialog.turns.model import turn_model
from dialog.understanding import SERVICE_INTENTS
from tests.dialog.frozen import DATA, INDEPENDENT, TURNS, Row, is_untouched, rows

SECOND_TURNS = DATA / "turns_second.tsv"
STATES = ("finished", "unfinished", "wait", "backchannel")
OPEN = Expectation(kind=ExpectKind.OPEN)
YES_NO = Expectation(kind=ExpectKind.YES_NO)
NUMBER = Expectation(kind=ExpectKind.NUMBER)
TAIL = Expectation(kind=ExpectKind.DIGITS, min_digits=4, max_digits=4)


def state_of(row: Row) -> str:
    return turn_state(row.text, TAIL if row.expect.kind is ExpectKind.DIGITS else row.expect)


def share_right(found: list[Row]) -> float:
    return sum(state_of(row) == row.label for row in found) / len(found)


def test_the_frozen_sets_are_untouched_and_the_first_holds_fifty_of_each_state() -> None:
    assert is_untouched(TURNS) and is_untouched(SECOND_TURNS)
    assert {state: sum(row.label == state for row in rows(TURNS)) for state in STATES} == dict.fromkeys(STATES, 50)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("path", [TURNS, SECOND_TURNS])
def test_states_of_the_frozen_sets(state: str, path: Path) -> None:
    assert share_right([row for row in rows(path) if row.label == state]) >= 0.95


@pytest.mark.parametrize("state", STATES)
def test_states_of_the_examples(state: str) -> None:
    assert share_right([row for row in rows(DATA / "turns_examples.tsv") if row.label == state]) >= 0.95


def test_whole_sentences_are_not_taken_for_broken_ones() -> None:
    whole = [row for row in rows(INDEPENDENT) if row.label in SERVICE_INTENTS]
    assert sum(turn_state(row.text, OPEN) == "finished" for row in whole) / len(whole) >= 0.97


@pytest.mark.parametrize(
    ("text", "expect", "state"),
    [
        ("", OPEN, "unfinished"),
        ("嗯", OPEN, "backchannel"),
        ("嗯", YES_NO, "finished"),
        ("对", YES_NO, "finished"),
        ("不用", YES_NO, "finished"),
        ("那个就是", OPEN, "unfinished"),
        ("我的单号是", OPEN, "unfinished"),
        ("等一下我找一下单号", NUMBER, "wait"),
        ("我等了三天了", OPEN, "finished"),
        ("尾号三六", OPEN, "unfinished"),
        ("尾号三六七九", OPEN, "finished"),
        ("我手机号幺三八零零幺三八零零零", OPEN, "finished"),
        ("单号七三幺零零", OPEN, "unfinished"),
        ("单号啊等一下", OPEN, "wait"),
        ("三六", TAIL, "unfinished"),
        ("三六七九", TAIL, "finished"),
        ("七三幺零零", NUMBER, "unfinished"),
        ("七三幺零零幺九六六幺幺三八六", NUMBER, "finished"),
        ("七三幺零零就这些", NUMBER, "finished"),
        ("幺三八零零幺三八零零零", NUMBER, "finished"),
        ("不对，是八不是七", NUMBER, "finished"),
        ("最后一位是", NUMBER, "unfinished"),
        ("转人工", NUMBER, "finished"),
    ],
)
def test_the_question_and_the_meaning_decide(text: str, expect: Expectation, state: str) -> None:
    assert turn_state(text, expect) == state


@pytest.mark.parametrize("text", ["😀" * 300, "等" * 10_000, "我的" * 5000, "七" * 10_000, "SELECT 1; --", "\x00"])
def test_any_text_gives_a_state_in_time(text: str) -> None:
    best = 1.0
    for _ in range(5):
        started = time.thread_time()
        assert turn_state(text, NUMBER) in STATES
        best = min(best, time.thread_time() - started)
    assert best < 0.02


def test_the_stored_model_was_made_from_the_present_files() -> None:
    assert turn_model().sources == source_hash(), "run: python -m dialog.turns.build"


@pytest.mark.parametrize("said", ["把空调打开", "要不要一起吃饭", "阿姨这个鱼帮我杀一下"])
def test_what_means_nothing_to_a_parcel_hotline_can_only_answer_its_question(said: str) -> None:
    assert floor_claim(said, asked=False) == "leaves"
    assert floor_claim(said, asked=True) != "leaves"
