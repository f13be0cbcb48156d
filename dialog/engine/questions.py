"""The kinds of question that scenes ask."""

from __future__ import annotations

from dialog.protocol import Expectation, ExpectKind

# no_input_s 0 means: as config/dialogue.yaml has it.
OPEN = Expectation(kind=ExpectKind.OPEN, no_input_s=0.0)
YES_NO = Expectation(kind=ExpectKind.YES_NO, no_input_s=0.0)
CHOICE = Expectation(kind=ExpectKind.CHOICE, no_input_s=0.0)
NUMBER = Expectation(kind=ExpectKind.NUMBER, min_digits=4, max_digits=20, keys="digits", no_input_s=12.0)
CODE = Expectation(kind=ExpectKind.DIGITS, min_digits=6, max_digits=6, keys="digits", no_input_s=30.0, secret=True)
"""A one-time code; the silence is the time in which a text arrives and is found."""
TAIL = Expectation(kind=ExpectKind.DIGITS, min_digits=4, max_digits=4, keys="digits", no_input_s=12.0)
