"""Word times that belong to the spoken text: a voice's own boundaries laid on it, or a fair share where it has none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tts.ports import SpokenText, Word

_SOUNDS = re.compile(r"[㐀-鿿]|[A-Z](?![a-z])|[A-Za-z]+")


@dataclass(frozen=True)
class Unit:
    """A text to be heard in one piece, and the mark after it."""

    sound: SpokenText
    mark: str = ""


def units(spoken: SpokenText) -> tuple[Unit, ...]:
    """Return the hanzi, letters and words of a text one by one."""
    found = list(_SOUNDS.finditer(spoken.text))
    ends = [*(match.start() for match in found[1:]), len(spoken.text)]
    return tuple(
        Unit(SpokenText(match.group()), spoken.text[match.end() : end]) for match, end in zip(found, ends, strict=True)
    )


def sounds(spoken: SpokenText) -> int:
    """Return how many hanzi, letters and words there are to hear."""
    return len(_SOUNDS.findall(spoken.text))


def align(spoken: SpokenText, boundaries: Iterable[Word]) -> tuple[Word, ...]:
    """Return the boundaries with the marks of the text, so that the words joined are the text up to the last one.

    Blanks and case do not count (a service may tell ``SF`` where ``S F`` is written). A boundary whose text is not in
    the sentence (a voice that normalises by itself) is left out.
    """
    text = spoken.text
    kept = [place for place, char in enumerate(text) if char != " "]
    dense = "".join(text[place] for place in kept).lower()
    found: list[tuple[int, Word]] = []
    at = 0
    for boundary in boundaries:
        needle = boundary.text.replace(" ", "").lower()
        place = dense.find(needle, at) if needle else -1
        if place >= 0:
            found.append((kept[place], boundary))
            at = place + len(needle)
    ends = [place for place, _ in found[1:]]
    if found:
        ends.append(_with_marks(text, kept[at - 1] + 1))
    words: list[Word] = []
    start = 0
    for (_, boundary), end in zip(found, ends, strict=True):
        words.append(Word(text[start:end], boundary.start_s, boundary.end_s))
        start = end
    return tuple(words)


def share(spoken: SpokenText, seconds: float) -> tuple[Word, ...]:
    """Return one word per sound, spread evenly over ``seconds``: for voices that tell no times."""
    places = [match.start() for match in _SOUNDS.finditer(spoken.text)]
    if not places:
        return ()
    step = seconds / len(places)
    ends = [*places[1:], len(spoken.text)]
    starts = [0, *places[1:]]
    return tuple(
        Word(spoken.text[start:end], number * step, (number + 1) * step)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    )


def _with_marks(text: str, at: int) -> int:
    while at < len(text) and not _SOUNDS.match(text, at):
        at += 1
    return at
