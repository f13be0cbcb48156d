"""Keeps one recogniser process alive: starts it, waits until it is ready, restarts it when it dies or hangs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections import deque
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from asr.client import Client
from asr.errors import AsrError, ModelError
from asr.ports import RecogniserUnavailable

logger = logging.getLogger(__name__)

_EXIT_SETUP = 2
_FIRST_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 5.0
_STEADY_S = 30.0
_PING_S = 2.0
_HANGS_AFTER_S = 5.0
_STOP_S = 3.0
_ROOT = Path(__file__).resolve().parent.parent


class Supervisor:
    """One child process ``python -m asr.server`` and its next lives.

    Example::

        supervisor = Supervisor(Path("run/asr.sock"), "asr/model")
        await supervisor.start()       # ModelError with one sentence when the model is missing or damaged
        ...
        await supervisor.stop()
    """

    def __init__(
        self,
        path: Path,
        model: str,
        backend: str = "onnx",
        precision: str = "auto",
        ping_s: float = _PING_S,
        hangs_after_s: float = _HANGS_AFTER_S,
    ) -> None:
        self._path, self._ping_s, self._hangs_after_s = path, ping_s, hangs_after_s
        self._arguments = (
            *("-m", "asr.server", "--with-parent", "--socket", str(path)),
            *("--model", model, "--backend", backend, "--precision", precision),
        )
        self._child: asyncio.subprocess.Process | None = None
        self._said: deque[str] = deque(maxlen=20)
        self._tasks: set[asyncio.Task[None]] = set()
        self._serving = False
        self.restarts = 0

    @property
    def pid(self) -> int | None:
        """Process id of the running child."""
        return self._child.pid if self._child is not None and self._child.returncode is None else None

    async def start(self, timeout_s: float = 60.0) -> None:
        """Start the process and wait until it is ready; from then on it is kept alive.

        Raises:
            ModelError: one sentence that names the file or setting to repair.
            AsrError: the process ended or did not get ready in time.
        """
        await self._spawn(timeout_s)
        self._start(self._keep_alive(timeout_s))
        self._start(self._watch())

    async def stop(self) -> None:
        """Stop the process and the watching."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        child = self._child
        if child is None or child.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        try:
            async with asyncio.timeout(_STOP_S):
                await child.wait()
        except TimeoutError:
            child.kill()
            await child.wait()

    def _start(self, job: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _spawn(self, timeout_s: float) -> None:
        pipe = asyncio.subprocess.PIPE
        self._said.clear()
        # A session of its own: Ctrl-C in a terminal reaches the hotline only, which still hears while it drains.
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *self._arguments,
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            cwd=_ROOT,
            start_new_session=True,
        )
        self._child = child
        assert child.stdout is not None and child.stderr is not None
        listening = self._start(self._listen(child.stderr))
        try:
            async with asyncio.timeout(timeout_s):
                while line := await child.stdout.readline():
                    if line.strip() == b"ready":
                        self._serving = True
                        self._start(self._listen(child.stdout))
                        return
                code = await child.wait()
                await listening
        except TimeoutError:
            child.kill()
            raise AsrError(f"The recogniser was not ready within {timeout_s:.0f} s; try a smaller model.") from None
        last = self._said[-1] if self._said else f"it ended with status {code}"
        if code == _EXIT_SETUP:
            raise ModelError(last)
        raise AsrError(f"The recogniser could not start: {last}")

    async def _listen(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            text = line.decode(errors="replace").rstrip()
            if text:
                self._said.append(text)
                logger.info("recogniser: %s", text)

    async def _keep_alive(self, timeout_s: float) -> None:
        loop = asyncio.get_running_loop()
        pause = _FIRST_PAUSE_S
        while True:
            child = self._child
            assert child is not None
            since = loop.time()
            code = await child.wait()
            self._serving = False
            if loop.time() - since > _STEADY_S:
                pause = _FIRST_PAUSE_S
            logger.error("The recogniser process ended with status %s; starting it again", code)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)
            self.restarts += 1
            try:
                await self._spawn(timeout_s)
            except AsrError as error:
                logger.error("The recogniser does not start: %s", error)

    async def _watch(self) -> None:
        """Kill a child that does not answer; its end is then handled like any other."""
        async with Client(self._path) as client:
            while True:
                await asyncio.sleep(self._ping_s)
                child = self._child
                if not self._serving or child is None:
                    continue
                try:
                    await client.ready(self._hangs_after_s)
                    stats = await client.stats(self._hangs_after_s)
                    hangs = stats["batch_running_s"] > self._hangs_after_s
                except RecogniserUnavailable:
                    hangs = True
                if hangs and self._serving and child is self._child:
                    logger.error("The recogniser process hangs and is killed")
                    child.kill()
