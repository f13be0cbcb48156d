"""Commands reach the process that owns the call, once, and are always answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import fakeredis
import pytest
from redis.exceptions import ConnectionError as RedisAway

from ledger import Event, Ledger
from ledger.commands import (
    DIED,
    FAULT,
    GONE,
    SILENT,
    STILL_RUNNING,
    Command,
    CommandBook,
    CommandRefused,
    CommandResult,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Office:
    """Two processes on one database and one Redis: ``desk`` asks, ``phone`` runs the calls."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite+aiosqlite:///{folder / 'ledger.db'}"
        self.server = fakeredis.FakeServer()
        self.ledgers: list[Ledger] = []
        self.books: list[CommandBook] = []

    async def process(self, name: str) -> CommandBook:
        ledger = Ledger(self.url, writer=name)
        await ledger.start()
        book = CommandBook(ledger, fakeredis.FakeAsyncRedis(server=self.server), owner=name, now=lambda: NOW)
        await book.start()
        self.ledgers.append(ledger)
        self.books.append(book)
        return book

    async def close(self) -> None:
        for book in self.books:
            await book.close()
        for ledger in self.ledgers:
            await ledger.close()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    made = Office(tmp_path)
    yield made
    await made.close()


def serve(book: CommandBook) -> list[Command]:
    seen: list[Command] = []

    async def run(command: Command) -> CommandResult:
        seen.append(command)
        if command.verb == "keys" and not command.arguments:
            raise ZeroDivisionError
        return CommandResult(True, data={"did": command.verb})

    book.serve(run)
    return seen


async def test_a_command_crosses_processes_and_comes_back_answered(office: Office) -> None:
    desk, phone = await office.process("desk"), await office.process("phone")
    await phone.own("c-1")
    seen = serve(phone)
    result = await desk.perform("c-1", "keys", by="a-7", arguments={"digits": "12#"})
    assert result == CommandResult(True, data={"did": "keys"})
    assert [(c.verb, c.by, c.arguments) for c in seen] == [("keys", "a-7", {"digits": "12#"})]
    await office.ledgers[1].append(Event("agent.note", "c-1", NOW))
    act, _note = await desk_reads(office, "c-1")
    assert act == {"id": seen[0].id, "verb": "keys", "by": "a-7", "ok": True, "text": ""}


async def desk_reads(office: Office, call_id: str) -> list[Mapping[str, object]]:
    return [stored.event.data for stored in await office.ledgers[0].read(call_id)]


async def test_a_fault_is_answered_with_a_sentence_and_the_next_command_runs(office: Office) -> None:
    book = await office.process("phone")
    await book.own("c-1")
    serve(book)
    assert await book.perform("c-1", "keys", by="a-1") == CommandResult(False, FAULT)
    assert (await book.perform("c-1", "hold", by="a-1")).ok


async def test_two_takers_never_share_a_command(office: Office) -> None:
    desk, phone = await office.process("desk"), await office.process("phone")
    await phone.own("c-1")
    issued = {(await desk.issue("c-1", "hold", by="a-1")).id for _ in range(12)}
    one, other = await asyncio.gather(phone.take(), phone.take())
    taken = [command.id for command in one + other]
    assert len(taken) == 12 and set(taken) == issued
    assert await desk.take() == []


async def test_a_finished_or_unknown_call_refuses_with_a_sentence(office: Office) -> None:
    desk, phone = await office.process("desk"), await office.process("phone")
    with pytest.raises(CommandRefused, match=GONE):
        await desk.issue("c-none", "hold", by="a-1")
    await phone.own("c-1")
    waiting = await desk.issue("c-1", "hold", by="a-1")
    await phone.disown("c-1")
    assert await desk.result(waiting.id) == CommandResult(False, GONE)
    assert await desk.perform("c-1", "hold", by="a-1") == CommandResult(False, GONE)
    assert await phone.take() == []


async def test_an_unknown_verb_is_refused(office: Office) -> None:
    desk = await office.process("desk")
    await desk.own("c-1")
    result = await desk.perform("c-1", "drop_table", by="a-1")
    assert not result.ok and result.text == "没有这个操作。"
    assert await desk.take() == []


async def test_the_commands_of_a_dead_process_are_refused_and_its_calls_named(office: Office) -> None:
    desk, dead = await office.process("desk"), await office.process("dead")
    await dead.own("c-1")
    await dead.own("c-2")
    begun, waiting = await desk.issue("c-1", "hold", by="a-1"), None
    assert [command.id for command in await dead.take()] == [begun.id]
    waiting = await desk.issue("c-1", "resume", by="a-1")
    assert sorted(await desk.bury("dead")) == ["c-1", "c-2"]
    for command in (begun, waiting):
        assert await desk.result(command.id) == CommandResult(False, DIED)
    assert await desk.live() == {}


async def test_a_command_that_nobody_takes_is_withdrawn_for_good(office: Office) -> None:
    desk, hung = await office.process("desk"), await office.process("hung")
    await hung.own("c-1")
    command = await desk.issue("c-1", "hangup", by="a-1")
    assert await desk.result(command.id, taken_within_s=0) == CommandResult(False, SILENT)
    assert await hung.take() == []


async def test_a_slow_command_is_not_reported_as_failed(office: Office) -> None:
    desk = await office.process("desk")
    await desk.own("c-1")
    command = await desk.issue("c-1", "consult", by="a-1")
    await desk.take()
    result = await desk.result(command.id, taken_within_s=0, within_s=0)
    assert result == CommandResult(False, STILL_RUNNING)
    await desk.finish(command, CommandResult(True))
    assert (await desk.result(command.id)).ok


async def test_without_redis_commands_still_arrive(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, phone = await office.process("desk"), await office.process("phone")
    await phone.own("c-1")

    async def away(*_args: object) -> None:
        raise RedisAway

    monkeypatch.setattr(desk._redis, "publish", away)
    monkeypatch.setattr(phone._redis, "publish", away)
    serve(phone)
    result = await desk.perform("c-1", "hold", by="a-1")
    assert result.ok


async def test_two_processes_write_about_one_call_without_losing_an_event(office: Office) -> None:
    await office.process("desk")
    await office.process("phone")
    desk, phone = office.ledgers

    async def write(ledger: Ledger, text: str) -> None:
        for number in range(6):
            await ledger.append(Event("agent.note", "c-1", NOW, {"text": f"{text}{number}"}))

    await asyncio.gather(write(desk, "d"), write(phone, "p"))
    stored = await desk.read("c-1")
    assert [row.seq for row in stored] == list(range(1, 13))
    assert len({str(row.event.data["text"]) for row in stored}) == 12
