"""espeak-ng through ctypes. Only ever imported in the child process.

The library holds one global state: one call at a time, from one thread.
Interface: ``speak_lib.h`` of espeak-ng 1.52 (as shipped in the ``espeakng-loader`` wheel).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import espeakng_loader

_SYNCHRONOUS = 2
_DONT_EXIT_ON_ERROR = 0x8000
_UTF8 = 1
_PARAMETERS = {"wpm": 1, "volume": 2, "pitch": 3, "range": 4}
_EVENT_END_OF_LIST, _EVENT_WORD, _EVENT_CLAUSE_END = 0, 1, 5
_BUFFER_MS = 200
_LANGUAGE = "cmn-latn-pinyin"

Mark = tuple[int | None, int]
"""A place in the audio, in samples: a word's first letter (index in the text), or None where a clause ends."""

OnAudio = Callable[[bytes, list[Mark]], bool]
"""Takes PCM at ``Library.rate`` with its marks; returns False to stop the voice."""


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class LibraryError(Exception):
    """espeak-ng refused to start or to speak."""


class Library:
    """The synthesiser, initialised once per process."""

    def __init__(self) -> None:
        data = Path(espeakng_loader.get_data_path())
        self._lib: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        self.rate: int = self._lib.espeak_Initialize(
            _SYNCHRONOUS, _BUFFER_MS, str(data.parent).encode(), _DONT_EXIT_ON_ERROR
        )
        if self.rate <= 0:
            raise LibraryError(f"espeak-ng did not start from {data.name}; reinstall espeakng-loader")
        self._on_audio: OnAudio = lambda _pcm, _marks: False
        self._callback = _Callback(self._receive)
        self._lib.espeak_SetSynthCallback(self._callback)

    def set_voice(self, variant: str, *, wpm: int, pitch: int, pitch_range: int, volume: int) -> None:
        """Choose the speaker. An unknown variant would silently be the base voice: check names before."""
        voice = f"{_LANGUAGE}+{variant}" if variant else _LANGUAGE
        if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise LibraryError(f"espeak-ng has no voice {voice}; reinstall espeakng-loader")
        for name, value in {"wpm": wpm, "volume": volume, "pitch": pitch, "range": pitch_range}.items():
            self._lib.espeak_SetParameter(_PARAMETERS[name], value, 0)

    def speak(self, pinyin: str, on_audio: OnAudio) -> None:
        """Speak plain text (no SSML, no phoneme codes), handing out sound every 200 ms of it."""
        self._on_audio = on_audio
        data = pinyin.encode() + b"\0"
        error = self._lib.espeak_Synth(data, len(data), 0, 1, 0, _UTF8, None, None)
        if error:
            raise LibraryError(f"espeak-ng refused a sentence with code {error}")

    def _receive(self, wave: Any, count: int, events: Any) -> int:
        marks: list[Mark] = []
        index = 0
        while events[index].type != _EVENT_END_OF_LIST:
            event = events[index]
            if event.type == _EVENT_WORD:
                marks.append((event.text_position - 1, event.sample))
            elif event.type == _EVENT_CLAUSE_END:
                marks.append((None, event.sample))
            index += 1
        pcm = ctypes.string_at(wave, count * 2) if count > 0 else b""
        return 0 if self._on_audio(pcm, marks) else 1
