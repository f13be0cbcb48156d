"""Mandarin speech from espeak-ng 1.52, in process (ctypes on the library inside ``espeakng-loader``).

Debian's 1.51 must not be used: it spells hanzi as English letters. The library is one global state, so one
``Synthesiser`` per process.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 22050
"""Samples per second of espeak-ng's output."""

_SYNCHRONOUS, _UTF8 = 2, 1
_SPEED, _PITCH, _RANGE, _WORD_GAP = 1, 3, 4, 7
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class SynthesisError(RuntimeError):
    """espeak-ng refused; the message says what to do."""


@dataclass(frozen=True)
class Manner:
    """How one sentence is spoken."""

    voice: str = ""
    """Variant name, empty for the plain voice."""
    speed: int = 165
    """Words per minute, 80 to 450."""
    pitch: int = 50
    """0 to 99."""
    range: int = 50
    """Pitch movement, 0 to 99."""
    word_gap: int = 0
    """Extra pause between words in 10 ms."""
    pinyin: bool = False
    """Read through pypinyin and the pinyin voice instead of espeak's own hanzi reading."""


class Synthesiser:
    """espeak-ng in this process. Not thread-safe; make one per process.

    ``data`` is a folder named ``espeak-ng-data`` with other voice variants (see ``variants``); without it the
    package's own is used.
    """

    def __init__(self, data: Path | None = None) -> None:
        import espeakng_loader

        self._data = data or Path(espeakng_loader.get_data_path())
        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        if self._lib.espeak_Initialize(_SYNCHRONOUS, 500, str(self._data.parent).encode(), 0x8000) != RATE:
            raise SynthesisError("espeak-ng did not start: reinstall the espeakng-loader package")
        self._pieces: list[bytes] = []
        self._callback = _CALLBACK(self._collect)
        self._lib.espeak_SetSynthCallback(self._callback)

    def _collect(self, samples: ctypes._Pointer[ctypes.c_short], count: int, _events: object) -> int:
        if samples and count > 0:
            self._pieces.append(ctypes.string_at(samples, count * 2))
        return 0

    def say(self, text: str, manner: Manner) -> NDArray[np.float32]:
        """The sound of ``text`` at RATE, -1 to 1. Raise SynthesisError for a voice that does not exist."""
        if manner.voice and not (self._data / "voices" / "!v" / manner.voice).exists():
            raise SynthesisError(f"espeak-ng has no voice variant {manner.voice!r}: choose one from voices.py")
        base = "cmn-latn-pinyin" if manner.pinyin else "cmn"
        name = f"{base}+{manner.voice}" if manner.voice else base
        if self._lib.espeak_SetVoiceByName(name.encode()) != 0:
            raise SynthesisError(f"espeak-ng has no voice {name!r}: reinstall the espeakng-loader package")
        for parameter, value in (
            (_SPEED, manner.speed),
            (_PITCH, manner.pitch),
            (_RANGE, manner.range),
            (_WORD_GAP, manner.word_gap),
        ):
            self._lib.espeak_SetParameter(parameter, value, 0)
        spoken = (to_pinyin(text) if manner.pinyin else text).encode()
        self._pieces.clear()
        self._lib.espeak_Synth(spoken, len(spoken) + 1, 0, 1, 0, _UTF8, None, None)
        sound = np.frombuffer(b"".join(self._pieces), dtype=np.int16)
        return sound.astype(np.float32) / 32768.0


_READINGS = {
    "还款": [["huan2"], ["kuan3"]],
    "还没": [["hai2"], ["mei2"]],
    "没收到": [["mei2"], ["shou1"], ["dao4"]],
    "得去": [["dei3"], ["qu4"]],
    "数一数": [["shu3"], ["yi4"], ["shu3"]],
    "派件": [["pai4"], ["jian4"]],
    "派送": [["pai4"], ["song4"]],
    "重发": [["chong2"], ["fa1"]],
    "重报": [["chong2"], ["bao4"]],
}
_loaded = False


def to_pinyin(text: str) -> str:
    """Toned pinyin with sandhi, blanks between syllables, breaths kept, ü as v, letters as spaced capitals."""
    from pypinyin import Style, lazy_pinyin, load_phrases_dict

    global _loaded
    if not _loaded:
        load_phrases_dict(_READINGS)
        _loaded = True
    out: list[str] = []
    for piece in re.findall(r"[一-鿿]+|[A-Za-z]|，", text):
        if piece == "，":
            out.append(",")
        elif piece.isascii():
            out.append(piece.upper())
        else:
            syllables = lazy_pinyin(piece, style=Style.TONE3, neutral_tone_with_five=True, tone_sandhi=True)
            out.extend(syllable.replace("ü", "v") for syllable in syllables)
    return " ".join(out)
