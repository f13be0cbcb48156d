"""YAML with line numbers: what operators edit is read node by node, so that every complaint names its line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

import yaml


class ConfigError(ValueError):
    """A file that operators edit is wrong; the text reads ``file.yaml:12: what is wrong; what to do``."""


class Located:
    """One YAML node with the file and line it stands in.

    Args:
        node: the composed node.
        file: name shown in errors.
    """

    def __init__(self, node: yaml.Node, file: str) -> None:
        self.node = node
        self.file = file

    @property
    def line(self) -> int:
        """Line of the node, counted from 1."""
        return int(self.node.start_mark.line) + 1

    def fail(self, message: str) -> NoReturn:
        """Raise ``ConfigError`` at this line."""
        raise ConfigError(f"{self.file}:{self.line}: {message}")

    def items(self) -> Iterator[tuple[str, Located]]:
        """Walk a mapping; a repeated key is an error, because YAML would silently keep the last."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fail("a mapping (key: value lines) is expected here; indent the lines below their key")
        seen: set[str] = set()
        for key_node, value_node in self.node.value:
            key = Located(key_node, self.file).text()
            if key in seen:
                Located(key_node, self.file).fail(f"{key} is written twice; remove one")
            seen.add(key)
            yield key, Located(value_node, self.file)

    def get(self, key: str) -> Located | None:
        """Find one key of a mapping."""
        return dict(self.items()).get(key)

    def need(self, key: str) -> Located:
        """Find one key of a mapping or complain."""
        return self.get(key) or self.fail(f"{key} is missing; add it")

    def only(self, *allowed: str) -> None:
        """Complain about keys that nobody reads, most often a slip of the pen."""
        for key, value in self.items():
            if key not in allowed:
                value.fail(f"{key} is not known here; use one of {', '.join(allowed)}")

    def sequence(self) -> list[Located]:
        """Return the entries of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.fail("a list (lines that start with '- ') is expected here")
        return [Located(node, self.file) for node in self.node.value]

    def text(self) -> str:
        """Return a scalar as it is written."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.fail("a single value is expected here; put a text that holds ': ' into quotes")
        return str(self.node.value).strip()

    def number(self) -> float:
        """Return a scalar as a number."""
        try:
            return float(self.text())
        except ValueError:
            self.fail(f"{self.text()} is not a number; write digits")

    def whole(self, least: int = 0) -> int:
        """Return a scalar as a whole number of at least ``least``."""
        try:
            value = int(self.text())
        except ValueError:
            self.fail(f"{self.text()} is not a whole number; write digits")
        if value < least:
            self.fail(f"{value} is too small; write {least} or more")
        return value


def read(data: bytes, file: str) -> Located:
    """Parse one YAML document.

    Raises:
        ConfigError: not UTF-8, not YAML, or empty.
    """
    try:
        node = yaml.compose(data.decode("utf-8-sig"), Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}:1: the file is not UTF-8; save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{file}:{line}: {error.problem}; correct the YAML here") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{file}:1: {error}; remove characters that YAML does not allow") from error
    if node is None:
        raise ConfigError(f"{file}:1: the file is empty; put its entries back")
    return Located(node, file)
