"""Environment variables with a carrier's account."""

from __future__ import annotations

from collections.abc import Mapping

from logistics_client.errors import MisconfiguredError


class Env:
    """Environment variables that a carrier needs, named in the error when they are missing."""

    def __init__(self, carrier: str, values: Mapping[str, str]) -> None:
        self._carrier = carrier
        self._values = values

    def need(self, name: str) -> str:
        """Return a variable that must be there.

        Raises:
            MisconfiguredError: it is missing or empty.
        """
        value = self._values.get(name, "").strip()
        if not value:
            raise MisconfiguredError(f"set {name} to use CARRIER={self._carrier}", carrier=self._carrier)
        return value

    def get(self, name: str, default: str) -> str:
        """Return a variable (an address without its last slash), or what holds without it."""
        return self._values.get(name, "").strip().rstrip("/") or default

    def flag(self, name: str) -> bool:
        """Whether a variable says yes."""
        return self._values.get(name, "").strip().lower() in ("1", "true", "yes", "on")
