"""Signed short tokens: short enough for a text message, refused without touching the database when forged."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence

_ID_BYTES = 9  # 72 random bits name the link ...
_MAC_BYTES = 6  # ... and 48 bits of HMAC keep guessing away from the database
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20}", re.ASCII)


class TokenSigner:
    """Makes and reads tokens of 20 characters.

    Args:
        keys: secrets, the newest first; older ones still read the links that they made.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or not all(keys):
            raise ValueError("give at least one secret key; set SECRET_KEY")
        self._keys = [hashlib.sha256(b"hotline-link\0" + key.encode()).digest() for key in keys]

    def new_id(self) -> str:
        """Return a new link id."""
        return base64.urlsafe_b64encode(secrets.token_bytes(_ID_BYTES)).decode("ascii")

    def token(self, link_id: str) -> str:
        """Return the token of a link id."""
        return link_id + _mac(self._keys[0], link_id)

    def link_id(self, token: str) -> str | None:
        """Return the link id of a token that one of our keys signed, else None."""
        if not _TOKEN.fullmatch(token):
            return None
        link_id, mac = token[:12], token[12:]
        good = [hmac.compare_digest(_mac(key, link_id), mac) for key in self._keys]
        return link_id if any(good) else None


def _mac(key: bytes, link_id: str) -> str:
    digest = hmac.new(key, link_id.encode("ascii"), hashlib.sha256).digest()[:_MAC_BYTES]
    return base64.urlsafe_b64encode(digest).decode("ascii")
