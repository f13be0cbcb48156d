"""An order that is being written: the call can tell that it is, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from dialog.protocol import Event, OpenOrder, OrderDone
from ledger import Ledger
from logistics_client.errors import UnavailableError
from logistics_client.vocabulary import OrderKind, Parcel, WorkOrder
from tests.voice.test_conversation import Nowhere
from tests.voice.test_redial import Time
from voice.effects import EffectRunner


class SlowBook(Nowhere):
    """Answers when the test lets it, and then that nothing could be stored."""

    def __init__(self) -> None:
        self.may_answer = asyncio.Event()

    async def open_order(
        self, kind: OrderKind, parcel: Parcel | None, *, call_id: str, details: Mapping[str, str] | None = None
    ) -> tuple[WorkOrder, bool]:
        await self.may_answer.wait()
        raise UnavailableError("the order could not be stored")


async def test_a_call_knows_that_its_order_is_being_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    ledger, book, got = Ledger(f"sqlite+aiosqlite:///{tmp_path / 'l.db'}"), SlowBook(), asyncio.Queue[Event]()
    await ledger.start()
    time = Time()
    effects = EffectRunner("c1", None, book, ledger, time)
    seen = [effects.doing]
    effects.run(OpenOrder("r1", OrderKind.URGE_DELIVERY, None), got.put_nowait)
    await asyncio.sleep(0)
    seen.append(effects.doing)
    time.pass_(seconds=2)
    book.may_answer.set()
    done = await got.get()
    await effects.close()
    seen.append(effects.doing)
    await ledger.close()
    assert isinstance(done, OrderDone)
    assert done.error == "UnavailableError"
    assert seen == [False, True, False]
    assert "OpenOrder took 2.0 s" in caplog.text
