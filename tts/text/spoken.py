"""The door of the text room: a written text to a spoken one."""

from __future__ import annotations

import re

from tts.ports import SpokenText

_DIGITS = str.maketrans("0123456789", "零幺二三四五六七八九")


def spoken(text: str) -> SpokenText:
    """Return ``text`` as an agent would say it."""
    text = text.translate(_DIGITS).upper().translate(str.maketrans(",.?!;；:：", "，。？！，，，，"))
    text = re.sub(r"(?<=[A-Z])(?=[A-Z])", " ", text)
    return SpokenText(re.sub(r"[^㐀-鿿A-Z，。？！、 ]", "", text).strip())
