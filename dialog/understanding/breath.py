"""Several wishes in one breath: where one ends and the next begins."""

from __future__ import annotations

import re
from dataclasses import dataclass

_JOINT = re.compile(
    r",?(?P<word>(?:要是|如果|万一)[^,]{1,12}?(?:的话)?,?(?:那?就|那)(?=改|换|退|转|帮|给|拦|取消|投诉|送到|放)|"
    r"顺便(?:再)?|另外|还有就是|还有|再就是|同时|然后再?|并且|而且还?|还要|还想|还得|再帮我|也帮我|再有)|,"
)
_SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a breath; ``joined`` when a word like 顺便 tied it to its neighbour, not just a pause."""

    text: str
    joined: bool


def clauses(flat: str) -> tuple[Clause, ...]:
    """Clauses of a normalised text, cut at pauses and at words that join two wishes."""
    parts: list[Clause] = []
    start, joined = 0, False
    for match in _JOINT.finditer(flat):
        word = match["word"] is not None
        parts.append(Clause(flat[start : match.start()], joined or word))
        start, joined = match.end(), word
    parts.append(Clause(flat[start:], joined))
    return tuple(part for part in parts if len(part.text) >= _SHORTEST)
