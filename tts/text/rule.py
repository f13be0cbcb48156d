"""A reading rule: a pattern and what is said for it. Rules run in order over the whole text.

What a rule returns holds no Arabic digit, so a later rule never reads it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Match = re.Match[str]


@dataclass(frozen=True)
class Rule:
    """Replaces every match of ``pattern`` by what ``say`` returns."""

    pattern: re.Pattern[str]
    say: Callable[[Match], str]


def rule(pattern: str, say: Callable[[Match], str]) -> Rule:
    """Compile one rule; blanks and comments in the pattern do not count."""
    return Rule(re.compile(pattern, re.VERBOSE), say)


def read(text: str, rules: Iterable[Rule]) -> str:
    """Apply the rules one after the other."""
    for each in rules:
        text = each.pattern.sub(each.say, text)
    return text
