"""espeak-ng's own phonemes for a text, asked for without a child process: no sound is made."""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

import espeakng_loader


@cache
def _library() -> Any:
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Initialize(2, 0, str(Path(espeakng_loader.get_data_path()).parent).encode(), 0x8000)
    library.espeak_SetVoiceByName(b"cmn-latn-pinyin")
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    return library


def phonemes(text: str) -> str:
    """Return the phoneme mnemonics; ``(en)`` marks what is read in English."""
    rest = ctypes.c_char_p(text.encode())
    said = []
    while rest.value:
        said.append(_library().espeak_TextToPhonemes(ctypes.byref(rest), 1, 0).decode())
    return " ".join(said)
