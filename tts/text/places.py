"""Place names whose characters are read otherwise than alone, or that must stay one word."""

from __future__ import annotations

PLACES = """
六安 lu4 an1
"""
