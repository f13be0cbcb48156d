"""Addresses: rooms and long door numbers digit by digit, buildings and floors as numbers, roads by their code."""

from __future__ import annotations

import re

from tts.text.numerals import cardinal, row
from tts.text.rule import Match, rule


def _doors(match: Match) -> str:
    return "杠".join(row(part) if len(part) >= 3 else cardinal(part) for part in re.split("-", match["doors"]))


RULES = (
    rule(r"(?<=[号栋幢座])(?P<doors>\d{1,2}-\d{1,4})(?![\d-]|[号栋幢座楼])", _doors),
    rule(r"(?<![\dA-Za-z-])(?P<doors>\d{1,4}(?:-\d{1,4}){1,3})(?=室|房|号房)", _doors),
    rule(r"(?<![\d-])(?P<doors>\d{1,2}-\d{1,2}-\d{3,4})(?![\d-])", _doors),
    rule(r"(?<![\d.])(?P<room>\d{3,4})(?=室|房|号房|包间|信箱)", lambda m: row(m["room"])),
    rule(r"(?<=[栋幢座元楼层])(?P<room>\d{3,4})(?![\d.元块年个件票])", lambda m: row(m["room"])),
    rule(r"(?<![\d.])(?P<door>\d{4,})(?=号|弄)", lambda m: row(m["door"])),
    rule(r"(?<![\d.])(?P<door>\d{3})(?=号|弄)", lambda m: cardinal(m["door"])),
    rule(
        r"(?P<letter>(?<![A-Za-z])[GSXYC])?(?<![\d.])(?P<road>\d{2,4})(?=国道|省道|县道|乡道|高速)",
        lambda m: (m["letter"] or "") + row(m["road"]),
    ),
    rule(
        r"(?<![\d.])(?P<number>\d{1,3})\s?\#(?P<kind>楼|栋|幢)?",
        lambda m: f"{cardinal(m['number'])}号{m['kind'] or ''}",
    ),
)
