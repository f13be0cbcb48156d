"""Cutting a spoken text into sentences: the unit that is heard in one voice, cached, and prepared ahead."""

from __future__ import annotations

import re

from tts.ports import SpokenText

_SENTENCE = re.compile(r"[^。？！]*[。？！]+ ?|[^。？！]+$")
_CLAUSE = re.compile(r"[^，、]*[，、]+ ?|[^，、]+$")
LONGEST = 120
"""Characters in one sentence; longer ones are cut at a clause, so that the first sound need not wait."""


def sentences(spoken: SpokenText) -> list[SpokenText]:
    """Return the sentences in order; joined they are the text."""
    cut: list[str] = []
    for sentence in _SENTENCE.findall(spoken.text):
        cut += [sentence] if len(sentence) <= LONGEST else _by_clause(sentence)
    return [SpokenText(piece) for piece in cut]


def _by_clause(sentence: str) -> list[str]:
    pieces = [""]
    for clause in _CLAUSE.findall(sentence):
        for start in range(0, len(clause), LONGEST):
            part = clause[start : start + LONGEST]
            if pieces[-1] and len(pieces[-1]) + len(part) > LONGEST:
                pieces.append("")
            pieces[-1] += part
    return pieces
