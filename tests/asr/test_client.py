"""Client and server together over a real Unix socket; the backend only counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from asr.client import Client
from asr.engine import Engine
from asr.errors import AsrError
from asr.ports import RecogniserUnavailable, Transcript
from asr.server import Server
from asr.wire import PROTOCOL, Kind, pack, pack_json
from tests.asr.backends import CountingBackend, sound

ABOUT = {"protocol": PROTOCOL, "backend": "counting", "model": "", "pid": 1, "chunk_ms": 100}


class Process:
    """A recogniser that can be stopped in mid-call, as the real process would be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.backend = CountingBackend()

    async def start(self) -> None:
        self.engine = Engine(self.backend)
        self.server = Server(self.engine, dict(ABOUT))
        self.listener = await self.server.serve(self.path)

    async def die(self) -> None:
        self.listener.close()
        for connection in tuple(self.server.connections):
            connection.close()
        await self.engine.stop()


class Heard:
    """Collects transcripts of one stream."""

    def __init__(self) -> None:
        self.all: list[Transcript] = []
        self._changed = asyncio.Event()

    def __call__(self, transcript: Transcript) -> None:
        self.all.append(transcript)
        self._changed.set()

    @property
    def finals(self) -> list[Transcript]:
        return [item for item in self.all if item.final]

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not done():
                self._changed.clear()
                await self._changed.wait()


async def eventually(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not done():  # noqa: ASYNC110 - what is awaited happens in the server's own objects
            await asyncio.sleep(0)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[Process, Client]]:
    process = Process(folder / "asr.sock")
    await process.start()
    async with Client(process.path) as client:
        await client.ready(5)
        yield process, client
    await process.die()


async def test_an_utterance_there_and_back(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, client):
        heard = Heard()
        stream = await client.open_stream(8000, heard)
        for _ in range(15):
            stream.feed(sound(20))
        stream.finish()
        await heard.until(lambda: bool(heard.finals))
        assert heard.all[0].text == "1600"
        assert [(item.text, item.tokens[0].end_ms) for item in heard.finals] == [("4800", 300)]


async def test_every_finish_has_one_final_also_without_sound(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, client):
        heard = Heard()
        stream = await client.open_stream(8000, heard)
        stream.finish()
        stream.feed(sound(40))
        stream.finish()
        stream.finish()
        await heard.until(lambda: len(heard.finals) == 3)
        assert [item.text for item in heard.finals] == ["", "640", ""]


async def test_feeding_never_waits_and_frames_of_many_calls_share_writes(tmp_path: Path) -> None:
    async with running(tmp_path) as (process, client):
        calls = [Heard() for _ in range(20)]
        streams = [await client.open_stream(8000, heard) for heard in calls]
        for stream in streams:
            stream.feed(sound(100))
        await calls[0].until(lambda: bool(calls[0].all))
        assert max(process.backend.batches) > 5
        assert (await client.stats())["streams"] == 20


async def test_streams_of_a_dropped_connection_are_freed(tmp_path: Path) -> None:
    async with running(tmp_path) as (process, client):
        async with Client(process.path) as other:
            stream = await other.open_stream(8000, lambda _: None)
            stream.feed(sound(50))
            await eventually(lambda: process.engine.stats()["streams"] == 1)
        await eventually(lambda: process.engine.stats()["streams"] == 0)
        assert (await client.stats())["connections"] == 1


async def test_a_closed_stream_hears_nothing_and_takes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as (process, client):
        heard = Heard()
        stream = await client.open_stream(8000, heard)
        stream.feed(sound(300))
        stream.finish()
        stream.close()
        stream.close()
        await eventually(lambda: process.engine.stats()["streams"] == 0)
        assert heard.all == []
        with pytest.raises(ValueError, match="open stream"):
            stream.feed(sound(20))


async def test_a_restart_ends_the_running_utterance_as_lost_and_the_stream_goes_on(tmp_path: Path) -> None:
    async with running(tmp_path) as (process, client):
        heard = Heard()
        stream = await client.open_stream(8000, heard)
        stream.feed(sound(250))
        await heard.until(lambda: len(heard.all) == 2)
        await process.die()
        await heard.until(lambda: bool(heard.finals))
        assert heard.finals[0].lost and heard.finals[0].text == "3200"
        assert not client.alive
        stream.feed(sound(60))  # said while the process is away
        await process.start()
        await client.ready(5)
        stream.feed(sound(40))
        stream.finish()
        await heard.until(lambda: len(heard.finals) == 2)
        assert (heard.finals[1].text, heard.finals[1].lost) == ("1600", False)
        assert heard.finals[1].tokens[0].start_ms == 250


