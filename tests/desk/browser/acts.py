"""What people do at a real desk, by key where there is one, and who is heard by whom: everybody whistles a pitch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import expect

from bench.desk_ear import Ear, pitches
from telephony.rawsip import RawCaller
from tests.desk.browser.hall import GREETING_S, DeskHotline, Person

CALLER, AGENT, SECOND, CHIEF = 700, 1000, 1300, 1700


async def hears(ear: Ear, *expected: int, within: float = 15.0) -> None:
    """Wait until somebody hears these people and nobody else."""
    deadline = asyncio.get_running_loop().time() + within
    while (found := await pitches(ear)) != set(expected):
        assert asyncio.get_running_loop().time() < deadline, f"hears {sorted(found)} instead of {sorted(expected)}"
        await asyncio.sleep(0.1)


async def phase(person: Person, text: str) -> None:
    await expect(person.page.get_by_test_id("phase")).to_have_text(text, timeout=20_000)


async def take(person: Person) -> str:
    """Accept what rings, by key; returns the call's id."""
    offer = person.page.get_by_test_id("offer")
    await offer.wait_for(timeout=25_000)
    await expect(person.page.get_by_test_id("phone")).to_have_attribute("data-status", "connected")
    call_id = str(await offer.get_attribute("data-call"))
    await person.page.keyboard.press("F2")
    return call_id


async def choose(person: Person, key: str, name: str) -> None:
    """Open the dialog of a verb by key, and name a colleague."""
    await person.page.keyboard.press(key)
    await person.page.get_by_role("dialog").get_by_role("button", name=f"{name} · 示闲").click()


async def state(person: Person, name: str) -> None:
    await expect(person.page.get_by_test_id("presence")).to_have_attribute("data-state", name, timeout=15_000)


@asynccontextmanager
async def called(hotline: DeskHotline, number: str) -> AsyncIterator[RawCaller]:
    """A telephone that has called and asked for a person."""
    async with RawCaller(hotline.uri, from_number=number) as caller:
        await caller.call()
        await asyncio.sleep(GREETING_S)
        caller.send_dtmf("0")
        yield caller
