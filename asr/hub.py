"""A FunASR model by path or by hub name, decided before torch is imported and without waiting for the network."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

from asr.errors import ModelError

_ALIASES = {
    "paraformer-zh-streaming": "iic/speech_paraformer-large_asr_nat-zh-cn-16k-common-vocab8404-online",
}
_HUB = ("www.modelscope.cn", 443)
_PATIENCE_S = 0.7
_NEEDED = ("config.yaml", "model.pt")


def find_model(name: str, patience_s: float = _PATIENCE_S, hub: tuple[str, int] = _HUB) -> str:
    """What to give to ``funasr.AutoModel``: a checked local directory, or a hub name that can be downloaded.

    FunASR itself retries a missing hub for many seconds and then blames its register; this answers at once.

    Raises:
        ModelError: a directory without its files, or a name that is neither here nor reachable.
    """
    path = Path(name)
    if path.is_dir():
        for needed in _NEEDED:
            if not (path / needed).is_file():
                raise ModelError(
                    f"The model file {path / needed} is missing; restore it or set ASR_MODEL to another directory."
                )
        return str(path)
    if path.is_absolute() or name.startswith("."):
        raise ModelError(f"There is no model directory {path}; set ASR_MODEL to one or run `make model`.")
    cached = _cached(_ALIASES.get(name, name))
    if cached is not None:
        return str(cached)
    if not _reachable(hub, patience_s):
        raise ModelError(
            f"The model {name} is not on this machine and the model hub cannot be reached;"
            " download it where there is a network and set ASR_MODEL to its directory."
        )
    return name


def _cached(name: str) -> Path | None:
    root = Path(os.environ.get("MODELSCOPE_CACHE", Path.home() / ".cache" / "modelscope"))
    for folder in ("hub/models", "hub", "models", "."):
        path = root / folder / name
        if all((path / needed).is_file() for needed in _NEEDED):
            return path
    return None


def _reachable(address: tuple[str, int], patience_s: float) -> bool:
    """Whether a connection succeeds in time; in a thread, because looking up a name cannot be bounded."""
    opened = threading.Event()

    def attempt() -> None:
        try:
            socket.create_connection(address, timeout=patience_s).close()
        except OSError:
            return
        opened.set()

    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(patience_s)
    return opened.is_set()
