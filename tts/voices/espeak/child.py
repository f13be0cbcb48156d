"""The child process around espeak-ng: one synthesiser, requests on stdin, sound on stdout.

It is a process of its own so that espeak-ng's licence (GPL-3.0) and its crashes stay outside the hotline.
It ends when its stdin closes. SIGINT and SIGTERM are left to the parent: a hotline that drains still speaks.
"""

from __future__ import annotations

import contextlib
import os
import queue
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import BinaryIO, NoReturn

from tts.audio import Resampler, Samples, gain_to_target, limited, silence, to_pcm, to_samples
from tts.voices.espeak.library import Library, LibraryError, Mark, Sound
from tts.voices.espeak.wire import HEADER, Kind, Placed, SpeakRequest, encode_audio, frame

_CLAUSE = re.compile(r"[^,.?!]+[,.?!]*")
_PAUSES = {",": 0.2, ".": 0.3, "?": 0.3, "!": 0.3}
"""Seconds of silence after a clause; espeak-ng leaves its own pause out where a text ends."""

_FIRST_S, _LATER_S = 0.16, 0.4

_PRIORITY = -5
"""Niceness, where permitted: a caller waits for every millisecond of it, and it needs few."""


class Synthesiser:
    """espeak-ng with a level and a rate: what the child does to each request.

    The level is set clause by clause, since short phrases come out of espeak-ng several dB softer than long ones;
    so a clause leaves when all of it is made, about 1 ms for each second of sound.
    """

    def __init__(self) -> None:
        self._library = Library()

    def speak(self, request: SpeakRequest, stopped: Callable[[], bool]) -> Iterator[bytes]:
        """Yield the payloads of AUDIO frames until ``stopped``; raises ``LibraryError``."""
        self._library.prepare(_sound(request))
        offset = 0.0
        clauses = list(_CLAUSE.finditer(request.pinyin))
        for clause in clauses:
            made, marks = self._made(clause.group(), stopped)
            if stopped():
                return
            sound = Resampler(self._library.rate, request.rate).push(made, last=True)
            pcm = to_pcm(limited(sound * gain_to_target(sound, request.rate)))
            words = _placed(marks, len(made), self._library.rate)
            if request.more or clause is not clauses[-1]:
                pcm += silence(_PAUSES.get(clause.group()[-1:], 0.0), request.rate)
            yield from _payloads(pcm, [word.moved(clause.start(), offset) for word in words], request.rate, offset)
            offset += len(pcm) / 2 / request.rate

    def rest(self, request: SpeakRequest) -> None:
        """Get ready for another sentence of the same speaker."""
        self._library.prepare(_sound(request))

    def _made(self, pinyin: str, stopped: Callable[[], bool]) -> tuple[Samples, list[Mark]]:
        heard: list[bytes] = []
        marks: list[Mark] = []

        def collect(pcm: bytes, found: list[Mark]) -> bool:
            heard.append(pcm)
            marks.extend(found)
            return not stopped()

        self._library.speak(pinyin, collect)
        return to_samples(b"".join(heard)), marks


def _sound(request: SpeakRequest) -> Sound:
    return Sound(request.variant, request.wpm, request.pitch, request.pitch_range)


def _placed(marks: list[Mark], end: int, rate: int) -> list[Placed]:
    """Return the words with their ends: the next mark, or the end of the sound."""
    bounded = pairwise([*marks, (None, end)])
    return [Placed(index, start / rate, stop / rate) for (index, start), (_, stop) in bounded if index is not None]


def _payloads(pcm: bytes, words: list[Placed], rate: int, offset: float) -> Iterator[bytes]:
    """Cut the sound of a clause that begins at ``offset``, each piece with the words that begin in it."""
    start = 0
    while start < len(pcm):
        end = start + 2 * round((_LATER_S if start or offset else _FIRST_S) * rate)
        last = end >= len(pcm)
        begun = [word for word in words if last or word.start_s < offset + end / 2 / rate]
        words = words[len(begun) :]
        yield encode_audio(pcm[start:end], begun)
        start = end


class Requests:
    """Requests as they arrive, read on a thread of its own so that an abort reaches a sentence in progress."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._waiting: queue.SimpleQueue[tuple[int, SpeakRequest]] = queue.SimpleQueue()
        self.aborted: set[int] = set()
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def waiting(self) -> bool:
        """Whether there is a request to serve."""
        return not self._waiting.empty()

    def next(self) -> tuple[int, SpeakRequest]:
        """Wait for the next request that has not been taken back."""
        while True:
            number, request = self._waiting.get()
            if number not in self.aborted:
                return number, request
            self.aborted.discard(number)

    def _read(self) -> None:
        while len(header := self._stream.read(HEADER.size)) == HEADER.size:
            kind, number, length = HEADER.unpack(header)
            payload = self._stream.read(length)
            if kind == Kind.SPEAK:
                self._waiting.put((number, SpeakRequest.decode(payload)))
            elif kind == Kind.ABORT:
                self.aborted.add(number)
        os._exit(0)


def main(retire_after: int) -> NoReturn:
    """Serve requests until stdin or stdout closes, or that many were served and nobody waits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    synthesiser = Synthesiser()
    requests = Requests(sys.stdin.buffer)
    with contextlib.suppress(BrokenPipeError):  # whoever asked has gone: there is nobody to speak to
        _serve(synthesiser, requests, out, retire_after)
    os._exit(0)  # an orderly end would wait for the reader, which waits for stdin


def _serve(synthesiser: Synthesiser, requests: Requests, out: BinaryIO, retire_after: int) -> None:
    out.write(frame(Kind.READY, 0))
    out.flush()
    served = 0
    while served < retire_after or requests.waiting:
        number, request = requests.next()
        served += 1
        try:
            for payload in synthesiser.speak(request, partial(requests.aborted.__contains__, number)):
                out.write(frame(Kind.AUDIO, number, payload))
            out.write(frame(Kind.DONE, number))
        except LibraryError as error:
            out.write(frame(Kind.FAILED, number, str(error).encode()))
        requests.aborted.discard(number)
        out.flush()
        if not requests.waiting:
            synthesiser.rest(request)


if __name__ == "__main__":
    main(int(sys.argv[1]))
