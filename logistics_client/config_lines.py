"""YAML that operators edit, read so that every complaint names its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import yaml

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class ConfigLineError(ValueError):
    """A configuration file is wrong; the text reads ``file.yaml:12: what is wrong; what to do``."""


class Entry:
    """One value of a file, with the line it stands in.

    Args:
        node: the composed YAML node.
        file: name shown in errors.
    """

    def __init__(self, node: yaml.Node, file: str) -> None:
        self._node = node
        self._file = file

    def fail(self, message: str) -> NoReturn:
        """Raise ``ConfigLineError`` for this line."""
        raise ConfigLineError(f"{self._file}:{self._node.start_mark.line + 1}: {message}")

    def pairs(self) -> Iterator[tuple[str, Entry]]:
        """Walk a mapping; a key that stands twice is an error, because YAML would silently keep the last."""
        if not isinstance(self._node, yaml.MappingNode):
            self.fail("lines of the form 'key: value' are expected here; indent them below their key")
        seen: set[str] = set()
        for key_node, value_node in self._node.value:
            key = str(key_node.value)
            if key in seen:
                Entry(key_node, self._file).fail(f"{key} is written twice; remove one")
            seen.add(key)
            yield key, Entry(value_node, self._file)

    def fields(self, *allowed: str) -> dict[str, Entry]:
        """Return a mapping whose keys all have to be among ``allowed``."""
        found = dict(self.pairs())
        for key, entry in found.items():
            if key not in allowed:
                entry.fail(f"{key} is not known here; use {', '.join(allowed)}")
        return found

    def items(self) -> Iterator[Entry]:
        """Walk a list."""
        if not isinstance(self._node, yaml.SequenceNode):
            self.fail("a list is expected here; write [a, b] or lines that begin with '- '")
        for node in self._node.value:
            yield Entry(node, self._file)

    def text(self) -> str:
        """Return a value as it is written."""
        if not isinstance(self._node, yaml.ScalarNode) or not str(self._node.value).strip():
            self.fail("a single value is expected here")
        return str(self._node.value)

    def number(self, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        text = self.text()
        if not text.isdecimal() or not least <= int(text) <= most:
            self.fail(f"{text!r} is out of place; give a whole number from {least} to {most}")
        return int(text)

    def span(self) -> timedelta:
        """Return a length of time, such as 30m, 2h or 7d."""
        match = re.fullmatch(r"([1-9][0-9]{0,3})([mhd])", self.text())
        if match is None:
            self.fail(f"{self.text()!r} is no length of time; write for example 30m, 2h or 7d")
        return timedelta(**{_UNITS[match[2]]: int(match[1])})

    def flag(self) -> bool:
        """Return true or false."""
        text = self.text().lower()
        if text not in ("true", "false"):
            self.fail(f"{text!r} is out of place; write true or false")
        return text == "true"


def read_entries(path: Path) -> Entry:
    """Read a file.

    Raises:
        ConfigLineError: missing, empty or no YAML.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            node = yaml.compose(stream, Loader=yaml.SafeLoader)
    except OSError as error:
        raise ConfigLineError(f"{path}: the file cannot be read; put it there or restore it") from error
    except UnicodeDecodeError as error:
        raise ConfigLineError(f"{path}: the file is not UTF-8; save it as UTF-8") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise ConfigLineError(f"{path}:{line}: this is no YAML; check indentation and quotes") from error
    if node is None:
        raise ConfigLineError(f"{path}:1: the file is empty; restore it from the repository")
    return Entry(node, str(path))
