"""Phone numbers as they arrive from the line, a form or a caller, brought into one shape."""

from __future__ import annotations

import re
import unicodedata

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_VIRTUAL = re.compile(r"(?P<main>[0-9]{5,12})[-转#,](?P<extension>[0-9]{1,6})")


def normalised(number: str | None) -> str | None:
    """Return a number without country code, trunk zero and marks; None for anonymous and unreadable ones.

    A platform's virtual number keeps its extension as ``main-extension``.
    """
    if not number:
        return None
    text = "".join(unicodedata.normalize("NFKC", number).split())
    virtual = _VIRTUAL.fullmatch(text.removeprefix("+86"))
    if virtual is not None and _MOBILE.fullmatch(virtual["main"]):
        return f"{virtual['main']}-{virtual['extension']}"
    digits = re.sub(r"[^0-9]", "", text)
    for prefix in ("0086", "86", "0"):
        rest = digits.removeprefix(prefix)
        if rest != digits and _MOBILE.fullmatch(rest):
            return rest
    return digits if len(digits) >= 5 else None


def tail_of(number: str) -> str:
    """Return what a caller says of a number: its last four digits, of a virtual one those of the extension."""
    extension = number.partition("-")[2]
    return extension[-4:] if len(extension) >= 4 else number.replace("-", "")[-4:]


def is_mobile(number: str) -> bool:
    """Whether a normalised number is a mobile phone, which can read a text."""
    return _MOBILE.fullmatch(number) is not None


def is_landline(number: str) -> bool:
    """Whether a number is a fixed line (area code with a leading zero), which several people share."""
    return number.startswith("0") and 10 <= len(number) <= 12
