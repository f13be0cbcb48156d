"""An existing FunASR recogniser farm as the engine: its websocket runtime protocol, spoken as a client.

One connection per utterance: a JSON hello (``mode``, ``chunk_size``, ``is_speaking`` ...), 60 ms messages of
16 kHz s16 sound, then ``{"is_speaking": false}``. Answers are JSON with ``mode`` ``2pass-online`` or ``online``
(text of one piece, to be appended) and ``2pass-offline`` (a whole sentence that replaces the pieces before
it). The two servers use ``is_final`` differently: the C++ runtime marks its last answer by it, the Python
server sends its ``is_speaking`` flag there. :class:`_Ending` tells them apart. The Python server also says
nothing after an empty utterance, so silence ends one too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
import unicodedata
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedOK, InvalidURI, WebSocketException
from websockets.typing import Subprotocol

from asr.errors import ModelError
from asr.frontend import Resampler
from asr.ports import Token, Transcript
from asr.spelling import spread

logger = logging.getLogger(__name__)

_RATE = 16_000
_CHUNK = (5, 10, 5)
_INTERVAL = 10
_MESSAGE_BYTES = _CHUNK[1] * 60 // _INTERVAL * _RATE // 1000 * 2
_CONNECT_S = 2.0
_SILENT_S = 1.5
_GRACE_S = 0.3
_QUEUE = 400


@dataclass(slots=True)
class _Heard:
    """What the farm has said about one utterance; sentences are settled, pieces still grow."""

    start_ms: float
    sentences: list[Token] = field(default_factory=list)
    pieces: str = ""
    settled_ms: float = 0.0

    def take(self, answer: dict[str, Any], sent_ms: float) -> None:
        text = "".join(c for c in str(answer.get("text", "")) if not unicodedata.category(c).startswith("P"))
        if answer.get("mode") == "2pass-offline":
            self.sentences += _timed(text, answer.get("timestamp"), self.start_ms, self.settled_ms, sent_ms)
            self.pieces, self.settled_ms = "", sent_ms
        else:
            self.pieces += text

    def transcript(self, sent_ms: float, final: bool, lost: bool = False) -> Transcript:
        begin, end = self.start_ms + self.settled_ms, self.start_ms + sent_ms
        tokens = (*self.sentences, *spread(self.pieces, begin, end))
        text = "".join(token.text for token in tokens)
        stable = len(tokens) if final else len(self.sentences)
        return Transcript(text, tokens, final, stable=stable, lost=lost)


def _timed(text: str, stamps: Any, start_ms: float, begin_ms: float, end_ms: float) -> list[Token]:
    """Characters with the farm's own times when it sends one pair per character, else spread evenly."""
    with contextlib.suppress(ValueError, TypeError):
        pairs = json.loads(stamps) if isinstance(stamps, str) else stamps
        characters = [character for character in text if not character.isspace()]
        if pairs and len(pairs) == len(characters):
            return [
                Token(character, round(start_ms + begin), round(start_ms + end), 1.0)
                for character, (begin, end) in zip(characters, pairs, strict=True)
            ]
    return spread(text, start_ms + begin_ms, start_ms + end_ms)


@dataclass(slots=True)
class _Ending:
    """Which answer is the last; learns from one utterance to the next what ``is_final`` means here."""

    means_speaking: bool = False

    def learn(self, told: bool, marked_before: bool) -> None:
        """An answer marked final before the end, or followed by another one, was not the last."""
        self.means_speaking = self.means_speaking or marked_before or not told

    def patience_s(self, answer: dict[str, Any]) -> float:
        """How long to wait for another answer after this one, once the end was told; 0 when it is the last."""
        marked, sentence = bool(answer.get("is_final")), answer.get("mode") == "2pass-offline"
        if self.means_speaking:
            return 0.0 if sentence and not marked else _SILENT_S
        if sentence and marked:
            return 0.0
        return _GRACE_S if sentence or marked else _SILENT_S


