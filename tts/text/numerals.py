"""Numbers as words: cardinals (两百三十六), rows of digits (幺三八), decimals (一点二).

``二`` is ``两`` before 百, 千, 万, 亿, as a phone agent says it; a lone 2 depends on what is counted and is
decided by the caller with ``counted``.
"""

from __future__ import annotations

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
"""Pattern of a written number, with thousands commas and a decimal part."""

_PLAIN = "零一二三四五六七八九"
_ROW = "零幺二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_BIG = ("", "万", "亿", "万亿")
_LONGEST = 16


def row(digits: str, *, one: str = "幺") -> str:
    """Return digits one by one: 1 is 幺 on the telephone, ``one="一"`` in years and keys."""
    return "".join(one if d == "1" else _PLAIN[int(d)] for d in digits)


def cardinal(digits: str) -> str:
    """Return a whole number in words; more than 16 digits are read one by one."""
    digits = digits.replace(",", "")
    if len(digits) > _LONGEST:
        return row(digits)
    if len(digits) > 1 and digits.startswith("0"):
        return row(digits, one="一")
    value = int(digits)
    if value == 0:
        return "零"
    sections = []
    while value:
        value, section = divmod(value, 10_000)
        sections.append(section)
    said = ""
    gap = False
    for place in range(len(sections) - 1, -1, -1):
        section = sections[place]
        if section == 0:
            gap = bool(said)
            continue
        if said and (gap or section < 1000):
            said += "零"
        words = _section(section, leading=not said)
        said += ("两" if words == "二" and place else words) + _BIG[place]
        gap = False
    return said


def decimal(number: str) -> str:
    """Return a number with an optional decimal part: 12.50 is 十二点五零."""
    whole, _, part = number.partition(".")
    return cardinal(whole) + (f"点{row(part, one='一')}" if part else "")


def counted(number: str) -> str:
    """Return a number in front of a measure word: a lone 2 is 两, 2.5 is 两点五."""
    words = decimal(number)
    whole = number.partition(".")[0]
    return "两" + words[1:] if whole == "2" else words


def _section(value: int, *, leading: bool) -> str:
    """Return 1-9999 in words; ``leading`` shortens 一十 to 十 at the head of the whole number."""
    said = ""
    zero = False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit == 0:
            zero = bool(said)
            continue
        if zero:
            said += "零"
            zero = False
        if place == 1 and digit == 1 and leading and not said:
            said += "十"
        else:
            said += ("两" if digit == 2 and place >= 2 else _PLAIN[digit]) + _PLACES[place]
    return said
