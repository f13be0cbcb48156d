"""Every conversation of ``tests/calls`` ends where it should, with the facts and orders it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialog.engine import ConfigError, Dialogue
from dialog.scripts import parse_script
from tests.dialog.world import World, run_script

CALLS = sorted((Path(__file__).parents[1] / "calls").glob("*.yaml"))


@pytest.mark.parametrize("path", CALLS, ids=[path.stem for path in CALLS])
def test_conversation_goes_as_written(path: Path, dialogue: Dialogue) -> None:
    report = run_script(dialogue, parse_script(path.read_bytes(), path.name))
    talk = "\n".join(f"{who}: {text}" for who, text in report.said)
    assert not report.failures, "\n".join([*report.failures, talk])


def test_there_are_at_least_eighty_conversations() -> None:
    assert len(CALLS) >= 80


def test_a_wrong_expectation_fails_the_script(dialogue: Dialogue) -> None:
    data = CALLS[0].read_text(encoding="utf-8")
    body = data.partition("expect:")[0] + "expect: {final: ended, orders: [customs_help]}\n"
    report = run_script(dialogue, parse_script(body.encode(), "wrong.yaml"), World())
    assert any("orders" in failure for failure in report.failures)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: a\nturns: []\n", "x.yaml:1: at is missing; add it"),
        ("title: a\nat: noon\nturns: []\n", "x.yaml:2: this is no time"),
        ("title: a\nat: 2026-11-22T12:00:00\nturns: []\n", "x.yaml:2: the time has no zone"),
        ("title: a\nat: 2026-11-22T12:00:00+08:00\nturns:\n  - {say: a, keys: '1'}\n", "x.yaml:4: a turn is one of"),
        ("title: a\nat: 2026-11-22T12:00:00+08:00\nturn: []\n", "x.yaml:3: turn is not known here"),
    ],
)
def test_mistakes_are_named_with_their_line(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_script(text.encode(), "x.yaml")
