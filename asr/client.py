"""The recogniser as a call sees it: the :class:`asr.ports.Recogniser` port over the process's socket.

When the process goes away, every utterance it still owed an answer ends at once as a final with ``lost=True``
(its text is what was heard so far); the client reconnects, opens the streams again and sends what was said
meanwhile, so the call goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from asr.errors import ProtocolError
from asr.ports import RecogniserUnavailable, Transcript
from asr.wire import PROTOCOL, Kind, Message, Unpacker, pack, pack_json, unpack_transcript

logger = logging.getLogger(__name__)

_FLUSH_S = 0.02
_RETRY_S = 0.1
_HELD_S = 3.0
_BYTES = 2


class Stream:
    """One caller's audio; made by :meth:`Client.open_stream`."""

    def __init__(self, client: Client, number: int, rate: int, on_transcript: Callable[[Transcript], None]) -> None:
        self._client, self._rate = client, rate
        self.number = number
        self._on_transcript = on_transcript
        self._fed = 0
        self._running = False
        self._owed = 0
        self._heard: deque[Transcript] = deque()
        self._interim: Transcript | None = None
        self._held = bytearray()
        self._closed = False

    def feed(self, pcm: bytes) -> None:
        """Append s16 mono PCM at the stream's rate; opens an utterance when none runs.

        Raises:
            ValueError: not whole samples, or the stream is closed.
        """
        if self._closed or len(pcm) % _BYTES:
            raise ValueError("Feed whole 16-bit samples to an open stream.")
        if not pcm:
            return
        self._fed += len(pcm)
        if self._client.alive:
            self._running = True
            self._client.write(pack(Kind.AUDIO, self.number, pcm))
        else:
            self._held += pcm
            del self._held[: max(0, len(self._held) - int(_HELD_S * self._rate) * _BYTES)]

    def finish(self) -> None:
        """End the utterance: exactly one final transcript follows, also for an empty one."""
        if self._closed:
            raise ValueError("Finish needs an open stream.")
        if self._client.alive:
            self._running = False
            self._owed += 1
            self._client.write(pack(Kind.FINISH, self.number), at_once=True)
        else:
            self._held.clear()
            self._lose("")

    def close(self) -> None:
        """Free the stream; no transcript follows."""
        if not self._closed:
            self._closed = True
            self._client.forget(self.number)

    def opening(self) -> bytes:
        """The messages that make this stream known to a (new) process."""
        held = bytes(self._held)
        self._held.clear()
        position = (self._fed - len(held)) * 1000 // (self._rate * _BYTES)
        message = pack_json(Kind.OPEN, self.number, {"rate": self._rate, "position_ms": position})
        if held:
            self._running = True
            message += pack(Kind.AUDIO, self.number, held)
        return message

    def heard(self, transcript: Transcript) -> None:
        """A transcript from the process."""
        if self._closed:
            return
        if transcript.final:
            self._owed -= 1
            self._interim = None
        else:
            self._interim = transcript
        self._on_transcript(transcript)

    def process_lost(self) -> None:
        """The process is gone: end what it owed."""
        text = self._interim.text if self._interim else ""
        for _ in range(self._owed + self._running):
            self._lose(text)
            text = ""
        self._owed, self._running = 0, False

    def _lose(self, text: str) -> None:
        interim, self._interim = self._interim, None
        lost = Transcript(text, interim.tokens if interim and text else (), final=True, lost=True)
        lost = replace(lost, stable=len(lost.tokens), confidence=interim.confidence if interim else 0.0)
        asyncio.get_running_loop().call_soon(self._deliver_lost, lost)

    def _deliver_lost(self, lost: Transcript) -> None:
        if not self._closed:
            self._on_transcript(lost)


