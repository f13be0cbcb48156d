"""The child process around espeak-ng: one synthesiser, requests on stdin, sound on stdout.

It is a process of its own so that espeak-ng's licence (GPL-3.0) and its crashes stay outside the hotline.
It ends when its stdin closes. SIGINT and SIGTERM are left to the parent: a hotline that drains still speaks.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from dataclasses import replace
from typing import BinaryIO, NoReturn

from tts.audio import Resampler, gain_to_target, to_pcm, to_samples
from tts.voices.espeak.library import Library, LibraryError, Mark, Sound
from tts.voices.espeak.wire import HEADER, Kind, Placed, SpeakRequest, encode_audio, frame

_CALIBRATION_WPM = 180
_CALIBRATION = "nin2 hao3 , bao1 guo3 zai4 wu3 han4 zhong1 zhuan2 chang3 , qi1 ba1 liu4 san1 yao1 ling2 ."


class Synthesiser:
    """espeak-ng with a level and a rate: what the child does to each request."""

    def __init__(self) -> None:
        self._library = Library()
        self._gains: dict[Sound, float] = {}

    def speak(self, request: SpeakRequest, out: PieceWriter) -> None:
        """Synthesise one request into ``out``; raises ``LibraryError``."""
        sound = _sound(request)
        out.begin(self._library.rate, request.rate, self._gain(sound))
        self._library.speak(request.pinyin, sound, out.receive)
        out.finish()

    def rest(self, request: SpeakRequest) -> None:
        """Get ready for another sentence of the same speaker."""
        self._library.prepare(_sound(request))

    def _gain(self, sound: Sound) -> float:
        """Return the factor that brings this speaker to the level of the line, measured once."""
        timbre = replace(sound, wpm=_CALIBRATION_WPM)
        if timbre not in self._gains:
            heard: list[bytes] = []

            def collect(pcm: bytes, _marks: list[Mark]) -> bool:
                heard.append(pcm)
                return True

            self._library.speak(_CALIBRATION, timbre, collect)
            self._gains[timbre] = gain_to_target(to_samples(b"".join(heard)), self._library.rate)
        return self._gains[timbre]


def _sound(request: SpeakRequest) -> Sound:
    return Sound(request.variant, request.wpm, request.pitch, request.pitch_range)


class PieceWriter:
    """Turns library buffers into AUDIO frames: level, rate, and each word beside the sound it begins in."""

    def __init__(self, request: int, stream: BinaryIO, aborted: set[int]) -> None:
        self._request = request
        self._stream = stream
        self._aborted = aborted
        self._marks: list[Mark] = []
        self._ready = b""
        self._received = self._ready_end = 0

    def begin(self, rate_in: int, rate_out: int, gain: float) -> None:
        """Prepare for sound at ``rate_in`` that leaves at ``rate_out``."""
        self._rate_in, self._gain = rate_in, gain
        self._resampler = Resampler(rate_in, rate_out)

    def receive(self, pcm: bytes, marks: list[Mark]) -> bool:
        """Take one buffer of the library; False stops it because the parent has aborted.

        A buffer leaves when the ends of all words that begin in it are known, so usually one buffer later.
        """
        if self._request in self._aborted:
            return False
        self._marks.extend(marks)
        if self._ready and self._marks and self._marks[-1][1] >= self._ready_end:
            self._send()
        self._received += len(pcm) // 2
        self._ready += to_pcm(self._resampler.push(to_samples(pcm) * self._gain))
        self._ready_end = self._received
        return True

    def finish(self) -> None:
        """Send what is left; a word still open ends with the sound."""
        self._marks.append((None, self._received))
        self._ready += to_pcm(self._resampler.push(to_samples(b""), last=True))
        self._ready_end = self._received + 1
        self._send()

    def _send(self) -> None:
        placed: list[Placed] = []
        while len(self._marks) > 1 and self._marks[0][1] < self._ready_end:
            index, start = self._marks.pop(0)
            if index is not None:
                placed.append(Placed(index, start / self._rate_in, self._marks[0][1] / self._rate_in))
        payload = encode_audio(self._ready, placed)
        self._ready = b""
        self._stream.write(frame(Kind.AUDIO, self._request, payload))
        self._stream.flush()


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
    """Serve requests until stdin closes, or that many were served and nobody waits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    synthesiser = Synthesiser()
    requests = Requests(sys.stdin.buffer)
    out.write(frame(Kind.READY, 0))
    out.flush()
    served = 0
    while served < retire_after or requests.waiting:
        number, request = requests.next()
        served += 1
        try:
            synthesiser.speak(request, PieceWriter(number, out, requests.aborted))
            out.write(frame(Kind.DONE, number))
        except LibraryError as error:
            out.write(frame(Kind.FAILED, number, str(error).encode()))
        requests.aborted.discard(number)
        out.flush()
        if not requests.waiting:
            synthesiser.rest(request)
    os._exit(0)  # an orderly end would wait for the reader, which waits for stdin


if __name__ == "__main__":
    main(int(sys.argv[1]))
