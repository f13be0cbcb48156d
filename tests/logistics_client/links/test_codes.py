"""One-time codes: to the order's phone, for minutes, guessed three times at most, good once."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.database import metadata
from logistics_client.errors import RateLimitedError
from logistics_client.links.codes import LIFE, QUARTER, OneTimeCodes, one_time_codes
from logistics_client.links.sms import FileOutbox
from logistics_client.vocabulary import CodeCheck, OrderKind
from tests.logistics_client.links.desk import PHONE, WAYBILL
from tests.logistics_client.moving_clock import MovingClock

STOP, MOVE = OrderKind.INTERCEPT, OrderKind.CHANGE_ADDRESS


@dataclass
class Codes:
    codes: OneTimeCodes
    clock: MovingClock
    outbox: Path

    async def sent(self, kind: OrderKind = STOP) -> str:
        await self.codes.send(kind, WAYBILL, phone=PHONE)
        text = json.loads(self.outbox.read_text("utf-8").splitlines()[-1])
        assert text["phone"] == PHONE and "尾号1386" in text["text"] and WAYBILL not in text["text"]
        found = re.search(r"验证码(\d{6})，", text["text"])
        assert found is not None
        return found.group(1)

    async def check(self, said: str, kind: OrderKind = STOP) -> CodeCheck:
        return await self.codes.check(kind, WAYBILL, said)


@pytest.fixture
async def desk(engine: AsyncEngine, tmp_path: Path, clock: MovingClock) -> AsyncIterator[Codes]:
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    outbox = tmp_path / "sms.jsonl"
    sms = FileOutbox(outbox, clock=clock)
    yield Codes(OneTimeCodes(engine, sms, brand="云雀快递", key="KEY", clock=clock), clock, outbox)


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def test_the_code_that_was_texted_works_once(desk: Codes) -> None:
    code = await desk.sent()
    assert await desk.check(code, MOVE) is CodeCheck.SPENT
    assert await desk.check(code) is CodeCheck.RIGHT
    assert await desk.check(code) is CodeCheck.SPENT


async def test_three_wrong_guesses_end_it(desk: Codes) -> None:
    code = await desk.sent()
    for _ in range(3):
        assert await desk.check(other(code)) is CodeCheck.WRONG
    assert await desk.check(code) is CodeCheck.SPENT


async def test_guesses_at_the_same_time_are_counted_each(desk: Codes) -> None:
    code = await desk.sent()
    wrong = [f"{(int(code) + n) % 10**6:06d}" for n in range(1, 20)]
    guesses = await asyncio.gather(*(desk.check(guess) for guess in wrong))
    assert sorted(guesses) == [CodeCheck.SPENT] * 16 + [CodeCheck.WRONG] * 3
    assert await desk.check(code) is CodeCheck.SPENT


async def test_it_lives_five_minutes(desk: Codes) -> None:
    code = await desk.sent()
    desk.clock.forward(seconds=LIFE.total_seconds())
    assert await desk.check(code) is CodeCheck.SPENT


async def test_a_new_code_replaces_the_old_one(desk: Codes) -> None:
    old, new = await desk.sent(), await desk.sent()
    assert old == new or await desk.check(old) is CodeCheck.WRONG
    assert await desk.check(new) is CodeCheck.RIGHT


async def test_nobody_floods_the_orders_phone(desk: Codes) -> None:
    for _ in range(3):
        await desk.sent()
    with pytest.raises(RateLimitedError):
        await desk.sent()
    assert await desk.sent(MOVE)
    desk.clock.forward(seconds=QUARTER.total_seconds() + 1)
    assert await desk.check(await desk.sent()) is CodeCheck.RIGHT


async def test_the_code_itself_is_nowhere_in_the_database(desk: Codes, engine: AsyncEngine) -> None:
    code = await desk.sent()
    async with engine.connect() as connection:
        (row,) = (await connection.execute(select(one_time_codes))).all()
    assert code not in {str(value) for value in row} and len(row.mac) == 64


@pytest.mark.parametrize("said", ["", "12345", "一二三四五六", "0" * 1000])
async def test_what_is_no_code_is_wrong(desk: Codes, said: str) -> None:
    await desk.sent()
    assert await desk.check(said) is CodeCheck.WRONG