class Client:
    """A connection to the recogniser process that survives its restarts.

    Example::

        async with Client(Path("/run/hotline/asr.sock")) as recogniser:
            stream = await recogniser.open_stream(8000, on_transcript)
            stream.feed(pcm)
            stream.finish()
    """

    def __init__(self, path: Path, patience_s: float = 2.5) -> None:
        self._path, self._patience_s = path, patience_s
        self._numbers = itertools.count(1)
        self._streams: dict[int, Stream] = {}
        self._link: _Link | None = None
        self._connected = asyncio.Event()
        self._pending = bytearray()
        self._flush: asyncio.TimerHandle | None = None
        self._asked: deque[asyncio.Future[dict[str, Any]]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Client:
        """Start connecting; returns at once."""
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        await self.stop()

    def start(self) -> None:
        """Connect, and connect again whenever the process went away, until :meth:`stop`."""
        if self._task is None:
            self._task = asyncio.create_task(self._stay_connected(), name="recogniser client")

    async def stop(self) -> None:
        """Disconnect; no transcript follows."""
        for stream in tuple(self._streams.values()):
            stream.close()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    @property
    def alive(self) -> bool:
        """Whether the process answers now."""
        return self._link is not None and self._link.greeted

    @property
    def about(self) -> dict[str, Any]:
        """What the process said about itself: backend, model, pid, chunk_ms; empty while it is away."""
        return self._link.about if self._link is not None else {}

    async def ready(self, timeout_s: float) -> None:
        """Wait for the process.

        Raises:
            RecogniserUnavailable: it did not answer within ``timeout_s``.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._connected.wait()
        except TimeoutError:
            raise RecogniserUnavailable("The recogniser does not answer; it is being restarted.") from None

    async def open_stream(self, rate: int, on_transcript: Callable[[Transcript], None]) -> Stream:
        """Open a stream of ``rate`` Hz; transcripts are delivered on the event loop.

        Raises:
            RecogniserUnavailable: the process stayed away for ``patience_s``.
            ValueError: a rate that no telephone has.
        """
        if not 8_000 <= rate <= 48_000:
            raise ValueError("A stream needs a rate of 8000 to 48000 Hz.")
        await self.ready(self._patience_s)
        stream = Stream(self, next(self._numbers), rate, on_transcript)
        self._streams[stream.number] = stream
        self.write(stream.opening())
        return stream

    async def stats(self, timeout_s: float = 2.0) -> dict[str, Any]:
        """The process's counters.

        Raises:
            RecogniserUnavailable: it does not answer in time.
        """
        if not self.alive:
            raise RecogniserUnavailable("The recogniser does not answer; it is being restarted.")
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        self.write(pack(Kind.STATS, 0), at_once=True)
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            raise RecogniserUnavailable("The recogniser does not answer; it hangs.") from None

    def forget(self, number: int) -> None:
        """A stream was closed."""
        if self._streams.pop(number, None) and self.alive:
            self.write(pack(Kind.CLOSE, number))

    def write(self, data: bytes, at_once: bool = False) -> None:
        """Send soon: frames of all calls within 20 ms share one write."""
        self._pending += data
        if at_once:
            self._send()
        elif self._flush is None:
            self._flush = asyncio.get_running_loop().call_later(_FLUSH_S, self._send)

    def _send(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        if self._link is not None and self._pending:
            self._link.write(bytes(self._pending))
        self._pending.clear()

    async def _stay_connected(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            with contextlib.suppress(OSError):
                transport, link = await loop.create_unix_connection(lambda: _Link(self), str(self._path))
                try:
                    await link.gone
                finally:
                    transport.close()
            await asyncio.sleep(_RETRY_S)

    def greeted(self, link: _Link) -> None:
        """The process said hello: make the streams known to it."""
        self._link = link
        self._pending.clear()
        for stream in self._streams.values():
            self._pending += stream.opening()
        self._send()
        self._connected.set()

    def received(self, message: Message) -> None:
        """A message of the running connection."""
        if message.kind == Kind.STATS:
            answer = self._asked.popleft()
            if not answer.done():
                answer.set_result(message.json())
        elif message.kind in (Kind.INTERIM, Kind.FINAL):
            stream = self._streams.get(message.stream)
            if stream is not None:
                stream.heard(unpack_transcript(message))

    def dropped(self, link: _Link) -> None:
        """The connection ended."""
        if self._link is not link:
            return
        self._link = None
        self._connected.clear()
        self._pending.clear()
        for answer in self._asked:
            if not answer.done():
                answer.set_exception(RecogniserUnavailable("The recogniser went away."))
        self._asked.clear()
        for stream in self._streams.values():
            stream.process_lost()


class _Link(asyncio.Protocol):
    """One connection to one life of the process."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._unpacker = Unpacker()
        self._transport: asyncio.Transport | None = None
        self.about: dict[str, Any] = {}
        self.greeted = False
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # A cast, not a check: uvloop's transports are no subclasses of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._client.dropped(self)
        if not self.gone.done():
            self.gone.set_result(None)

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._unpacker.feed(data):
                self._received(message)
        except ProtocolError as error:
            logger.error("The recogniser's socket is not understood: %s", error)
            if self._transport is not None:
                self._transport.abort()

    def _received(self, message: Message) -> None:
        if self.greeted:
            self._client.received(message)
            return
        self.about = message.json()
        if message.kind != Kind.HELLO or self.about.get("protocol") != PROTOCOL:
            raise ProtocolError("The process speaks another protocol; stop it and start the hotline again.")
        self.greeted = True
        self._client.greeted(self)
