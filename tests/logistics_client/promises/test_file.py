from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from logistics_client.config_lines import ConfigLineError
from logistics_client.promises import read_promises
from logistics_client.vocabulary import OrderKind

SHIPPED = Path(__file__).parents[3] / "config" / "promises.yaml"


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "promises.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def line_of(path: Path, part: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if part in line)


def test_the_shipped_file_reads() -> None:
    book = read_promises(SHIPPED)
    assert book.rules[OrderKind.COMPLAINT].within == timedelta(days=7)
    assert book.rules[OrderKind.COMPLAINT].any_hour
    assert (book.opens, book.closes, book.morning) == (time(8), time(20), time(10))


def test_closed_days_are_read(tmp_path: Path) -> None:
    path = changed(tmp_path, "closed_days: []", "closed_days: [2027-02-06, 2027-02-07]")
    assert read_promises(path).closed_days == {date(2027, 2, 6), date(2027, 2, 7)}


@pytest.mark.parametrize(
    ("old", "new", "part", "word"),
    [
        ("within: 30m", "within: soon", "within: soon", "30m, 2h or 7d"),
        ("urge_delivery:", "urge_delivry:", "urge_delivry", "no kind of order urge_delivry"),
        ("any_hour: true", "any_hour: maybe", "maybe", "true or false"),
        ("needs_road: true", "needs_rode: true", "needs_rode", "not known here"),
        ('opens: "08:00"', 'opens: "8"', 'opens: "8"', "no time of day"),
        ("closed_days: []", "closed_days: [holiday]", "[holiday]", "no date"),
        ("closed_days: []", "closed_days: 5", "closed_days: 5", "a list is expected"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, part: str, word: str) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(ConfigLineError) as caught:
        read_promises(path)
    assert f"promises.yaml:{line_of(path, part)}: " in str(caught.value)
    assert word in str(caught.value)


def test_a_kind_without_clock_is_named(tmp_path: Path) -> None:
    path = changed(tmp_path, "  message:", "#  message:")
    with pytest.raises(ConfigLineError, match="message"):
        read_promises(path)


def test_a_kind_written_twice_is_an_error(tmp_path: Path) -> None:
    path = changed(tmp_path, "  outlet_check:", "  urge_delivery:")
    with pytest.raises(ConfigLineError, match="written twice"):
        read_promises(path)


@pytest.mark.parametrize(
    ("content", "word"), [("", "empty"), ("kinds: [", "no YAML"), ("hours: {}", "kinds is missing")]
)
def test_a_broken_file_says_what_to_do(tmp_path: Path, content: str, word: str) -> None:
    path = tmp_path / "promises.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigLineError, match=word):
        read_promises(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigLineError, match="cannot be read"):
        read_promises(tmp_path / "none.yaml")
