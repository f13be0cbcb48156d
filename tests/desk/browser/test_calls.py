"""Real calls between a customer and an agent: a hotline process, Chromium on both sides, or a telephone on one."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import expect

from telephony.rawsip import RawCaller
from tests.desk.browser.hall import (
    GREETING_S,
    DeskHotline,
    Hall,
    Person,
    curve,
    likeness,
    loudness,
    new_desk_hotline,
    open_hall,
    speech,
)

pytestmark = [pytest.mark.call, pytest.mark.browser, pytest.mark.timeout(150)]
# Loudness curves of one sentence at both ends; another sentence reaches about 0.45.
ALIKE = 0.55


@pytest.fixture(scope="module")
def running(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskHotline]:
    hotline = new_desk_hotline(tmp_path_factory.mktemp("hall"))
    hotline.start()
    yield hotline
    assert hotline.stop() == 0
    assert "Traceback" not in hotline.log(), hotline.log()[-3000:]


@pytest.fixture(scope="module")
def customers_voice(running: DeskHotline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return speech(running, tmp_path_factory.mktemp("c"), "我的快递到网点两天了,怎么还不送过来,明天我要出门了。", 1.3)


@pytest.fixture(scope="module")
def agents_voice(running: DeskHotline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return speech(running, tmp_path_factory.mktemp("a"), "您好,我是人工客服。请稍等,我马上帮您联系网点核实一下。", 2.1)


@pytest.fixture
async def hall(running: DeskHotline, tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(running, tmp_path) as opened:
        yield opened


async def popped(agent: Person) -> str:
    """Wait until the call is on the agent's screen, with its card; returns the call's id."""
    await ringing(agent)
    await expect(agent.page.get_by_test_id("card")).to_be_visible()
    return str(await agent.page.get_by_test_id("offer").get_attribute("data-call"))


async def ringing(agent: Person) -> None:
    await agent.page.get_by_test_id("offer").wait_for(timeout=20_000)


async def talking(agent: Person) -> None:
    await expect(agent.page.get_by_test_id("phase")).to_have_text("通话中", timeout=15_000)


async def test_a_customer_and_an_agent_in_two_browsers_hear_each_other(
    hall: Hall, customers_voice: Path, agents_voice: Path
) -> None:
    agent = await hall.agent("lili", agents_voice)
    customer = await hall.customer(customers_voice)
    call_id = await popped(agent)
    assert await agent.page.get_by_test_id("accept").is_enabled()
    await expect(agent.page.get_by_test_id("phone")).to_have_attribute("data-status", "connected")
    await agent.shoot("real-ringing")
    await agent.page.keyboard.press("F2")  # it still rings: the card was there before
    await talking(agent)
    await agent.listen()
    await customer.listen()
    await asyncio.sleep(9)
    await agent.shoot("real-talking")
    for listener, voice, own in (
        (agent, customers_voice, agents_voice),
        (customer, agents_voice, customers_voice),
    ):
        heard, rate = await listener.heard()
        alike, echo = (likeness(heard, loudness(sound, rate), rate) for sound in (voice, own))
        assert alike > max(ALIKE, echo + 0.1), (alike, echo)

    await agent.page.keyboard.press("F8")
    await expect(agent.page.get_by_test_id("phase")).to_have_text("保持中")
    await asyncio.sleep(1.0)
    before = (await agent.heard())[0].size
    await asyncio.sleep(4)
    quiet = (await agent.heard())[0][before:]
    assert quiet.max() < 0.01, "the agent heard the customer on hold"
    await agent.page.keyboard.press("F8")
    await talking(agent)
    await agent.page.keyboard.press("Alt+KeyX")
    await customer.page.wait_for_selector("body[data-state=ended]")
    await expect(agent.page.get_by_test_id("presence")).to_have_attribute("data-state", "acw")
    await expect(agent.page.get_by_test_id("wrapup").get_by_label("用户诉求")).not_to_have_value("")
    assert len(await hall.events(call_id, "transfer.bridged")) == 1
    assert agent.troubles == [] and customer.troubles == []


async def test_a_telephone_reaches_a_browser_and_both_are_written_down(hall: Hall, agents_voice: Path) -> None:
    agent = await hall.agent("meimei", agents_voice)
    async with RawCaller(hall.hotline.uri, from_number="13800138006") as caller:
        await caller.call()
        await asyncio.sleep(GREETING_S)
        caller.send_dtmf("0")
        call_id = await popped(agent)
        await expect(agent.page.get_by_test_id("offer")).to_contain_text("138****8006")
        await expect(agent.page.get_by_test_id("parcel")).to_be_visible(timeout=10_000)
        await agent.page.get_by_test_id("accept").click()
        await talking(agent)
        start = caller.received().samples().size
        await asyncio.sleep(8)
        samples = caller.received().samples()[start:].astype(np.float64)
        per_s = 47.0
        assert likeness(curve(samples, 8000, per_s), loudness(agents_voice, per_s), per_s) > ALIKE
        words = agent.page.get_by_test_id("transcript")
        await expect(words.locator(".line.agent").first).to_be_visible(timeout=15_000)
        await agent.shoot("real-telephone")
        await agent.page.get_by_test_id("hangup").click()
        await asyncio.wait_for(caller.ended, 10)
    assert await hall.events(call_id, "agent.accepted")


async def test_declined_then_unanswered_then_nobody_is_left(hall: Hall, agents_voice: Path) -> None:
    first = await hall.agent("anna", agents_voice)
    async with RawCaller(hall.hotline.uri, from_number="13800138001") as caller:
        await caller.call()
        await asyncio.sleep(GREETING_S)
        caller.send_dtmf("0")
        call_id = await popped(first)
        second = await hall.agent("berta", agents_voice)
        await first.page.keyboard.press("F4")
        await expect(first.page.get_by_test_id("offer")).to_have_count(0)
        await ringing(second)
        await expect(second.page.get_by_test_id("presence")).to_have_attribute("data-state", "busy", timeout=20_000)
        await expect(second.page.get_by_test_id("gone")).to_contain_text("振铃超时")
        await second.shoot("real-no-answer")
        assert not caller.ended.done()
    assert [data["agent"] for data in await hall.events(call_id, "agent.declined")] == [first.account_id]
    assert [data["agent"] for data in await hall.events(call_id, "agent.no_answer")] == [second.account_id]


async def test_two_agents_race_and_one_has_the_call(hall: Hall, agents_voice: Path) -> None:
    rivals = [await hall.agent("carla", agents_voice), await hall.agent("dora", agents_voice)]
    async with RawCaller(hall.hotline.uri, from_number="13800138003") as caller:
        await caller.call()
        await asyncio.sleep(GREETING_S)
        caller.send_dtmf("0")
        offers = [asyncio.ensure_future(ringing(rival)) for rival in rivals]
        done, pending = await asyncio.wait(offers, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) == 1
        for offer in pending:
            offer.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for _ in range(3):
            await asyncio.gather(*(rival.page.keyboard.press("F2") for rival in rivals))
        await asyncio.sleep(2)
        bars = [await rival.page.get_by_test_id("callbar").count() for rival in rivals]
        assert sorted(bars) == [0, 1]
        states = [await rival.page.get_attribute("[data-testid=presence]", "data-state") for rival in rivals]
        assert sorted(str(state) for state in states) == ["idle", "talking"]


async def test_an_agents_browser_dies_and_the_caller_is_not_lost(hall: Hall, agents_voice: Path) -> None:
    agent = await hall.agent("emma", agents_voice)
    async with RawCaller(hall.hotline.uri, from_number="13800138008") as caller:
        await caller.call()
        await asyncio.sleep(GREETING_S)
        caller.send_dtmf("0")
        call_id = await popped(agent)
        await agent.page.keyboard.press("F2")
        await talking(agent)
        rescuer = await hall.agent("frida", agents_voice)
        kill(agent.profile)
        await ringing(rescuer)
        await rescuer.page.keyboard.press("F2")
        await talking(rescuer)
        assert not caller.ended.done()
    accepted = [data["agent"] for data in await hall.events(call_id, "agent.accepted")]
    assert accepted == [agent.account_id, rescuer.account_id]


def kill(profile: Path) -> None:
    """End all processes of one browser at once, as a crash or a pulled plug does."""
    marker = f"--user-data-dir={profile}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if marker in (entry / "cmdline").read_bytes():
                    os.kill(int(entry.name), signal.SIGKILL)
            except OSError:
                continue


async def test_an_agent_without_a_microphone_is_told_and_the_caller_reaches_another(
    hall: Hall, agents_voice: Path
) -> None:
    hall.scripts.append(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))"
    )
    mute = await hall.agent("gina", agents_voice, phone="refused")
    hall.scripts.pop()
    async with RawCaller(hall.hotline.uri, from_number="13800138004") as caller:
        await caller.call()
        await asyncio.sleep(GREETING_S)
        caller.send_dtmf("0")
        call_id = await popped(mute)
        await expect(mute.page.get_by_test_id("phone-problem")).to_contain_text("没有找到麦克风")
        await mute.shoot("real-no-microphone")
        rescuer = await hall.agent("hanna", agents_voice)
        await mute.page.keyboard.press("F2")
        await expect(mute.page.get_by_test_id("offer")).to_have_count(0, timeout=15_000)
        await ringing(rescuer)
        await rescuer.page.keyboard.press("F2")
        await talking(rescuer)
        assert not caller.ended.done()
    accepted = [data["agent"] for data in await hall.events(call_id, "agent.accepted")]
    assert accepted == [rescuer.account_id]
    assert len(await hall.events(call_id, "agent.no_answer")) == 1
