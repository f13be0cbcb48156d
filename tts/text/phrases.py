"""Readings that a dictionary of single characters gets wrong: words of the courier's desk and of the telephone.

One entry per line: hanzi, then a tone-numbered syllable for each. Tones are those before sandhi, except that
``一`` and ``不`` inside an entry are read exactly as written here.
"""

from __future__ import annotations

WORDS = """
还款 huan2 kuan3
"""

SINGLES = """
还 hai2
"""
