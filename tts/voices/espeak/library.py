"""espeak-ng through ctypes. Only ever imported in the child process.

The library holds one global state: one call at a time, from one thread.
Interface: ``speak_lib.h`` of espeak-ng 1.52 (as shipped in the ``espeakng-loader`` wheel).
"""

from __future__ import annotations

import _ctypes
import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import espeakng_loader

_SYNCHRONOUS = 2
_DONT_EXIT_ON_ERROR = 0x8000
_UTF8 = 1
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_LOUDNESS = 70
"""Below espeak's own 100, at which some speakers clip; the level of the line is set afterwards."""

_EVENT_END_OF_LIST, _EVENT_WORD, _EVENT_CLAUSE_END = 0, 1, 5
_BUFFER_MS = 200
_SEED = 1
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


@dataclass(frozen=True)
class Sound:
    """How a speaker sounds: variant, words per minute, pitch and its range (0-99)."""

    variant: str
    wpm: int
    pitch: int
    pitch_range: int


class LibraryError(Exception):
    """espeak-ng refused to start or to speak."""


class Library:
    """The synthesiser: every sentence on a library loaded afresh.

    espeak-ng keeps the phase of its pitch flutter in static variables that no call resets and seeds its noise with
    the time of day, so the same text sounds a little different every time. Loading the library anew (under a
    millisecond) with a seed of our own makes a sentence the same sound in every process and at every
    time, which the cache, a resumed sentence and every comparison of sound rest on.
    """

    def __init__(self) -> None:
        self._path = espeakng_loader.get_library_path()
        self._data = Path(espeakng_loader.get_data_path())
        self._on_audio: OnAudio = lambda _pcm, _marks: False
        self._callback = _Callback(self._receive)
        self._lib: Any = None
        self._prepared: Sound | None = None
        self.rate = self._load()

    def speak(self, pinyin: str, on_audio: OnAudio) -> None:
        """Speak plain text (no SSML, no phoneme codes), handing out sound every 200 ms of it.

        The sound depends on what was spoken since ``prepare``. Raises ``LibraryError``.
        """
        self._prepared = None
        self._on_audio = on_audio
        data = pinyin.encode() + b"\0"
        error = self._lib.espeak_Synth(data, len(data), 0, 1, 0, _UTF8, None, None)
        if error:
            raise LibraryError(f"espeak-ng refused a sentence with code {error}")

    def prepare(self, sound: Sound) -> None:
        """Load afresh and choose the speaker: 3-4 ms that need not pass while somebody waits."""
        if self._prepared != sound:
            self._load()
            self._choose(sound)
            self._prepared = sound

    def _load(self) -> int:
        if self._lib is not None:
            self._lib.espeak_Terminate()
            _ctypes.dlclose(self._lib._handle)
        self._lib = ctypes.CDLL(self._path)
        rate = int(
            self._lib.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, str(self._data.parent).encode(), _DONT_EXIT_ON_ERROR)
        )
        if rate <= 0:
            raise LibraryError("espeak-ng did not find its data; reinstall espeakng-loader")
        self._lib.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
        self._lib.espeak_SetSynthCallback(self._callback)
        return rate

    def _choose(self, sound: Sound) -> None:
        """Choose the speaker. An unknown variant would silently be the base voice: names are checked before."""
        voice = f"{_LANGUAGE}+{sound.variant}" if sound.variant else _LANGUAGE
        if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise LibraryError(f"espeak-ng has no voice {voice}; reinstall espeakng-loader")
        parameters = {_RATE: sound.wpm, _VOLUME: _LOUDNESS, _PITCH: sound.pitch, _RANGE: sound.pitch_range}
        for parameter, value in parameters.items():
            self._lib.espeak_SetParameter(parameter, value, 0)

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
