"""A one-time code on its way through a call: to the order's phone, back from the caller, and never into the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialog.engine import Dialogue, load_dialogue
from dialog.protocol import (
    CallStarted,
    CheckCode,
    CodeChecked,
    CodeSent,
    Event,
    Heard,
    HotlineProfile,
    Say,
    SendCode,
    Staffing,
)
from ledger import Ledger
from logistics_client.errors import UnavailableError
from logistics_client.vocabulary import CodeCheck, OrderKind, Parcel, WorkOrder
from tests.dialog.parcels import NOON, profile
from tests.voice.test_conversation import Line, Nowhere
from tests.voice.test_redial import Time
from voice.config import PROJECT
from voice.conversation import Conversation
from voice.effects import EffectRunner

NUMBER = "13800138000"
PARCEL = profile(NUMBER, NOON).parcels[0]
STOP = OrderKind.INTERCEPT
CODE = "246810"


class Texts(Nowhere):
    """A parcels' room that knows one code."""

    def __init__(self) -> None:
        self.phones: list[str] = []
        self.away = False

    async def send_code(self, purpose: OrderKind, parcel: Parcel, *, phone: str, call_id: str) -> str | None:
        self.phones.append(phone)
        return None if self.away else phone[-4:]

    async def check_code(self, purpose: OrderKind, parcel: Parcel, said: str) -> CodeCheck:
        if self.away:
            raise UnavailableError("away")
        return CodeCheck.RIGHT if said == CODE else CodeCheck.WRONG

    async def open_order(
        self, kind: OrderKind, parcel: Parcel | None, *, call_id: str, details: object = None
    ) -> tuple[WorkOrder, bool]:
        return WorkOrder("W1", kind, parcel.waybill if parcel else None, NOON), True


class Talker(Line):
    """Speaks everything to its end at once."""

    conversation: Conversation

    def say(self, say: Say) -> None:
        super().say(say)
        self.conversation.spoken(say, say.text, interrupted=False)

    async def until(self, words: str) -> None:
        while words not in await self.said.get():
            pass


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}")
    await ledger.start()
    yield ledger
    await ledger.close()


@pytest.fixture(scope="module")
def dialogue() -> Dialogue:
    return load_dialogue(PROJECT / "config")


async def answer(effect: object, ledger: Ledger, room: Texts) -> Event:
    runner, got = EffectRunner("c1", NUMBER, room, ledger, Time()), asyncio.Queue[Event]()
    runner.know((PARCEL,))
    runner.run(effect, got.put_nowait)
    event = await got.get()
    await runner.close()
    return event


async def test_a_code_goes_out_and_is_checked(ledger: Ledger) -> None:
    room = Texts()
    sent = await answer(SendCode("r1", STOP, PARCEL.waybill), ledger, room)
    assert isinstance(sent, CodeSent) and sent.phone_tail == "8000" and room.phones == [NUMBER]
    for said, outcome in ((CODE, CodeCheck.RIGHT), ("111111", CodeCheck.WRONG)):
        checked = await answer(CheckCode("r2", STOP, PARCEL.waybill, said), ledger, room)
        assert isinstance(checked, CodeChecked) and checked.outcome is outcome


async def test_what_cannot_be_sent_or_checked_is_no_answer_but_an_event(ledger: Ledger) -> None:
    room = Texts()
    room.away = True
    sent = await answer(SendCode("r1", STOP, PARCEL.waybill), ledger, room)
    checked = await answer(CheckCode("r2", STOP, PARCEL.waybill, CODE), ledger, room)
    unknown = await answer(SendCode("r3", STOP, "YQ0000000000000"), ledger, room)
    assert isinstance(sent, CodeSent) and sent.phone_tail is None
    assert isinstance(checked, CodeChecked) and checked.outcome is None
    assert isinstance(unknown, CodeSent) and unknown.phone_tail is None and len(room.phones) == 1


@pytest.mark.parametrize("spoken", [True, False], ids=["said", "keyed"])
async def test_the_code_is_in_no_event_of_the_call(ledger: Ledger, dialogue: Dialogue, spoken: bool) -> None:
    line, clock = Talker(), Time()
    runner = EffectRunner("c1", NUMBER, Texts(), ledger, clock)
    runner.know((PARCEL,))
    talk = Conversation("c1", dialogue=dialogue, ledger=ledger, effects=runner, mouth=line, clock=clock)
    talk.attach(line)
    line.conversation = talk
    hotline = HotlineProfile("main", "云雀快递", "95000", "您好，通话有录音。")
    talk.start(CallStarted(clock.now(), "c1", profile(NUMBER, clock.now()), hotline, Staffing(True, True)))
    talk.heard(Heard(clock.now(), "这单我不要了帮我拦下来"))
    await line.until("念给我")
    if spoken:
        talk.heard(Heard(clock.now(), "二四六八幺零"))
    else:
        for key in CODE:
            talk.key(key)
    await line.until("提交了拦截")
    await talk.close()
    events = await ledger.read("c1")
    told = "".join(str(stored.event.data) for stored in events)
    assert CODE not in told and "二四六" not in told
    keys = [stored.event.data["key"] for stored in events if stored.event.type == "dtmf"]
    assert keys == ([] if spoken else ["•"] * 6)
    assert [stored.event.data["outcome"] for stored in events if stored.event.type == "code.checked"] == ["right"]
