"""The secret that signs links, photos and webhooks: ``SECRET_KEY``, else one of our own, made once and kept."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from voice.config import ConfigError


def secret_key(configured: str, data_dir: Path) -> str:
    """Return the configured key, or the one kept in ``data_dir``; several machines must share one.

    Raises:
        ConfigError: the kept key cannot be read or written.
    """
    if configured:
        return configured
    path = data_dir / "secret.key"
    try:
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(32))
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(f"{path} cannot be used ({error.strerror}); mend its rights or set SECRET_KEY") from error


def _write_once(path: Path, key: str) -> None:
    """Create the file with the owner's rights only; a process that comes second keeps the first one's key."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