async def test_an_answer_owed_at_the_restart_arrives_as_lost(tmp_path: Path) -> None:
    async with running(tmp_path) as (process, client):
        heard = Heard()
        stream = await client.open_stream(8000, heard)
        await process.engine.stop()
        stream.feed(sound(40))
        stream.finish()
        await process.die()
        await heard.until(lambda: bool(heard.finals))
        stream.finish()
        await heard.until(lambda: len(heard.finals) == 2)
        assert [item.lost for item in heard.finals] == [True, True]
        await process.start()


async def test_what_is_said_while_the_process_is_away_is_kept_only_for_seconds(tmp_path: Path) -> None:
    async with running(tmp_path) as (process, client):
        heard = Heard()
        stream = await client.open_stream(8000, heard)
        await process.die()
        await eventually(lambda: not client.alive)
        for _ in range(50):
            stream.feed(sound(100))
        await process.start()
        await client.ready(5)
        stream.finish()
        await heard.until(lambda: bool(heard.finals))
        assert heard.finals[0].text == str(3 * 16_000)
        assert heard.finals[0].tokens[0].start_ms == 2000


async def test_a_call_that_comes_while_nobody_listens_is_told_so(tmp_path: Path) -> None:
    async with Client(tmp_path / "nobody.sock", patience_s=0.05) as client:
        assert not client.alive
        with pytest.raises(RecogniserUnavailable, match="restarted"):
            await client.open_stream(8000, lambda _: None)
        with pytest.raises(RecogniserUnavailable):
            await client.stats()


async def test_wrong_use_is_refused_where_it_happens(tmp_path: Path) -> None:
    async with running(tmp_path) as (_, client):
        with pytest.raises(ValueError, match="8000"):
            await client.open_stream(4000, lambda _: None)
        stream = await client.open_stream(8000, lambda _: None)
        with pytest.raises(ValueError, match="16-bit"):
            stream.feed(b"odd")


@pytest.mark.parametrize(
    "data",
    [
        pack(Kind.AUDIO, 7, b"\0\0"),
        pack_json(Kind.OPEN, 1, {"rate": 4000}),
        pack_json(Kind.OPEN, 1, {"rate": "8000"}),
        pack(Kind.OPEN, 1, b"nonsense"),
        pack_json(Kind.OPEN, 1, {"rate": 8000}) + pack(Kind.AUDIO, 1, b"\0"),
        bytes([99]) + bytes(8),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
    ids=["unopened", "low-rate", "text-rate", "not-json", "odd-sound", "unknown-kind", "http"],
)
async def test_a_client_that_breaks_the_protocol_is_dropped_and_others_stay(tmp_path: Path, data: bytes) -> None:
    async with running(tmp_path) as (process, client):
        reader, writer = await asyncio.open_unix_connection(str(process.path))
        writer.write(data)
        async with asyncio.timeout(5):
            await reader.read()
        writer.close()
        assert (await client.stats())["connections"] == 1


async def test_a_second_recogniser_does_not_take_the_socket_of_a_living_one(tmp_path: Path) -> None:
    async with running(tmp_path) as (process, _):
        with pytest.raises(AsrError, match="already listens"):
            await Server(process.engine, dict(ABOUT)).serve(process.path)


async def test_a_socket_left_by_a_dead_process_is_replaced_but_a_file_is_not(tmp_path: Path) -> None:
    process = Process(tmp_path / "asr.sock")
    await process.start()
    process.listener.close()
    await process.engine.stop()
    (tmp_path / "file").write_text("precious")
    again = Process(tmp_path / "asr.sock")
    await again.start()
    with pytest.raises(AsrError, match="not a socket"):
        await again.server.serve(tmp_path / "file")
    await again.die()


async def test_a_path_too_long_for_a_socket_is_one_sentence(tmp_path: Path) -> None:
    process = Process(tmp_path / ("x" * 120))
    with pytest.raises(AsrError, match="shorter"):
        await process.start()
    await process.engine.stop()
