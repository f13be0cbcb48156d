"""The parent's side of the child process: starts it, shares it between calls, restarts it when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

from tts.ports import VoiceError, VoiceStalledError, VoiceUnavailableError
from tts.voices.espeak.wire import HEADER, MAX_PAYLOAD, Kind, Placed, SpeakRequest, decode_audio, frame

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).parents[3]
_Answer = tuple[Kind, bytes] | None
"""A frame for one request, or None when the child has died."""


class ChildDiedError(VoiceError):
    """The child process ended in the middle of a sentence; the sentence may be tried again."""


class EspeakProcess:
    """One espeak-ng child shared by all calls of this process.

    ``start_s`` bounds the start, ``silence_s`` the wait for the next piece of a sentence: a child that keeps
    silent longer is killed and a new one started, since its library cannot be interrupted otherwise. After
    ``retire_after`` requests the child ends by itself and is replaced: each fresh library leaves 2-3 kB behind.
    """

    def __init__(self, *, start_s: float = 15.0, silence_s: float = 3.0, retire_after: int = 10_000) -> None:
        self._start_s = start_s
        self._silence_s = silence_s
        self._retire_after = retire_after
        self._child: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Queue[_Answer]] = {}
        self._closed = False
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return self._child.pid if self._child is not None else None

    async def start(self) -> None:
        """Have a running child; raises ``VoiceUnavailableError`` when it cannot be started."""
        async with self._starting:
            if self._closed:
                raise VoiceUnavailableError("the embedded voice is closed")
            if self._child is None:
                await self._spawn()

    async def speak(self, request: SpeakRequest) -> AsyncGenerator[tuple[bytes, list[Placed]], None]:
        """Hand out the sound of one request; closing the generator aborts it in the child.

        Raises ``ChildDiedError``, ``VoiceStalledError`` or ``VoiceUnavailableError``.
        """
        await self.start()
        number = next(self._numbers)
        answers = self._answers[number] = asyncio.Queue()
        done = False
        try:
            self._write(Kind.SPEAK, number, request.encode())
            while True:
                kind, payload = await self._answer(answers)
                if kind != Kind.AUDIO:
                    done = True
                    if kind == Kind.FAILED:
                        raise VoiceUnavailableError(payload.decode())
                    return
                yield decode_audio(payload)
        finally:
            del self._answers[number]
            if not done:
                self._write(Kind.ABORT, number)

    async def close(self) -> None:
        """End the child."""
        self._closed = True
        async with self._starting:
            child, self._child = self._child, None
            if child is not None and child.stdin is not None:
                child.stdin.close()
            if self._reading is not None:
                self._reading.cancel()
                await asyncio.gather(self._reading, return_exceptions=True)
            if child is not None:
                await _end(child)

    async def _answer(self, answers: asyncio.Queue[_Answer]) -> tuple[Kind, bytes]:
        try:
            answer = await asyncio.wait_for(answers.get(), self._silence_s)
        except TimeoutError:
            self._kill()
            raise VoiceStalledError(f"the embedded voice was silent for {self._silence_s:g} s") from None
        if answer is None:
            raise ChildDiedError("the embedded voice's process ended in mid-sentence")
        return answer

    async def _spawn(self) -> None:
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
        try:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tts.voices.espeak.child",
                str(self._retire_after),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            )
        except OSError as error:
            raise VoiceUnavailableError(f"the embedded voice cannot be started: {error.strerror}") from error
        assert child.stdout is not None
        try:
            kind, _, _ = await asyncio.wait_for(_read_frame(child.stdout), self._start_s)
        except (TimeoutError, EOFError):
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
            raise VoiceUnavailableError("the embedded voice's process did not start; run `hotline doctor`") from None
        assert kind == Kind.READY
        self.starts += 1
        self._child = child
        self._reading = asyncio.create_task(self._read(child, child.stdout))

    async def _read(self, child: asyncio.subprocess.Process, stream: asyncio.StreamReader) -> None:
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                kind, number, payload = await _read_frame(stream)
                if number in self._answers:
                    self._answers[number].put_nowait((kind, payload))
        code = await child.wait()
        if self._child is child:
            self._child = None
            log = logger.warning if code else logger.info
            log("the embedded voice's process ended; a new one is started", extra={"exit_code": code})
            for answers in self._answers.values():
                answers.put_nowait(None)
            await self._restart()

    async def _restart(self) -> None:
        try:
            await self.start()
        except VoiceUnavailableError:
            logger.exception("the embedded voice's process cannot be started again")

    def _write(self, kind: Kind, number: int, payload: bytes = b"") -> None:
        child = self._child
        if child is not None and child.stdin is not None and not child.stdin.is_closing():
            child.stdin.write(frame(kind, number, payload))

    def _kill(self) -> None:
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()


async def _read_frame(stream: asyncio.StreamReader) -> tuple[Kind, int, bytes]:
    """Read one frame; raises ``EOFError`` (``IncompleteReadError``) when the child is gone."""
    kind, number, length = HEADER.unpack(await stream.readexactly(HEADER.size))
    if length > MAX_PAYLOAD:
        raise EOFError("the embedded voice sent a frame that is too long")
    return Kind(kind), number, await stream.readexactly(length)


async def _end(child: asyncio.subprocess.Process) -> None:
    try:
        await asyncio.wait_for(child.wait(), 2.0)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()
