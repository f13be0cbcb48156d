"""What comes in: any string at all. What goes on: plain text in one canonical writing, without markup.

Full-width and compatibility forms are folded (NFKC), tags and control characters dropped, links named.
"""

from __future__ import annotations

import html
import re
import unicodedata

_TAG = re.compile(r"</?[A-Za-z!?][^<>]{0,500}>")
_LINK = re.compile(r"(?:https?://|www\.)[\w./?=&%#:~+-]+", re.ASCII)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+", re.ASCII)
_NUMERO = re.compile(r"(?<![A-Za-z])[Nn][Oo]\.\s?(?=[A-Za-z]{0,4}\d)")
_CIRCLED = re.compile("[①-⑳⑴-⒇]")
_BLANKS = re.compile(r"[^\S\n]+")
_BETWEEN_HANZI = re.compile(r"(?<=[㐀-鿿、。]) (?=[㐀-鿿])")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-") | dict.fromkeys(map(ord, "∼〜～"), "~")
_SIGNS = {"〇": "零", "×": "*", "✕": "*", "÷": "除以", "±": "正负", "≤": "不超过", "≥": "不少于", "≈": "约"}


def clean(text: str) -> str:
    """Return ``text`` folded to one writing; line ends become full stops."""
    text = _CIRCLED.sub(lambda m: f",{m[0]}", _TAG.sub("", html.unescape(text)))
    text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    for sign, words in _SIGNS.items():
        text = text.replace(sign, words)
    text = _NUMERO.sub("", _MAIL.sub("邮箱", _LINK.sub("链接", text)))
    text = "".join("" if _invisible(char) else char for char in text)
    text = re.sub(r"\s*\n\s*", "。", text.strip())
    return _BETWEEN_HANZI.sub("", _BLANKS.sub(" ", text))


def _invisible(char: str) -> bool:
    return char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs", "Cn"}
