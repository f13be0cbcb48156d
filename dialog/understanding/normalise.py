"""One spelling for all texts: recognisers, keyboards and web forms write the same words differently."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 240
"""Longer texts are cut to a first and a last half of this together: no breath is longer, and time stays bounded."""

_DIGITS = str.maketrans("0123456789〇幺妳您", "零一二三四五六七八九零一你你")
_BREATH = re.compile(r"[,、;:。.!?…~\s\-—]+")
_FOREIGN = re.compile(r"[^一-鿿㐀-䶿〇a-z ,]+")
_REPEATED = re.compile(r"(.)\1{3,}")


def shorten(text: str) -> str:
    """Cut an over-long text to its first and last part."""
    if len(text) <= MAX_CHARACTERS:
        return text
    half = MAX_CHARACTERS // 2
    return text[:half] + "，" + text[-half:]


def normalise(text: str) -> str:
    """Lower-case, half-width, digits as hanzi, breaths as one comma; what is no word disappears."""
    folded = unicodedata.normalize("NFKC", shorten(text)).lower().translate(_DIGITS)
    folded = _BREATH.sub(",", folded)
    folded = _FOREIGN.sub("", folded)
    return _REPEATED.sub(r"\1\1\1", folded).strip(",")


def letters_only(text: str) -> str:
    """The text without breaths, for comparing sentences."""
    return normalise(text).replace(",", "")
