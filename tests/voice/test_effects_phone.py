"""Whom a link may reach, and when a number is bound to a parcel."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from dialog.protocol import Event, LinkDone, LookUp, Remember, SendLink
from ledger import Ledger
from logistics_client.vocabulary import Parcel
from tests.dialog.parcels import NOON, unknown_parcel
from tests.voice.test_conversation import Nowhere
from tests.voice.test_redial import Time
from voice.effects import EffectRunner

PARCEL = replace(unknown_parcel(NOON), receiver_phone_tail="3679")


class Texts(Nowhere):
    """Notes where links went and what was bound."""

    def __init__(self) -> None:
        self.phones: list[str] = []
        self.bound: list[tuple[str, str]] = []

    async def find(self, **_: str | None) -> tuple[Parcel, ...]:
        return (PARCEL,)

    async def send_link(self, purpose: str, parcel: Parcel, *, phone: str, call_id: str) -> bool:
        self.phones.append(phone)
        return True

    async def remember(self, number: str, parcel: Parcel) -> None:
        self.bound.append((number, parcel.waybill))


async def run(tmp_path: Path, number: str | None, *, own: bool) -> Texts:
    """Find the parcel (or know it as one's own), have a link sent, and prove to know it."""
    ledger, texts, got = Ledger(f"sqlite+aiosqlite:///{tmp_path / 'l.db'}"), Texts(), asyncio.Queue[Event]()
    await ledger.start()
    effects = EffectRunner("c1", number, texts, ledger, Time())
    if own:
        effects.know((PARCEL,))
    else:
        effects.run(LookUp("r1", waybill=PARCEL.waybill), got.put_nowait)
        await got.get()
    effects.run(SendLink("r2", "photo", PARCEL.waybill), got.put_nowait)
    assert isinstance(await got.get(), LinkDone)
    effects.run(Remember(PARCEL.waybill), got.put_nowait)
    await effects.close()
    await ledger.close()
    return texts


@pytest.mark.parametrize(
    ("number", "own", "phone"),
    [
        ("13800138000", True, "13800138000"),  # the order's own caller
        ("13900003679", False, "13900003679"),  # the order's phone, by its tail
        ("13800138005", False, ""),  # a helper: the room sends to the receiver, or nobody
        (None, False, ""),
    ],
)
async def test_a_link_goes_to_the_calling_number_only_where_it_is_the_orders(
    tmp_path: Path, number: str | None, own: bool, phone: str
) -> None:
    texts = await run(tmp_path, number, own=own)
    assert texts.phones == [phone]
    assert texts.bound == ([(number, PARCEL.waybill)] if number else [])
