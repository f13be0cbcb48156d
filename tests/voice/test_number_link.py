"""A number typed on a page reaches the call that waits for it, whichever process served the page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dialog.protocol import Event, LinkDone, NumberTyped, SendLink
from ledger import Event as LedgerEvent
from ledger import Ledger
from tests.dialog.parcels import NOON
from tests.voice.test_conversation import Nowhere
from tests.voice.test_redial import Time
from voice.effects import EffectRunner

NUMBER = "13800138000"


class Texts(Nowhere):
    """A gateway that works, or not."""

    def __init__(self, *, works: bool = True) -> None:
        self.phones: list[str] = []
        self._works = works

    async def send_number_link(self, phone: str, *, call_id: str) -> bool:
        self.phones.append(phone)
        return self._works


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}")
    await ledger.start()
    yield ledger
    await ledger.close()


def used(call_id: str, purpose: str, waybill: str) -> LedgerEvent:
    return LedgerEvent("link.used", call_id, NOON, {"purpose": purpose, "waybill": waybill})


async def test_every_number_typed_for_this_call_is_posted_once(ledger: Ledger) -> None:
    texts, got = Texts(), asyncio.Queue[Event]()
    runner = EffectRunner("c1", NUMBER, texts, ledger, Time(), look_s=0)
    runner.run(SendLink("r1", "number", ""), got.put_nowait)
    sent = await got.get()
    assert isinstance(sent, LinkDone) and sent.sent and texts.phones == [NUMBER]
    for event in (used("c1", "photo", "YQ1"), used("c2", "number", "YQ2"), used("c1", "number", "YQ3")):
        await ledger.append(event)
    first = await got.get()
    await ledger.append(used("c1", "number", "YQ4"))
    second = await got.get()
    await runner.close()
    assert [event.number for event in (first, second) if isinstance(event, NumberTyped)] == ["YQ3", "YQ4"]
    assert got.empty()


async def test_without_a_receipt_nobody_waits(ledger: Ledger) -> None:
    texts, got = Texts(works=False), asyncio.Queue[Event]()
    runner = EffectRunner("c1", NUMBER, texts, ledger, Time(), look_s=0)
    runner.run(SendLink("r1", "number", ""), got.put_nowait)
    sent = await got.get()
    assert isinstance(sent, LinkDone) and not sent.sent
    await ledger.append(used("c1", "number", "YQ3"))
    await runner.close()
    assert got.empty()
