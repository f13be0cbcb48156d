"""What the hotline says: sentences in ``config/wording/*.yaml``, their linter, and the checker before the voice."""

from dialog.wording.catalogue import Entry, Variant, Wording, parse_wording
from dialog.wording.checker import check
from dialog.wording.lint import Finding, lint

__all__ = ["Entry", "Finding", "Variant", "Wording", "check", "lint", "parse_wording"]