@dataclass(eq=False, slots=True)
class FarmStream:
    """One caller; ``queue`` takes the running utterance's sound, ``turn`` keeps utterances in order."""

    rate: int
    deliver: Callable[[Transcript], None]
    position_ms: float
    queue: asyncio.Queue[bytes | None] | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class FarmEngine:
    """Speaks to one farm address; the same interface as :class:`asr.engine.Engine`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._ending = _Ending()
        self._counts = {"streams": 0, "utterances": 0, "failed": 0, "dropped": 0}

    @classmethod
    async def reach(cls, address: str) -> FarmEngine:
        """Check that the farm answers.

        Raises:
            ModelError: the address is not one, or nobody answers there.
        """
        engine = cls(address)
        try:
            async with engine._dial():
                return engine
        except InvalidURI:
            raise ModelError(
                f"ASR_MODEL is {address!r}; with ASR_BACKEND=ws it must be a ws:// or wss:// address."
            ) from None
        except (OSError, TimeoutError, WebSocketException) as error:
            raise ModelError(
                f"The recogniser farm at {address} does not answer ({type(error).__name__});"
                " start it, or use ASR_BACKEND=onnx."
            ) from error

    def _dial(self) -> connect:
        return connect(self._address, subprotocols=[Subprotocol("binary")], open_timeout=_CONNECT_S, ping_interval=None)

    def open(self, rate: int, deliver: Callable[[Transcript], None], position_ms: float = 0.0) -> FarmStream:
        """A new stream."""
        self._counts["streams"] += 1
        return FarmStream(rate, deliver, position_ms)

    def feed(self, stream: FarmStream, pcm: bytes) -> None:
        """Queue sound; dropped and counted when the farm does not take it."""
        if stream.queue is None:
            self._begin(stream)
        assert stream.queue is not None
        try:
            stream.queue.put_nowait(pcm)
        except asyncio.QueueFull:
            self._counts["dropped"] += 1
        stream.position_ms += len(pcm) / 2 / stream.rate * 1000

    def finish(self, stream: FarmStream) -> None:
        """End the running utterance; an empty one is answered here."""
        if stream.queue is None:
            self._start(stream, self._empty(stream))
            return
        if stream.queue.full():
            stream.queue.get_nowait()
        stream.queue.put_nowait(None)
        stream.queue = None

    def close(self, stream: FarmStream) -> None:
        """Forget the stream and hang up."""
        self._counts["streams"] -= 1
        for task in stream.tasks:
            task.cancel()

    def stats(self) -> dict[str, Any]:
        """Counters."""
        return {**self._counts, "batch_running_s": 0.0}

    async def stop(self) -> None:
        """Nothing runs but the streams' own tasks, which end with their connections."""

    def _begin(self, stream: FarmStream) -> None:
        stream.queue = asyncio.Queue(_QUEUE)
        dialog = _Utterance(_Heard(stream.position_ms), stream.queue, stream.rate, self._ending)
        self._start(stream, self._utterance(stream, dialog))
        self._counts["utterances"] += 1

    def _start(self, stream: FarmStream, job: Coroutine[Any, Any, None]) -> None:
        async def in_turn() -> None:
            async with stream.turn:
                await job

        task = asyncio.create_task(in_turn())
        stream.tasks.add(task)
        task.add_done_callback(stream.tasks.discard)

    async def _empty(self, stream: FarmStream) -> None:
        stream.deliver(Transcript("", (), final=True))

    async def _utterance(self, stream: FarmStream, dialog: _Utterance) -> None:
        try:
            async with self._dial() as socket:
                async for transcript in dialog.talk(socket):
                    stream.deliver(transcript)
            return
        except (OSError, TimeoutError, WebSocketException, ValueError) as error:
            logger.warning("The recogniser farm lost an utterance (%s)", type(error).__name__)
        self._counts["failed"] += 1
        await dialog.skip()
        stream.deliver(dialog.heard.transcript(dialog.sent_ms, final=True, lost=True))


@dataclass(slots=True)
class _Utterance:
    """One websocket dialogue."""

    heard: _Heard
    queue: asyncio.Queue[bytes | None]
    rate: int
    ending: _Ending
    sent_ms: float = 0.0
    ended: bool = False
    told_at: float | None = None

    async def talk(self, socket: ClientConnection) -> AsyncIterator[Transcript]:
        """Send the sound and yield transcripts; the last one is final."""
        sending = asyncio.create_task(self._send(socket))
        patience, marked = _SILENT_S, False
        try:
            while (answer := await self._answer(socket, sending, patience)) is not None:
                if answer.get("is_final") or marked:
                    self.ending.learn(self.told_at is not None, marked)
                marked = bool(answer.get("is_final"))
                self.heard.take(answer, self.sent_ms)
                patience = self.ending.patience_s(answer)
                if self.told_at is not None and not patience:
                    break
                yield self.heard.transcript(self.sent_ms, final=False)
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sending
        late = (time.monotonic() - (self.told_at or time.monotonic())) * 1000
        final = self.heard.transcript(self.sent_ms, final=True)
        yield Transcript(final.text, final.tokens, True, final.stable, late_ms=round(late, 1))

    async def _answer(
        self, socket: ClientConnection, sending: asyncio.Task[None], patience_s: float
    ) -> dict[str, Any] | None:
        """The next answer; None when the farm has nothing more to say after the end of the utterance."""
        receive = asyncio.create_task(socket.recv())
        try:
            if not sending.done():
                await asyncio.wait((receive, sending), return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
                await asyncio.wait((receive,), timeout=patience_s or _SILENT_S)
            if not receive.done():
                return None
            answer = json.loads(receive.result())
        except ConnectionClosedOK:
            if self.told_at is not None:
                return None
            raise
        finally:
            receive.cancel()
            await asyncio.wait((receive,))
            if not receive.cancelled():
                receive.exception()  # looked at, so that asyncio does not report it
        if not isinstance(answer, dict):
            raise ValueError("The farm's answer is not a JSON object.")
        return answer

    async def skip(self) -> None:
        """Throw away the sound that is still to come, to the end of the utterance."""
        while not self.ended:
            self.ended = await self.queue.get() is None

    async def _send(self, socket: ClientConnection) -> None:
        hello = {
            "mode": "2pass",
            "chunk_size": list(_CHUNK),
            "chunk_interval": _INTERVAL,
            "encoder_chunk_look_back": 4,
            "decoder_chunk_look_back": 1,
            "wav_name": "call",
            "wav_format": "pcm",
            "audio_fs": _RATE,
            "is_speaking": True,
            "itn": False,
        }
        await socket.send(json.dumps(hello))
        resampler, sound, last = Resampler(self.rate, _RATE), b"", False
        while not last:
            pcm = await self.queue.get()
            self.ended = last = pcm is None
            sound += resampler.push(pcm or b"", last).clip(-32768, 32767).astype("<i2").tobytes()
            while len(sound) >= _MESSAGE_BYTES or (last and sound):
                await socket.send(sound[:_MESSAGE_BYTES])
                self.sent_ms += len(sound[:_MESSAGE_BYTES]) / 2 / _RATE * 1000
                sound = sound[_MESSAGE_BYTES:]
        self.told_at = time.monotonic()
        await socket.send(json.dumps({"is_speaking": False}))
