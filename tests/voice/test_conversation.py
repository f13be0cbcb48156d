"""A conversation on the real dialogue, with a typed mouth and no telephone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dialog.engine import Dialogue, load_dialogue
from dialog.protocol import CallStarted, HotlineProfile, Say, Staffing, Transfer
from ledger import Ledger
from logistics_client.vocabulary import Bulletin, CallerClass, CallerProfile, CodeCheck, OrderKind, Parcel, WorkOrder
from voice.chat import Chat
from voice.clock import SystemClock
from voice.config import PROJECT, load_hotlines, load_settings
from voice.conversation import APOLOGY, Conversation
from voice.effects import EffectRunner
from voice.parcels import open_logistics


class Nowhere:
    """A parcels' service without parcels."""

    async def identify(self, number: str | None) -> CallerProfile:
        return CallerProfile(CallerClass.UNKNOWN, number)

    async def find(self, **_: str | None) -> tuple[Parcel, ...]:
        return ()

    async def open_order(
        self, kind: OrderKind, parcel: Parcel | None, *, call_id: str, details: Mapping[str, str] | None = None
    ) -> tuple[WorkOrder, bool]:
        raise NotImplementedError

    async def bulletins(self) -> tuple[Bulletin, ...]:
        return ()

    async def orders_for(self, waybill: str) -> tuple[WorkOrder, ...]:
        return ()

    async def remember(self, number: str, parcel: Parcel) -> None:
        return

    async def send_link(self, purpose: str, parcel: Parcel, *, phone: str, call_id: str) -> bool:
        return False

    async def send_number_link(self, phone: str, *, call_id: str) -> bool:
        return False

    async def send_code(self, purpose: OrderKind, parcel: Parcel, *, phone: str, call_id: str) -> str | None:
        return None

    async def check_code(self, purpose: OrderKind, parcel: Parcel, said: str) -> CodeCheck:
        return CodeCheck.SPENT

    async def close(self) -> None:
        return


class Line:
    def __init__(self) -> None:
        self.said: asyncio.Queue[str] = asyncio.Queue()

    def say(self, say: Say) -> None:
        self.said.put_nowait(say.text)

    def hang_up(self, cause: str) -> None:
        self.said.put_nowait(f"[{cause}]")

    def transfer(self, transfer: Transfer) -> None:
        self.said.put_nowait(f"[{transfer.reason}]")

    def leave_queue(self, request_id: str) -> None:
        return

    def stop_recording(self) -> None:
        self.said.put_nowait("[no recording]")


class Broken:
    """A dialogue whose every step fails."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    def initial(self) -> Any:
        return self._dialogue.initial()

    def step(self, _state: Any, _event: Any) -> Any:
        raise RuntimeError("a bug in a scene")


@pytest.fixture(scope="module")
def dialogue() -> Dialogue:
    return load_dialogue(PROJECT / "config")


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}")
    await ledger.start()
    yield ledger
    await ledger.close()


def conversation(dialogue: Any, ledger: Ledger, line: Line) -> Conversation:
    clock = SystemClock()
    effects = EffectRunner("c1", None, Nowhere(), ledger, clock)
    made = Conversation("c1", dialogue=dialogue, ledger=ledger, effects=effects, mouth=line, clock=clock)
    made.attach(line)
    hotline = HotlineProfile("main", "云雀快递", "95000", "您好，通话有录音。")
    profile = CallerProfile(CallerClass.UNKNOWN, None)
    made.start(CallStarted(clock.now(), "c1", profile, hotline, Staffing(True, True)))
    return made


async def test_the_first_sentence_is_the_greeting(dialogue: Dialogue, ledger: Ledger) -> None:
    line = Line()
    made = conversation(dialogue, ledger, line)
    assert "录音" in await asyncio.wait_for(line.said.get(), 5)
    await made.close()


async def test_a_bug_in_a_scene_is_a_sentence_and_an_offer_never_silence(dialogue: Dialogue, ledger: Ledger) -> None:
    line = Line()
    made = conversation(Broken(dialogue), ledger, line)
    assert await asyncio.wait_for(line.said.get(), 5) == APOLOGY
    await made.close()
    events = await ledger.read("c1")
    assert [stored.event.type for stored in events].count("degraded") >= 1


async def test_keys_and_words_are_in_the_ledger_in_order(dialogue: Dialogue, ledger: Ledger) -> None:
    line = Line()
    made = conversation(dialogue, ledger, line)
    await asyncio.wait_for(line.said.get(), 5)
    made.key("5")
    made.log("dtmf", {"key": object()})  # no JSON: lost alone
    await made.close()
    events = await ledger.read("c1")
    assert ("dtmf", "5") in [(stored.event.type, stored.event.data.get("key")) for stored in events]
    assert events[-1].event.type == "dialogue.state"


async def test_an_order_is_in_the_ledger_before_the_caller_hears_of_it(
    dialogue: Dialogue, ledger: Ledger, tmp_path: Path
) -> None:
    said: list[str] = []
    settings = load_settings(data_dir=tmp_path, carrier="sandbox")
    async with AsyncExitStack() as stack:
        chat = Chat(
            dialogue=dialogue,
            logistics=await open_logistics(settings, stack),
            ledger=ledger,
            clock=SystemClock(),
            hotline=replace(load_hotlines(PROJECT / "config").default),
            show=said.append,
        )
        await chat.start("13800138001")
        await chat.hear("帮我催一下")
        await chat.close()
        (started,) = {stored.event.call_id for stored in await ledger.read_after(0)}
    types = [stored.event.type for stored in await ledger.read(started)]
    assert types.index("work_order.opened") < types.index("promise.made")
    assert len(said) >= 3
