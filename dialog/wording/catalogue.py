"""The sentences operators edit: entries with a version and variants whose blanks are facts.

::

    track.where:
      version: 2
      say:
        - 您尾号{parcel.tail}的包裹{parcel.where}。
        - 您尾号{parcel.tail}的包裹,{parcel.stage}。

The first variant whose facts are all known is spoken; variants that hold the same facts as that one take turns, so
that a repeat does not sound canned.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dialog.facts import FACTS, View
from dialog.located_yaml import ConfigError, Located, read
from dialog.protocol import Fact, Sentence

_BLANK = re.compile(r"\{([a-z_0-9.]*)\}")


@dataclass(frozen=True)
class Variant:
    """One way to say an entry."""

    text: str
    file: str
    line: int

    @cached_property
    def blanks(self) -> tuple[str, ...]:
        """Names of the facts it needs, in order."""
        return tuple(_BLANK.findall(self.text))

    @cached_property
    def literal(self) -> str:
        """The words between the facts."""
        return _BLANK.sub("\N{SYMBOL FOR NULL}", self.text)

    def fill(self, values: Mapping[str, str]) -> str:
        """Put values into the blanks."""
        return _BLANK.sub(lambda match: values[match.group(1)], self.text)

    def read(self, view: View) -> tuple[Fact, ...] | None:
        """Read all facts; None when one of them is unknown or not for this caller."""
        facts: list[Fact] = []
        for name in self.blanks:
            value = FACTS[name].value(view)
            if value is None:
                return None
            facts.append(Fact(value, name))
        return tuple(facts)


@dataclass(frozen=True)
class Entry:
    """One sentence in all its variants; a change of words is a new version."""

    name: str
    version: int
    variants: tuple[Variant, ...]

    @property
    def mark(self) -> str:
        """Id and version as they stand on every turn: ``track.where@2``."""
        return f"{self.name}@{self.version}"

    def render(self, view: View, times_said: int) -> Sentence | None:
        """Say the entry with what is known now.

        Among the variants that can be said, those with as many facts as the first take turns by ``times_said``.
        """
        speakable = [(variant, facts) for variant in self.variants if (facts := variant.read(view)) is not None]
        if not speakable:
            return None
        same = [pair for pair in speakable if pair[0].blanks == speakable[0][0].blanks]
        variant, facts = same[times_said % len(same)]
        text = variant.fill({fact.source: fact.value for fact in facts})
        private = any(FACTS[fact.source].private for fact in facts)
        return Sentence(text, self.mark, facts, private)


@dataclass(frozen=True)
class Wording:
    """All entries by name."""

    entries: Mapping[str, Entry] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Entry:
        return self.entries[name]

    def __contains__(self, name: str) -> bool:
        return name in self.entries

    def by_mark(self, mark: str) -> Entry | None:
        """Find the entry of a version mark; None when it is not the version in force."""
        entry = self.entries.get(mark.partition("@")[0])
        return entry if entry is not None and entry.mark == mark else None

    def fixed_phrases(self) -> list[str]:
        """Sentences without facts, which can be spoken ahead of time."""
        texts = {v.text for entry in self.entries.values() for v in entry.variants if not v.blanks}
        return sorted(texts)

    def merged(self, others: tuple[Entry, ...]) -> Wording:
        """Add the entries of another file.

        Raises:
            ConfigError: a name is in two files.
        """
        for entry in others:
            if entry.name in self.entries:
                first, second = self.entries[entry.name].variants[0], entry.variants[0]
                where = f"{second.file}:{second.line}"
                raise ConfigError(f"{where}: {entry.name} is already in {first.file}:{first.line}; remove one")
        return Wording({**self.entries, **{entry.name: entry for entry in others}})


def parse_wording(data: bytes, file: str) -> tuple[Entry, ...]:
    """Read one wording file.

    Raises:
        ConfigError: with file and line.
    """
    return tuple(_entry(name, node) for name, node in read(data, file).items())


def _entry(name: str, node: Located) -> Entry:
    node.only("version", "say")
    version = node.need("version").whole(least=1)
    lines = node.need("say").sequence()
    if not lines:
        node.fail(f"{name} says nothing; add a line below say")
    return Entry(name, version, tuple(_variant(line) for line in lines))


def _variant(node: Located) -> Variant:
    text = node.text()
    for blank in _BLANK.findall(text):
        if blank not in FACTS:
            node.fail(f"{{{blank}}} is no known fact; use one of the list in docs/dialogue.md")
    if "{" in _BLANK.sub("", text) or "}" in _BLANK.sub("", text):
        node.fail("a brace is open or empty; write a fact as {parcel.tail}")
    return Variant(text, node.file, node.line)
