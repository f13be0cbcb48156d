"""How a number is read back: in groups that people can follow."""

from __future__ import annotations

import re

from dialog.numbers.formats import is_mobile

_LETTERS = re.compile(r"^([A-Z]*)(.*)$", re.DOTALL)
_LANDLINE = re.compile(r"^(0(?:10|2\d|[3-9]\d\d))(\d{3,4})(\d{4})$")


def read_back(digits: str) -> tuple[str, ...]:
    """Groups of one number: mobiles 3-4-4, letters by themselves, the last group always the four of the 尾号."""
    if is_mobile(digits):
        return (digits[:3], digits[3:7], digits[7:])
    landline = _LANDLINE.match(digits)
    if landline:
        return landline.groups()
    found = _LETTERS.match(digits)
    letters, body = (found[1], found[2]) if found else ("", digits)
    groups = [letters] if letters else []
    if len(body) <= 5:
        return (*groups, body) if body else tuple(groups)
    head, tail = body[:-4], body[-4:]
    fours = -(-len(head) // 4)  # as few groups of at most four as hold it, of even size
    sizes = [len(head) // fours + (index < len(head) % fours) for index in range(fours)]
    for size in sizes:
        groups.append(head[:size])
        head = head[size:]
    return (*groups, tail)
