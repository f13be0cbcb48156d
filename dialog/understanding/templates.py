"""Reads ``dialog/data/utterances`` and draws labelled sentences from its templates (grammar: its README)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dialog.understanding import spoken

UTTERANCES = Path(__file__).resolve().parents[1] / "data" / "utterances"


class TemplateError(ValueError):
    """A template or slot that cannot be read; the message quotes it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to be filled by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences of text, slots and further choices."""

    options: tuple[tuple[Part, ...], ...]


Part = str | Slot | Choice


@cache
def parse(template: str) -> Choice:
    """Read one template; raise TemplateError when a bracket does not match."""
    choice, end = _choice(template, 0, "")
    if end != len(template):
        raise TemplateError(f"bracket closed but never opened: {template!r}")
    return choice


def _choice(text: str, at: int, close: str) -> tuple[Choice, int]:
    options: list[tuple[Part, ...]] = []
    parts: list[Part] = []
    while at < len(text) and text[at] not in ")]":
        char = text[at]
        if char == "|":
            options.append(tuple(parts))
            parts, at = [], at + 1
        elif char in "([":
            inner, at = _choice(text, at + 1, ")" if char == "(" else "]")
            parts.append(inner if char == "(" else Choice((*inner.options, ())))
        elif char == "{":
            end = text.find("}", at)
            if end < 0:
                raise TemplateError(f"slot left open: {text!r}")
            parts.append(Slot(text[at + 1 : end]))
            at = end + 1
        else:
            parts.append(char)
            at += 1
    if close:
        if at >= len(text) or text[at] != close:
            raise TemplateError(f"bracket left open: {text!r}")
        at += 1
    return Choice((*options, tuple(parts))), at


def read_lines(path: Path) -> tuple[str, ...]:
    """Lines of a data file without remarks and blank lines."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


@dataclass(frozen=True)
class Grammar:
    """All templates per intent, and the words of the slots."""

    templates: dict[str, tuple[str, ...]]
    slots: dict[str, tuple[str, ...]]

    @classmethod
    def load(cls, folder: Path = UTTERANCES) -> Grammar:
        """Read the folder."""
        return cls(
            templates={path.stem: read_lines(path) for path in sorted((folder / "intents").glob("*.txt"))},
            slots={path.stem: read_lines(path) for path in sorted((folder / "slots").glob("*.txt"))},
        )

    def draw(self, template: str, rng: random.Random) -> str:
        """One sentence of a template."""
        return self._expand(parse(template), rng)

    def _expand(self, choice: Choice, rng: random.Random) -> str:
        out: list[str] = []
        for part in rng.choice(choice.options):
            if isinstance(part, str):
                out.append(part)
            elif isinstance(part, Slot):
                out.append(self.fill(part.name, rng))
            else:
                out.append(self._expand(part, rng))
        return "".join(out)

    def fill(self, slot: str, rng: random.Random) -> str:
        """Words for a slot, from its file or made by ``spoken``."""
        made = spoken.MADE.get(slot)
        if made is not None:
            return made(rng)
        if slot == "name":
            return self.fill("surname", rng) + self.fill("given", rng)
        if slot not in self.slots:
            raise TemplateError(f"no slot file {slot}.txt in the utterances folder")
        return self.draw(rng.choice(self.slots[slot]), rng)
