"""Bulletins: two people, one truth, gone everywhere within a minute."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.bulletin_board import REFRESH_S, TRUST_S, BulletinBoard
from logistics_client.bulletin_match import bulletin_for
from logistics_client.bulletins import BulletinError, BulletinState, BulletinStore
from logistics_client.carriers.common import event_of, parcel_of
from logistics_client.database import open_engine
from logistics_client.states import KUAIDI100
from logistics_client.vocabulary import Bulletin
from tests.logistics_client.moving_clock import NOON, MovingClock

RAIN = Bulletin(
    "",
    "暴雨积压",
    NOON - timedelta(hours=1),
    recovers_at=NOON + timedelta(hours=8),
    province="湖北省",
    hub="武汉转运中心",
)


@dataclass
class Seconds:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Office:
    store: BulletinStore
    clock: MovingClock
    seconds: Seconds
    engine: AsyncEngine

    def board(self) -> BulletinBoard:
        return BulletinBoard(self.store.live, clock=self.clock, monotonic=self.seconds)

    async def published(self, bulletin: Bulletin = RAIN) -> Bulletin:
        return await self.store.approve((await self.store.write(bulletin, "王一")).bulletin_id, "李二")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    engine = open_engine(f"sqlite:///{tmp_path}/bulletins.sqlite3")
    clock = MovingClock()
    store = BulletinStore(engine, clock=clock)
    await store.start()
    yield Office(store, clock, Seconds(), engine)
    await engine.dispose()


async def test_nobody_hears_a_bulletin_before_somebody_else_approved_it(office: Office) -> None:
    written = await office.store.write(RAIN, " 王一 ")
    assert (written.author, written.approver, written.province) == ("王一", None, "湖北")
    assert await office.store.live() == ()
    with pytest.raises(BulletinError, match="somebody else"):
        await office.store.approve(written.bulletin_id, "王一")
    approved = await office.store.approve(written.bulletin_id, "李二")
    assert await office.store.live() == (approved,)
    with pytest.raises(BulletinError, match="waits for approval"):
        await office.store.approve(written.bulletin_id, "赵三")


async def test_start_and_end_are_kept(office: Office) -> None:
    day = replace(RAIN, starts_at=NOON + timedelta(hours=1), ends_at=NOON + timedelta(hours=3), recovers_at=None)
    await office.published(day)
    heard = []
    for _ in range(4):
        heard.append(len(await office.store.live()))
        office.clock.forward(hours=1)
    assert heard == [0, 1, 1, 0]


async def test_a_withdrawn_bulletin_is_gone_from_every_board_within_a_minute(office: Office) -> None:
    bulletin = await office.published()
    boards = [office.board() for _ in range(2)]
    assert [await board.current() for board in boards] == [(bulletin,)] * 2
    await office.store.withdraw(bulletin.bulletin_id, "赵三")
    office.seconds.now = REFRESH_S
    for board in boards:
        await board.current()  # the first caller after the pause has it read again, and does not wait for it
        await board.refreshed()
    assert [await board.current() for board in boards] == [()] * 2
    assert REFRESH_S < 60


async def test_a_slow_source_delays_nobody_who_knows_something(office: Office) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow() -> tuple[Bulletin, ...]:
        asked.set()
        await answer.wait()
        return ()

    board = BulletinBoard(slow, clock=office.clock, monotonic=office.seconds)
    board.note((RAIN,))
    office.seconds.now = REFRESH_S
    assert await board.current() == (RAIN,)
    await asked.wait()
    board.note((RAIN, RAIN))
    answer.set()
    await board.refreshed()
    # What was asked before the note came in is no news.
    assert await board.current() == (RAIN, RAIN)


async def test_the_end_needs_no_refresh(office: Office) -> None:
    await office.published(replace(RAIN, ends_at=NOON + timedelta(minutes=5)))
    board = office.board()
    assert len(await board.current()) == 1
    office.clock.forward(minutes=5)
    assert await board.current() == ()


async def test_what_cannot_be_checked_for_a_minute_is_not_spoken(office: Office) -> None:
    bulletin = await office.published()
    board = office.board()
    assert await board.current() == (bulletin,)
    async with office.engine.begin() as connection:
        await connection.execute(text("DROP TABLE bulletins"))
    office.seconds.now = TRUST_S - 1
    assert await board.current() == (bulletin,)
    await board.refreshed()
    office.seconds.now = TRUST_S
    assert await board.current() == ()


async def test_a_withdrawn_bulletin_keeps_its_paper_trail(office: Office) -> None:
    bulletin = await office.published()
    office.clock.forward(hours=1)
    for person in ("赵三", "钱四"):
        await office.store.withdraw(bulletin.bulletin_id, person)
    waiting = await office.store.write(replace(RAIN, cause="台风停运"), "王一")
    newest, oldest = await office.store.all()
    assert (newest.bulletin, newest.state) == (waiting, BulletinState.WRITTEN)
    assert (oldest.state, oldest.withdrawn_by) == (BulletinState.WITHDRAWN, "赵三")
    assert (oldest.approved_at, oldest.withdrawn_at) == (NOON, NOON + timedelta(hours=1))
    with pytest.raises(BulletinError, match="waits for approval"):
        await office.store.approve(bulletin.bulletin_id, "李二")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cause": "  "}, "cause"),
        ({"cause": "雨" * 201}, "cause"),
        ({"province": None, "hub": None}, "explains nothing"),
        ({"province": "大西洋"}, "no province"),
        ({"starts_at": NOON.replace(tzinfo=None)}, "zone"),
        ({"ends_at": NOON - timedelta(days=1)}, "after the start"),
        ({"recovers_at": RAIN.starts_at}, "after the start"),
    ],
)
async def test_a_bulletin_that_misleads_is_not_kept(office: Office, change: dict[str, Any], words: str) -> None:
    with pytest.raises(BulletinError, match=words):
        await office.store.write(replace(RAIN, **change), "王一")


async def test_a_bulletin_has_people(office: Office) -> None:
    with pytest.raises(BulletinError, match="person"):
        await office.store.write(RAIN, " ")
    with pytest.raises(BulletinError, match="no bulletin"):
        await office.store.withdraw("nobody", "赵三")


@pytest.mark.parametrize(
    ("line", "explained"),
    [
        ("【上海市】快件离开【青浦华新】发往【武汉转运中心】", True),
        ("【武汉市】快件已到达【武汉转运中心】", True),
        ("【武汉市】快件离开【武汉转运中心】发往【长沙转运中心】", False),
        ("【长沙市】快件已到达【长沙转运中心】", False),
        ("【武汉市】快件已由【本人】签收", False),
    ],
)
async def test_a_parcel_read_from_a_carrier_finds_its_bulletin(office: Office, line: str, explained: bool) -> None:
    bulletin = await office.published()
    event = event_of("2026-11-22 08:00:00", line, None, KUAIDI100)
    assert event is not None
    parcel = parcel_of("73100196611386", "zto", [event], fetched_at=NOON)
    assert bulletin_for(parcel, await office.board().current(), NOON) == (bulletin if explained else None)
