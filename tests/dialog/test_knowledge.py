"""The knowledge file: the longest word found decides, and mistakes are named with their line."""

from __future__ import annotations

import pytest

from dialog.engine import ConfigError, Dialogue
from dialog.knowledge import parse_knowledge


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("寄到北京多少钱", "price"),
        ("你是机器人吗", "who"),
        ("能开发票吗", "invoice"),
        ("春节派件吗", "holiday"),
        ("能寄电池吗", "forbidden"),
        ("柜子超时还要收我钱,超时费怎么算", "locker_fee"),
        ("月亮上有什么", None),
    ],
)
def test_questions_find_their_answer(dialogue: Dialogue, question: str, entry: str | None) -> None:
    assert dialogue.knowledge.find(question) == entry


def test_the_longest_word_decides() -> None:
    data = "a: {asks: [电池], answer: 一。}\nb: {asks: [充电电池], answer: 二。}\n"
    assert parse_knowledge(data.encode()).find("充电电池能寄吗") == "b"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a: {asks: [], answer: 好。}", "knowledge.yaml:1: an empty word"),
        ("a: {asks: [''], answer: 好。}", "knowledge.yaml:1: an empty word"),
        ("a: {asks: [x], answer: 好}", "knowledge.yaml:1: the answer does not end"),
        ("a:\n  asks: [x]\n  answer: " + "长" * 90 + "。", "knowledge.yaml:3: 91 characters are too long"),
        ("a: {asks: [x]}", "knowledge.yaml:1: answer is missing"),
        ("a: x", "knowledge.yaml:1: a mapping"),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, error: str) -> None:
    with pytest.raises(ConfigError, match=error):
        parse_knowledge(text.encode())
