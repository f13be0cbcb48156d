"""The frozen test sets of understanding: sentences nobody trains on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from dialog.protocol import Expectation, ExpectKind
from dialog.understanding.templates import UTTERANCES

DATA = Path(__file__).parent / "data"
REFERENCE = UTTERANCES / "held_out.tsv"
INDEPENDENT = DATA / "intents_heldout.tsv"
SECOND = DATA / "intents_second.tsv"
URGENT = DATA / "intents_urgent.tsv"
"""Danger and the authorities in unusual words, and (``none``) what only sounds like them."""
TURNS = DATA / "turns_heldout.tsv"

_ASKED = {"affirm": "yes_no", "deny": "yes_no", "give_number": "number", "correct": "number"}


@dataclass(frozen=True)
class Row:
    """One sentence, what it means, and the question it answers."""

    label: str
    text: str
    expect: Expectation


def rows(path: Path) -> list[Row]:
    """Sentences of a frozen file: ``label<TAB>text[<TAB>question kind]``."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        label, text, *asked = line.split("\t")
        if label not in ("intent", "state"):
            kind = asked[0] if asked else _ASKED.get(label, "open")
            found.append(Row(label, text, Expectation(kind=ExpectKind(kind))))
    return found


def is_untouched(path: Path) -> bool:
    """Whether the file is the one that its hash froze."""
    return hashlib.sha256(path.read_bytes()).hexdigest() == path.with_suffix(".sha256").read_text("ascii").strip()
