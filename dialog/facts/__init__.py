"""Typed facts: the only values that may be spoken, each with the source it is read from.

A sentence of ``config/wording`` names facts (``{parcel.where}``); a fact that has no source now, or that this caller
may not hear, is absent, and a sentence that needs it is not spoken.
"""

from dialog.facts.registry import FACTS, FactKind
from dialog.facts.view import View

__all__ = ["FACTS", "FactKind", "View"]
