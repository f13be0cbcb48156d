"""FunASR's websocket runtime protocol, spoken with a real local server that behaves like its two servers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from asr.client import Client
from asr.errors import ModelError
from asr.farm import FarmEngine
from asr.ports import Transcript
from asr.supervisor import Supervisor
from tests.asr.backends import sound


@dataclass
class Farm:
    """What a server saw; ``style`` is how it answers."""

    style: str
    hellos: list[dict[str, Any]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    total: int = 0

    async def talk(self, socket: ServerConnection) -> None:
        received = 0
        async for message in socket:
            if isinstance(message, bytes):
                received += len(message)
                self.total += len(message)
                self.sizes.append(len(message))
                await self._piece(socket, received)
            elif "mode" in (order := json.loads(message)):
                self.hellos.append(order)
            elif order["is_speaking"] is False:
                await self._end(socket, received)

    async def _piece(self, socket: ServerConnection, received: int) -> None:
        if received % 19200 == 0:
            speaking = self.style == "python"  # the Python server sends is_speaking as is_final
            await say(socket, mode="2pass-online", text="我的", is_final=speaking)
        if self.style == "sentences" and received == 38400:
            await say(socket, mode="2pass-offline", text="第一句。", is_final=False)
        if self.style == "breaks" and received >= 9600:
            await socket.close(1011)

    async def _end(self, socket: ServerConnection, received: int) -> None:
        if self.style in ("runtime", "sentences"):
            stamps = json.dumps([[0, 100], [100, 300], [300, 500], [500, 700]])
            text = "我的快递，" if received else ""
            await say(socket, mode="2pass-offline", text=text, timestamp=stamps, is_final=True)
        elif self.style == "python" and received > 9600:
            await say(socket, mode="2pass-offline", text="我的快递", is_final=False)


async def say(socket: ServerConnection, **answer: object) -> None:
    await socket.send(json.dumps({"wav_name": "call", **answer}))


@asynccontextmanager
async def farm(style: str) -> AsyncIterator[tuple[Farm, FarmEngine]]:
    seen = Farm(style)
    async with serve(seen.talk, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        yield seen, await FarmEngine.reach(f"ws://127.0.0.1:{port}")


async def hear(engine: FarmEngine, finals: int, talk: Callable[[Any], None]) -> list[Transcript]:
    got: list[Transcript] = []
    enough = asyncio.Event()

    def deliver(transcript: Transcript) -> None:
        got.append(transcript)
        if sum(item.final for item in got) == finals:
            enough.set()

    stream = engine.open(8000, deliver, position_ms=1000.0)
    talk(stream)
    async with asyncio.timeout(10):
        await enough.wait()
    engine.close(stream)
    return got


def speak(engine: FarmEngine, ms: int) -> Callable[[Any], None]:
    def talk(stream: Any) -> None:
        for _ in range(ms // 20):
            engine.feed(stream, sound(20))
        engine.finish(stream)

    return talk


async def test_the_runtime_gets_its_hello_and_sixty_millisecond_messages_of_sixteen_kilohertz() -> None:
    async with farm("runtime") as (seen, engine):
        await hear(engine, 1, speak(engine, 1000))
        (hello,) = seen.hellos
        assert (hello["mode"], hello["chunk_size"], hello["audio_fs"]) == ("2pass", [5, 10, 5], 16000)
        assert hello["wav_format"] == "pcm" and hello["is_speaking"] is True
        assert seen.total == 32_000
        assert set(seen.sizes[:-1]) == {1920}


async def test_pieces_become_interim_text_and_the_sentence_replaces_them() -> None:
    async with farm("runtime") as (_, engine):
        got = await hear(engine, 1, speak(engine, 1300))
        assert [item.text for item in got] == ["我的", "我的我的", "我的快递"]
        assert [item.stable for item in got] == [0, 0, 4]
        assert [(t.start_ms, t.end_ms) for t in got[-1].tokens][:2] == [(1000, 1100), (1100, 1300)]


async def test_the_python_server_ends_an_utterance_though_it_says_it_is_not_final() -> None:
    async with farm("python") as (_, engine):
        for _ in range(2):  # the second time it is known what the flag means
            got = await hear(engine, 1, speak(engine, 700))
            assert [item.text for item in got if item.final] == ["我的快递"]
            assert not got[-1].lost


async def test_a_server_that_says_nothing_after_silence_does_not_hold_up_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("asr.farm._SILENT_S", 0.05)
    async with farm("python") as (_, engine):
        (final,) = await hear(engine, 1, speak(engine, 200))
        assert (final.text, final.final, final.lost) == ("", True, False)


async def test_sentences_inside_one_utterance_are_joined() -> None:
    async with farm("sentences") as (_, engine):
        got = await hear(engine, 1, speak(engine, 1500))
        assert got[-1].text == "第一句我的快递"
        assert any(item.stable == 3 and not item.final for item in got)


async def test_a_connection_that_breaks_is_one_lost_final_at_the_end_of_the_utterance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("asr.farm._SILENT_S", 8.0)  # so that a busy machine does not take the break for silence
    async with farm("breaks") as (_, engine):
        (final,) = await hear(engine, 1, speak(engine, 900))
        assert final.final and final.lost
        assert engine.stats()["failed"] == 1


async def test_utterances_of_one_caller_are_answered_in_order_and_empty_ones_too() -> None:
    async with farm("runtime") as (_, engine):

        def talk(stream: Any) -> None:
            speak(engine, 600)(stream)
            engine.finish(stream)
            speak(engine, 100)(stream)

        got = await hear(engine, 3, talk)
        assert [item.text for item in got if item.final] == ["我的快递", "", "我的快递"]
        assert got[-1].tokens[0].start_ms == 1600


@pytest.mark.parametrize(
    ("address", "says"), [("ws://127.0.0.1:9", "does not answer"), ("paraformer-zh", "ws:// or wss://")]
)
async def test_a_farm_that_is_not_there_is_one_sentence(address: str, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        await FarmEngine.reach(address)


async def test_the_recogniser_process_serves_calls_from_a_farm(tmp_path: Path) -> None:
    finals: asyncio.Queue[Transcript] = asyncio.Queue()
    seen = Farm("runtime")
    async with serve(seen.talk, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        supervisor = Supervisor(tmp_path / "asr.sock", f"ws://127.0.0.1:{port}", backend="ws")
        await supervisor.start()
        async with Client(tmp_path / "asr.sock") as client, asyncio.timeout(10):
            stream = await client.open_stream(8000, lambda heard: finals.put_nowait(heard) if heard.final else None)
            stream.feed(sound(700))
            stream.finish()
            assert (await finals.get()).text == "我的快递"
            assert (await client.stats())["utterances"] == 1
        await supervisor.stop()
    with pytest.raises(ModelError, match="does not answer"):
        await Supervisor(tmp_path / "asr.sock", f"ws://127.0.0.1:{port}", backend="ws").start()
