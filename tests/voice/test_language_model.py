"""The optional language model over real HTTP: what it may do, and that nothing depends on it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dialog.engine import Dialogue, load_dialogue
from dialog.protocol import CallStarted, Heard, HotlineProfile, ModelAnswered, Staffing
from ledger import Ledger
from tests.dialog.parcels import NOON
from tests.dialog.world import World
from tests.voice.test_conversation import Nowhere
from tests.voice.test_redial import Ear, Time, until
from voice.config import PROJECT
from voice.conversation import Conversation
from voice.effects import EffectRunner
from voice.language_model import REST_S, LanguageModel

UNCLEAR = "那个那个嘛就是上回那种情形咯"


class Endpoint:
    """An OpenAI-compatible endpoint on a free port that answers as it is told."""

    def __init__(self) -> None:
        self.content: str | None = None
        self.raw: bytes | None = None
        self.status = 200
        self.silent = False
        self.requests: list[dict[str, object]] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line)
        self.requests.append(json.loads(await reader.readexactly(length)))
        if self.silent:
            await reader.read()  # until the other side has had enough
        else:
            body = self.raw or json.dumps({"choices": [{"message": {"content": self.content}}]}).encode()
            writer.write(
                b"HTTP/1.1 %d OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (self.status, len(body))
            )
            writer.write(body)
        writer.close()


@asynccontextmanager
async def endpoint() -> AsyncIterator[Endpoint]:
    made = Endpoint()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    async with server:
        yield made


@pytest.fixture(scope="module")
def dialogue() -> Dialogue:
    return load_dialogue(PROJECT / "config", assist=True)


@pytest.fixture(scope="module")
def alone() -> Dialogue:
    return load_dialogue(PROJECT / "config")


async def talk(dialogue: Dialogue, model: LanguageModel | None, folder: Path) -> list[str]:
    """One call: an utterance that nothing understands; returns what the hotline said to it."""
    time, ear = Time(), Ear()
    ledger = Ledger(f"sqlite+aiosqlite:///{folder / 'ledger.db'}")
    await ledger.start()
    effects = EffectRunner("c1", None, Nowhere(), ledger, time, model)
    made = Conversation("c1", dialogue=dialogue, ledger=ledger, effects=effects, mouth=ear, clock=time)
    ear.made = made
    made.attach(ear)
    profile = World().identify("13800138000", NOON)
    hotline = HotlineProfile("main", "云雀快递", "95000", "您好，通话有录音。")
    made.start(CallStarted(NOON, "c1", profile, hotline, Staffing(True, True)))
    await until(lambda: bool(made.state.question))
    before = len(ear.said)
    made.heard(Heard(NOON, UNCLEAR))
    await until(lambda: len(ear.said) > before)
    await made.close()
    await ledger.close()
    return ear.said[before:]


def choice(intent: str) -> str:
    return json.dumps({"intent": intent, "confidence": 0.9})


async def test_an_offered_choice_is_served(dialogue: Dialogue, tmp_path: Path) -> None:
    async with endpoint() as made:
        made.content = choice("claim")
        model = LanguageModel(made.url, "small", "", Time())
        said = await talk(dialogue, model, tmp_path)
        await model.close()
    assert "理赔" in "".join(said)
    assert made.requests[0]["model"] == "small"


@pytest.mark.parametrize("fault", ["down", "slow", "500", "garbage", "invented", "order", "huge", "none"])
async def test_whatever_fails_the_caller_hears_what_is_said_without_a_model(
    dialogue: Dialogue, alone: Dialogue, tmp_path: Path, fault: str
) -> None:
    without = await talk(alone, None, tmp_path)
    async with endpoint() as made:
        made.silent = fault == "slow"
        made.status = 500 if fault == "500" else 200
        made.raw = {"garbage": b"<html>", "huge": b" " * 200_000}.get(fault)
        made.content = {"invented": choice("open_the_safe"), "order": "您的包裹已经退款", "none": choice("none")}.get(
            fault, choice("complaint")
        )
        url = "http://127.0.0.1:9/v1" if fault == "down" else made.url
        model = LanguageModel(url, "small", "", Time())
        assert await talk(dialogue, model, tmp_path) == without
        await model.close()


async def test_an_endpoint_that_failed_is_left_alone_for_a_while() -> None:
    time = Time()
    async with endpoint() as made:
        made.status = 500
        model = LanguageModel(made.url, "small", "", time)
        assert await model.choose("甲", ("track",), "") is None
        made.status, made.content = 200, choice("track")
        assert await model.choose("乙", ("track",), "") is None
        assert len(made.requests) == 1
        time.pass_(seconds=REST_S)
        assert await model.choose("丙", ("track",), "") == choice("track")
        await model.close()


async def test_the_caller_who_goes_on_is_not_answered_late(dialogue: Dialogue) -> None:
    state = dialogue.initial()
    profile = World().identify("13800138000", NOON)
    hotline = HotlineProfile("main", "云雀快递", "95000", "您好，通话有录音。")
    state, _ = dialogue.step(state, CallStarted(NOON, "c1", profile, hotline, Staffing(True, True)))
    assert state.after_say is not None
    state, _ = dialogue.step(state, Heard(NOON, UNCLEAR))
    asked = state.asking
    assert asked is not None
    state, _ = dialogue.step(state, Heard(NOON, "转人工"))
    after, effects = dialogue.step(state, ModelAnswered(NOON, asked.request_id, choice("complaint")))
    assert effects == () and after.topics == state.topics
