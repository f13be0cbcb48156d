"""The recogniser process: one per machine, streams of all calls over a Unix socket (:mod:`asr.wire`).

Run as ``python -m asr.server --socket PATH --model DIR [--backend onnx|funasr|ws]``. It prints ``ready`` on
standard output when it can take streams. Exit status 2 with one sentence on standard error means that starting
it again does not help until the model or the setting is repaired.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from asr.backend import Backend
from asr.errors import AsrError, ModelError, ProtocolError
from asr.ports import Transcript
from asr.wire import PROTOCOL, Kind, Message, Unpacker, pack_json, pack_transcript

logger = logging.getLogger(__name__)

_MAX_UNREAD = 4 << 20
_RATES = range(8_000, 48_001)
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class StreamEngine(Protocol):
    """What the server hands sound to: the local engine, or one that speaks to a recogniser farm."""

    def open(self, rate: int, deliver: Callable[[Transcript], None], position_ms: float = 0.0) -> Any:
        """A new stream."""

    def feed(self, stream: Any, pcm: bytes) -> None:
        """Queue sound."""

    def finish(self, stream: Any) -> None:
        """End the running utterance; one final follows."""

    def close(self, stream: Any) -> None:
        """Forget the stream."""

    def stats(self) -> dict[str, Any]:
        """Counters."""

    async def stop(self) -> None:
        """End all work."""


@dataclass(eq=False, slots=True)
class _Open:
    """One stream of a connection and what was sent for it last."""

    handle: Any
    shown: tuple[str, int] = ("", 0)


@dataclass(slots=True)
class Server:
    """Connections, their streams and one engine."""

    engine: StreamEngine
    about: dict[str, Any]
    started: float = field(default_factory=time.monotonic)
    connections: set[Connection] = field(default_factory=set)

    async def serve(self, path: Path) -> asyncio.Server:
        """Listen on a Unix socket that only this user may open.

        Raises:
            AsrError: another recogniser listens there, or the path cannot be used.
        """
        _clear_socket(path)
        loop = asyncio.get_running_loop()
        mask = os.umask(0o177)
        try:
            return await loop.create_unix_server(lambda: Connection(self), str(path))
        except OSError as error:
            raise AsrError(
                f"Cannot listen on the socket {path} ({error.strerror or error}); choose a shorter or writable path."
            ) from error
        finally:
            os.umask(mask)

    def stats(self) -> dict[str, Any]:
        """Counters of the engine and of this process."""
        times = os.times()
        return {
            **self.about,
            **self.engine.stats(),
            "connections": len(self.connections),
            "cpu_s": round(times.user + times.system, 3),
            "uptime_s": round(time.monotonic() - self.started, 3),
        }


class Connection(asyncio.Protocol):
    """One client; when it goes away, its streams are freed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._unpacker = Unpacker()
        self._streams: dict[int, _Open] = {}
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections.add(self)
        transport.write(pack_json(Kind.HELLO, 0, self._server.about))

    def connection_lost(self, exc: Exception | None) -> None:
        """Free the streams of a client that left, orderly or not."""
        self._server.connections.discard(self)
        for stream in self._streams.values():
            self._server.engine.close(stream.handle)
        self._streams.clear()

    def close(self) -> None:
        """End the connection from this side."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Handle what arrived; a client that breaks the protocol is dropped."""
        try:
            for message in self._unpacker.feed(data):
                self._handle(message)
        except ProtocolError as error:
            logger.warning("A client was dropped: %s", error)
            self.close()

    def _handle(self, message: Message) -> None:
        engine = self._server.engine
        stream = self._streams.get(message.stream)
        match message.kind:
            case Kind.AUDIO if stream:
                if len(message.payload) % 2:
                    raise ProtocolError("Sound must be whole 16-bit samples.")
                engine.feed(stream.handle, message.payload)
            case Kind.FINISH if stream:
                engine.finish(stream.handle)
            case Kind.CLOSE if stream:
                engine.close(stream.handle)
                del self._streams[message.stream]
            case Kind.OPEN if not stream:
                self._open(message)
            case Kind.STATS:
                self._write(pack_json(Kind.STATS, 0, self._server.stats()))
            case _:
                raise ProtocolError(f"Message {message.kind} does not fit stream {message.stream}.")

    def _open(self, message: Message) -> None:
        value = message.json()
        rate, position = value.get("rate"), value.get("position_ms", 0)
        if not isinstance(rate, int) or rate not in _RATES or not isinstance(position, int | float):
            raise ProtocolError("A stream needs a rate of 8000 to 48000 Hz.")
        number = message.stream
        opened = _Open(None)
        opened.handle = self._server.engine.open(
            rate, lambda transcript: self._send(number, opened, transcript), float(position)
        )
        self._streams[number] = opened

    def _send(self, number: int, stream: _Open, transcript: Transcript) -> None:
        shown = ("", 0) if transcript.final else (transcript.text, transcript.stable)
        if transcript.final or shown != stream.shown:
            self._write(pack_transcript(number, transcript))
        stream.shown = shown

    def _write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > _MAX_UNREAD:
            logger.warning("A client does not read its transcripts and was dropped")
            self._transport.abort()
            return
        self._transport.write(data)


