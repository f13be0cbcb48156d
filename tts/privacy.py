"""What must not leave the machine even if nobody said so: a full number in a sentence."""

from __future__ import annotations

import re

from tts.ports import SpokenText

_ROW = re.compile(r"(?:[零幺一二三四五六七八九][，杠转 ]*){7,}")


def holds_full_number(spoken: SpokenText) -> bool:
    """Return whether seven or more digits are read in a row: a phone, a waybill; a tail or a year has four."""
    return _ROW.search(spoken.text) is not None
