"""The ledger commits before it acknowledges, numbers each call, and survives a kill."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ledger import Event, Ledger, LedgerUnavailable

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=8)))


def started(call_id: str = "c1", **data: object) -> Event:
    return Event("call.started", call_id, NOON, data)


async def test_an_appended_event_is_in_the_file_before_append_returns(ledger: Ledger, tmp_path: Path) -> None:
    stored = await ledger.append(started(caller="13800138000"))
    with sqlite3.connect(tmp_path / "ledger.db") as other:
        rows = other.execute("select id, seq, type, at from events").fetchall()
    other.close()
    assert rows == [(stored.id, 1, "call.started", "2026-11-22T04:00:00.000+00:00")]


async def test_sequence_numbers_count_within_a_call(ledger: Ledger) -> None:
    for call in ("a", "b", "a", "a"):
        await ledger.append(started(call))
    assert [stored.seq for stored in await ledger.read("a")] == [1, 2, 3]
    assert [stored.seq for stored in await ledger.read("b")] == [1]


async def test_a_thousand_concurrent_appends_keep_their_order(ledger: Ledger) -> None:
    futures = [ledger.post(started("c1", n=n)) for n in range(1000)]
    await asyncio.gather(*futures)
    events = await ledger.read("c1")
    assert [stored.event.data["n"] for stored in events] == list(range(1000))
    assert [stored.seq for stored in events] == list(range(1, 1001))


async def test_sequence_goes_on_after_a_restart(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}"
    for _ in range(2):
        ledger = Ledger(url)
        await ledger.start()
        stored = await ledger.append(started())
        await ledger.close()
    assert stored.seq == 2


async def test_times_come_back_as_the_same_moment(ledger: Ledger) -> None:
    await ledger.append(started())
    assert (await ledger.read("c1"))[0].event.at == NOON


def test_unknown_type_naive_time_and_data_that_is_no_json_are_refused() -> None:
    with pytest.raises(ValueError, match="no JSON"):
        started(bad=object())
    with pytest.raises(ValueError, match="unknown event type"):
        Event("call.exploded", "c1", NOON)
    with pytest.raises(ValueError, match="zone"):
        Event("call.started", "c1", datetime(2026, 11, 22))


async def test_a_database_that_cannot_be_opened_says_what_to_do(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path / 'missing' / 'ledger.db'}")
    with pytest.raises(LedgerUnavailable, match="DATABASE_URL"):
        await ledger.start()
    await ledger.close()


async def test_recent_reads_newest_first(ledger: Ledger) -> None:
    for call in ("a", "b"):
        await ledger.append(started(call))
    await ledger.append(Event("dtmf", "a", datetime.now(UTC), {"key": "1"}))
    assert [stored.event.call_id for stored in await ledger.recent(["call.started"])] == ["b", "a"]


def test_acknowledged_events_survive_kill_9(tmp_path: Path) -> None:
    program = textwrap.dedent(
        f"""
        import asyncio
        from datetime import UTC, datetime
        from ledger import Event, Ledger
        async def main():
            ledger = Ledger("sqlite+aiosqlite:///{tmp_path / "ledger.db"}")
            await ledger.start()
            for n in range(100000):
                await ledger.append(Event("dtmf", "c1", datetime.now(UTC), {{"n": n}}))
                print(n, flush=True)
        asyncio.run(main())
        """
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    assert child.stdout is not None
    acknowledged = -1
    for line in child.stdout:
        acknowledged = int(line)
        if acknowledged >= 20:
            os.kill(child.pid, signal.SIGKILL)
            break
    child.wait()
    child.stdout.close()
    with sqlite3.connect(tmp_path / "ledger.db") as other:
        (count,) = other.execute("select count(*) from events").fetchone()
    other.close()
    assert count >= acknowledged + 1


async def test_the_called_number_is_on_every_event_also_after_a_restart(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}"
    for event in (started(called="95000"), Event("dtmf", "c1", NOON, {"key": "1"})):
        ledger = Ledger(url)
        await ledger.start()
        await ledger.append(event)
        await ledger.append(Event("intent", "c1", NOON))
        stored = await ledger.read("c1")
        await ledger.close()
    assert [entry.called for entry in stored] == ["95000"] * 4
    assert stored[-1].as_dict()["called"] == "95000"