def _clear_socket(path: Path) -> None:
    """Remove the socket of a process that died; refuse when one still answers or a file is in the way."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise AsrError(f"{path} is not a socket; choose another path for the recogniser's socket.")
    probe = socket.socket(socket.AF_UNIX)
    probe.settimeout(0.5)
    with contextlib.closing(probe):
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink()
            return
    raise AsrError(f"Another recogniser already listens on {path}; stop it or choose another socket.")


async def make_engine(backend: str, model: str, precision: str = "auto") -> tuple[StreamEngine, dict[str, Any]]:
    """The engine for a backend name, and what the server says about itself.

    Raises:
        ModelError: the model cannot be loaded, or the name is unknown.
    """
    from asr.engine import Engine

    about = {"protocol": PROTOCOL, "backend": backend, "model": model, "pid": os.getpid(), "chunk_ms": 0}
    if backend == "onnx":
        from asr.decode import load_onnx

        loaded: Backend = load_onnx(Path(model), precision)
    elif backend == "funasr":
        from asr.funasr_backend import load_funasr

        loaded = load_funasr(model)
    elif backend == "ws":
        from asr.farm import FarmEngine

        return await FarmEngine.reach(model), about
    else:
        raise ModelError(f"ASR_BACKEND is {backend!r}; use onnx, funasr or ws.")
    return Engine(loaded), about | {"chunk_ms": loaded.chunk_ms}


class _ParentWatch(asyncio.Protocol):
    """Standard input is a pipe from the parent; its end means that the parent is gone."""

    def __init__(self, stopping: asyncio.Event) -> None:
        self._stopping = stopping

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop with the parent, however it ended."""
        self._stopping.set()


async def run(options: argparse.Namespace) -> None:
    """Load, listen, say ``ready``, serve until told to stop."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    if options.with_parent:
        await loop.connect_read_pipe(lambda: _ParentWatch(stopping), sys.stdin)
    engine, about = await make_engine(options.backend, options.model, options.precision)
    server = Server(engine, about)
    listener = await server.serve(options.socket)
    gc.collect()
    gc.freeze()  # what was loaded stays: no full collection walks over it while calls are heard
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await stopping.wait()
    listener.close()
    await engine.stop()
    for connection in tuple(server.connections):
        connection.close()
    options.socket.unlink(missing_ok=True)


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m asr.server", description="The recogniser of all calls.")
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket to listen on")
    parser.add_argument("--model", required=True, help="model directory; hub name (funasr) or address (ws)")
    parser.add_argument("--backend", default="onnx", help="onnx, funasr or ws")
    parser.add_argument("--precision", default="auto", choices=("auto", "int8", "fp32"))
    parser.add_argument("--with-parent", action="store_true", help="stop when standard input ends")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Run the process; the exit status is 0 after a stop signal, 2 when the set-up is wrong."""
    options = arguments(argv)
    # before numpy and onnxruntime are imported: threads inside a call would fight the telephone for two cores
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        asyncio.run(run(options))
    except AsrError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
