"""Several wishes in one breath: where one ends and the next begins."""

from __future__ import annotations

import re

_JOINTS = re.compile(
    r"(?:,|,?(?:顺便|另外|还有就是|还有|再就是|同时|然后再?|并且|而且还?|还要|还想|还得|再帮我|也帮我|要是|如果|再有))+"
)
_SHORTEST = 2


def clauses(flat: str) -> tuple[str, ...]:
    """Clauses of a normalised text, cut at breaths and at words that join two wishes."""
    parts = (part.strip() for part in _JOINTS.split(flat))
    return tuple(part for part in parts if len(part) >= _SHORTEST)
