"""Whether what was heard is the bot's own voice coming back over the line.

An echo is clear speech, so no confidence tells it from a caller; but the call knows what it is saying. An echo holds
the bot's words in the bot's order. A caller who answers with a word of the question is shorter.
"""

from __future__ import annotations

SHORTEST = 5
"""Characters of the shortest text judged: shorter ones may be an answer in the bot's own words."""

SHARE = 0.6
"""Part of the heard characters that stand in the bot's sentence, in order, from which it is the bot's."""


def is_echo(heard: str, saying: str) -> bool:
    """Compare a transcript with the text that was being said to the caller at that time."""
    words, said = _written(heard), _written(saying)
    return len(words) >= SHORTEST and _in_order(words, said) >= SHARE * len(words)


def _written(text: str) -> str:
    return "".join(char for char in text.upper() if char.isalnum())


def _in_order(one: str, other: str) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for char in one:
        before = 0
        for at, wanted in enumerate(other, 1):
            before, row[at] = row[at], before + 1 if char == wanted else max(row[at], row[at - 1])
    return row[-1]
