"""A call that broke off and is dialled again goes on where it was; conversations are real, the telephone is not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dialog.engine import Dialogue, load_dialogue
from dialog.protocol import CallStarted, Heard, HotlineProfile, Say, Staffing, Transfer
from ledger import Ledger
from ledger.calls import CallBook
from logistics_client.vocabulary import CallerClass, CallerProfile
from telephony.ports import MEDIA_TIMEOUT, REMOTE_HANGUP
from tests.dialog.parcels import NOON
from tests.dialog.world import World
from tests.voice.test_conversation import Nowhere
from voice.config import PROJECT
from voice.conversation import Conversation
from voice.effects import EffectRunner
from voice.redial import Redial

CALLER = "13800138000"
HOTLINE = HotlineProfile("main", "云雀快递", "95000", "您好，通话有录音。")


@dataclass
class Time:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def pass_(self, **length: float) -> None:
        self.at += timedelta(**length)


@dataclass
class Ear:
    said: list[str] = field(default_factory=list)
    made: Conversation | None = None

    def say(self, say: Say) -> None:
        self.said.append(say.text)
        assert self.made is not None
        self.made.spoken(say, say.text, interrupted=False)

    def hang_up(self, cause: str) -> None:
        self.said.append(f"[{cause}]")

    def transfer(self, transfer: Transfer) -> None:
        self.said.append(f"[{transfer.reason}]")

    def leave_queue(self, request_id: str) -> None:
        return

    def stop_recording(self) -> None:
        self.said.append("[no recording]")


@pytest.fixture(scope="module")
def dialogue() -> Dialogue:
    return load_dialogue(PROJECT / "config")


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}", writer="here")
    await ledger.start()
    yield ledger
    await ledger.close()


class Line:
    """Calls of one number to one hotline."""

    def __init__(self, dialogue: Dialogue, ledger: Ledger) -> None:
        self.dialogue, self.ledger, self.time = dialogue, ledger, Time()
        self.world = World()
        self.redial = self.new_process()
        self.calls = 0

    def new_process(self) -> Redial:
        self.redial = Redial(CallBook(self.ledger), self.time, writer=self.ledger.writer)
        return self.redial

    async def dial(self, number: str = CALLER) -> tuple[Conversation, Ear]:
        self.calls += 1
        call_id, ear = f"c{self.calls}", Ear()
        profile = await self.redial.begin(call_id, self.world.identify(number, self.time.now()))
        made = Conversation(
            call_id,
            dialogue=self.dialogue,
            ledger=self.ledger,
            effects=EffectRunner(call_id, number, Nowhere(), self.ledger, self.time),
            mouth=ear,
            clock=self.time,
            keep=lambda state: self.redial.keep(call_id, state),
        )
        ear.made = made
        made.attach(ear)
        made.start(CallStarted(self.time.now(), call_id, profile, HOTLINE, Staffing(True, True)))
        await until(lambda: bool(made.state.question))
        return made, ear

    async def says(self, made: Conversation, text: str) -> None:
        turn = made.state.turn
        made.heard(Heard(self.time.now(), text))
        await until(lambda: made.state.turn > turn)
        self.time.pass_(seconds=8)

    async def leave(self, made: Conversation, cause: str) -> None:
        await made.close()
        await self.redial.end(made.call_id, cause)


async def until(done: object) -> None:
    """Let the tasks run until something holds; the deadline is for a broken test only."""
    assert callable(done)
    async with asyncio.timeout(5):
        while not done():  # noqa: ASYNC110 - what is awaited happens in the call's own tasks
            await asyncio.sleep(0)


@pytest.fixture
def line(dialogue: Dialogue, ledger: Ledger) -> Line:
    return Line(dialogue, ledger)


async def stored(line: Line, call_id: str) -> None:
    """Wait until the newest state of a call is in the table."""

    async def turn() -> int:
        call, *_ = await CallBook(line.ledger).earlier(CALLER, datetime(2020, 1, 1, tzinfo=UTC))
        return int(str((call.state or {}).get("turn", 0))) if call.call_id == call_id else 0

    async with asyncio.timeout(5):
        while await turn() == 0:  # noqa: ASYNC110 - what is awaited is written by another task
            await asyncio.sleep(0.01)


async def test_a_dropped_call_goes_on_with_its_question_and_says_so(line: Line) -> None:
    made, _ = await line.dial()
    await line.says(made, "我要投诉")
    await line.leave(made, MEDIA_TIMEOUT)
    line.time.pass_(minutes=4)
    again, ear = await line.dial()
    assert "刚才断线了" in ear.said[0] and "6386" in ear.said[0] and "投诉什么" in ear.said[0]
    assert not any("录音" in text for text in ear.said)
    await line.leave(again, REMOTE_HANGUP)
    events = [stored.event for stored in await line.ledger.read("c2")]
    assert [event.data["call"] for event in events if event.type == "call.resumed"] == ["c1"]


async def test_a_process_that_was_killed_leaves_the_state_of_the_last_turn(line: Line) -> None:
    made, _ = await line.dial()
    await line.says(made, "我要投诉")
    await stored(line, "c1")
    line.new_process()  # nothing was closed, nothing ended
    _, ear = await line.dial()
    assert "刚才断线了" in ear.said[0]
    await made.close()


async def test_a_call_is_taken_up_once(line: Line) -> None:
    made, _ = await line.dial()
    await line.says(made, "我要投诉")
    await line.leave(made, MEDIA_TIMEOUT)
    second, _ = await line.dial()
    third, ear = await line.dial()  # beside the second, which is still talking
    assert "录音" in ear.said[0]
    await line.leave(second, REMOTE_HANGUP)
    await line.leave(third, REMOTE_HANGUP)


@pytest.mark.parametrize(("minutes", "goes_on"), [(9, True), (11, False)])
async def test_only_within_ten_minutes(line: Line, minutes: float, goes_on: bool) -> None:
    made, _ = await line.dial()
    await line.says(made, "我要投诉")
    await line.leave(made, MEDIA_TIMEOUT)
    line.time.pass_(minutes=minutes)
    _, ear = await line.dial()
    assert ("刚才断线了" in ear.said[0]) is goes_on


async def test_who_hangs_up_after_an_answer_is_greeted_anew(line: Line) -> None:
    made, _ = await line.dial()
    await line.says(made, "我的快递到哪了")
    await line.leave(made, REMOTE_HANGUP)
    _, ear = await line.dial()
    assert "录音" in ear.said[0]


async def test_who_says_goodbye_is_greeted_anew_even_when_the_line_breaks(line: Line) -> None:
    made, _ = await line.dial()
    await line.says(made, "没事了再见")
    await line.leave(made, MEDIA_TIMEOUT)
    _, ear = await line.dial()
    assert "录音" in ear.said[0]


async def test_a_second_call_about_the_parcel_hears_the_short_way(line: Line) -> None:
    made, ear = await line.dial()
    assert "转人工" not in "".join(ear.said)
    await line.says(made, "我的快递到哪了")
    await line.leave(made, REMOTE_HANGUP)
    line.time.pass_(hours=3)
    _, again = await line.dial()
    assert "转人工" in "".join(again.said)


async def test_the_line_test_and_hidden_numbers_leave_nothing(line: Line) -> None:
    tester = CallerProfile(CallerClass.LINE_TEST, "13800138015")
    assert await line.redial.begin("t1", tester) == tester
    hidden = CallerProfile(CallerClass.UNKNOWN, None)
    assert await line.redial.begin("t2", hidden) == hidden
    assert await CallBook(line.ledger).earlier("13800138015", NOON - timedelta(days=1)) == []


async def test_a_list_of_parcels_is_not_stored_with_every_turn(line: Line) -> None:
    made, _ = await line.dial()
    many = line.world.identify("13800138011", NOON)
    started = replace(made.state.started, caller=many) if made.state.started else None
    state = made.state.evolve(turn=1, parcels=many.parcels, started=started, focus=None, topics=())
    line.redial.keep("c1", state)
    await line.leave(made, MEDIA_TIMEOUT)
    (call,) = await CallBook(line.ledger).earlier(CALLER, NOON - timedelta(hours=1))
    assert len(str(call.state)) < 20_000


async def test_rows_are_forgotten_after_two_days(line: Line) -> None:
    made, _ = await line.dial()
    await line.leave(made, REMOTE_HANGUP)
    line.time.pass_(days=2, minutes=1)
    await line.dial()
    calls = await CallBook(line.ledger).earlier(CALLER, NOON - timedelta(days=9))
    assert [call.call_id for call in calls] == ["c2"]
