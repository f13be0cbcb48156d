"""Slots of the contract, each read by a small grammar of its own."""

from __future__ import annotations

from dialog.protocol import Expectation


def fill(text: str, flat: str, expect: Expectation, candidates: tuple[str, ...]) -> dict[str, str]:
    """All slots that the utterance holds."""
    return {}
