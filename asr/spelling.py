"""Model tokens to text: characters are joined, letters are capitals, subword pieces become words."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from asr.ports import Token

_PIECE = "@@"


def spell(tokens: Iterable[str]) -> str:
    """Text of a token sequence.

    ``顺 丰 s f`` is ``顺丰SF`` (spelled letters are capitals on a waybill); words of subword pieces
    (``hel@@ lo``) are joined and kept apart by blanks.
    """
    words: list[str] = []
    open_piece = False
    for token in tokens:
        if open_piece:
            words[-1] += token.removesuffix(_PIECE)
        else:
            words.append(token.removesuffix(_PIECE))
        open_piece = token.endswith(_PIECE)
    text = ""
    before = ""
    for word in words:
        if _latin(before) and _latin(word) and len(before) + len(word) > 2:
            text += " "
        text += word.upper() if _latin(word) and len(word) == 1 else word
        before = word
    return text


def _latin(word: str) -> bool:
    return word.isascii() and word.isalpha()


def spread(text: str, begin_ms: float, end_ms: float) -> list[Token]:
    """Tokens of a text whose characters have no times of their own: spread evenly; the confidence is unknown (1)."""
    characters = [character for character in text if not character.isspace()]
    step = (end_ms - begin_ms) / max(1, len(characters))
    edges = [round(begin_ms + step * number) for number in range(len(characters) + 1)]
    return [
        Token(character, start, end, 1.0)
        for character, (start, end) in zip(characters, itertools.pairwise(edges), strict=True)
    ]
