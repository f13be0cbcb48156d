"""The carriers' number formats as the dialogue asks for them."""

from __future__ import annotations

from logistics_client.numbers import candidates


def plausible(number: str) -> float:
    """How well a whole number fits a known format: 0 not at all, 1 beyond doubt."""
    fitting = candidates(number)
    return fitting[0].weight / 100 if fitting else 0.0
