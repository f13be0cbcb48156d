"""The little grammar of ``dialog/data/utterances``: alternatives, optional parts and slots.

``(a|b)`` is one of them, ``[a|b]`` may be left out, ``{slot}`` is filled by a callable.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

Filler = Callable[[str, random.Random], str]
"""Gives the text of a slot: ``filler(slot name, random source)``."""


class TemplateError(ValueError):
    """A template that cannot be read; the message quotes it."""


@dataclass(frozen=True)
class Choice:
    """One of several sequences; a sequence is made of texts, slots and further choices."""

    options: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True)
class Slot:
    """A place filled by name."""

    name: str


Part = str | Slot | Choice


def parse(template: str) -> Choice:
    """Read a template; raise TemplateError when a bracket is left open or closed twice."""
    choice, end = _choice(template, 0, "")
    if end != len(template):
        raise TemplateError(f"bracket closed but never opened in the template {template!r}")
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
                raise TemplateError(f"slot left open in the template {text!r}")
            parts.append(Slot(text[at + 1 : end]))
            at = end + 1
        else:
            parts.append(char)
            at += 1
    if close:
        if at >= len(text) or text[at] != close:
            raise TemplateError(f"bracket left open in the template {text!r}")
        at += 1
    options.append(tuple(parts))
    return Choice(tuple(options)), at


def sample(choice: Choice, fill: Filler, rng: random.Random) -> str:
    """One sentence of the template; every ``|`` is drawn evenly, slots are filled by ``fill``."""
    out: list[str] = []
    for part in rng.choice(choice.options):
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Slot):
            out.append(fill(part.name, rng))
        else:
            out.append(sample(part, fill, rng))
    return "".join(out)


def slots_of(choice: Choice) -> set[str]:
    """Names of all slots in the template."""
    names: set[str] = set()
    for option in choice.options:
        for part in option:
            if isinstance(part, Slot):
                names.add(part.name)
            elif isinstance(part, Choice):
                names |= slots_of(part)
    return names


def literals_of(choice: Choice) -> set[str]:
    """All characters written out in the template."""
    found: set[str] = set()
    for option in choice.options:
        for part in option:
            if isinstance(part, str):
                found.add(part)
            elif isinstance(part, Choice):
                found |= literals_of(part)
    return found
