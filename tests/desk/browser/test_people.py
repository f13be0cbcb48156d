"""Three people on one call, told apart by pitch: who hears whom in consultation, hand-on, supervision and calls out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from bench.desk_ear import EAR, PageEar, TelephoneEar, quietest, whistle, whistling
from telephony.rawsip import RawAnswerer, RawCaller
from tests.desk.browser.acts import AGENT, CALLER, CHIEF, SECOND, called, choose, hears, phase, state, take
from tests.desk.browser.conftest import until
from tests.desk.browser.hall import DeskHotline, Hall, Person, new_desk_hotline, open_hall
from tests.voice.conftest import free_port

pytestmark = [pytest.mark.call, pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def trunk() -> int:
    return free_port()


@pytest.fixture(scope="module")
def running(built: None, trunk: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskHotline]:
    hotline = new_desk_hotline(tmp_path_factory.mktemp("people"))
    file = Path(hotline.env["CONFIG_DIR"]) / "routing.yaml"
    file.write_text(f'{file.read_text()}trunk: {{uri: "sip:{{number}}@127.0.0.1:{trunk}"}}\n')
    hotline.start()
    yield hotline
    assert hotline.stop() == 0
    assert "Traceback" not in hotline.log(), hotline.log()[-3000:]


@pytest.fixture
async def hall(running: DeskHotline, tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(running, tmp_path) as opened:
        opened.scripts.append(EAR)
        yield opened


@pytest.fixture
def microphones(tmp_path: Path) -> dict[int, Path]:
    return {pitch: whistle(tmp_path / f"{pitch}.wav", pitch) for pitch in (AGENT, SECOND, CHIEF)}


class Trio:
    """A caller and two agents on one call, and what each of them hears."""

    def __init__(self, caller: RawCaller, first: Person, second: Person) -> None:
        self.caller, self.first, self.second = caller, first, second
        self.at_caller, self.at_first, self.at_second = (
            TelephoneEar(caller.rtp),
            PageEar(first.page),
            PageEar(second.page),
        )

    async def consulted(self) -> None:
        """The first agent asks the second one for an opinion."""
        await choose(self.first, "Alt+KeyC", "meimei")
        await phase(self.first, "咨询中")
        await take(self.second)
        await hears(self.at_first, SECOND)
        await hears(self.at_second, AGENT)
        await hears(self.at_caller)

    async def dropped(self) -> None:
        """The first agent goes back to the caller."""
        assert await quietest(self.at_caller, 3.0) < 1.5, "the caller on hold hears nothing"
        await self.first.shoot("real-consulting")
        await self.second.shoot("real-consulted")
        await self.first.page.get_by_test_id("drop-consult").click()
        await hears(self.at_caller, AGENT)
        await hears(self.at_first, CALLER)
        await state(self.second, "acw")

    async def handed_on(self) -> None:
        """The second agent has the call, the first one the summary."""
        await self.first.page.get_by_test_id("hand-on").click()
        await hears(self.at_second, CALLER)
        await hears(self.at_caller, SECOND)
        await state(self.first, "acw")
        await expect(self.first.page.get_by_test_id("wrapup").get_by_label("用户诉求")).not_to_have_value("")
        await phase(self.second, "通话中")

    async def transferred_back(self) -> None:
        """The second agent transfers the caller to the first one again."""
        await choose(self.second, "Alt+KeyT", "lili")
        await take(self.first)
        await hears(self.at_caller, AGENT)
        await hears(self.at_first, CALLER)
        assert await quietest(self.at_caller, 25.0) < 2.0, "the caller met silence on the way from one to the other"


async def test_a_colleague_is_consulted_and_gets_the_call_and_gives_it_back(
    hall: Hall, microphones: dict[int, Path]
) -> None:
    first = await hall.agent("lili", microphones[AGENT])
    async with called(hall.hotline, "13800138006") as caller:
        call_id = await take(first)
        await phase(first, "通话中")
        second = await hall.agent("meimei", microphones[SECOND])
        trio = Trio(caller, first, second)
        async with whistling(caller, CALLER):
            await hears(trio.at_caller, AGENT)
            await hears(trio.at_first, CALLER)
            await trio.consulted()
            await trio.dropped()
            await hall.idle(second)
            await trio.consulted()
            await trio.handed_on()
            await hall.idle(first)
            await trio.transferred_back()
        await first.page.keyboard.press("Alt+KeyX")
        await asyncio.wait_for(caller.ended, 10)
    bridged = await hall.events(call_id, "transfer.bridged")
    assert [data["agent"] for data in bridged] == [first.account_id, second.account_id, first.account_id]
    assert first.troubles == [] and second.troubles == []


async def test_a_supervisor_listens_whispers_and_joins(hall: Hall, microphones: dict[int, Path]) -> None:
    agent = await hall.agent("nana", microphones[AGENT])
    chief = await hall.agent("banzhang", microphones[CHIEF], role="supervisor")
    await chief.page.keyboard.press("Alt+KeyZ")  # 示忙: the call is the agent's
    async with called(hall.hotline, "13800138006") as caller:
        await take(agent)
        await phase(agent, "通话中")
        await chief.page.get_by_role("link", name="班长台").click()
        seat = chief.page.get_by_test_id("seats").locator("li", has_text="nana")
        at_caller, at_agent, at_chief = TelephoneEar(caller.rtp), PageEar(agent.page), PageEar(chief.page)
        async with whistling(caller, CALLER):
            await hears(at_agent, CALLER)
            await seat.get_by_role("button", name="监听").click()
            await hears(at_chief, CALLER, AGENT)
            await hears(at_agent, CALLER)
            await hears(at_caller, AGENT)
            stances = chief.page.get_by_test_id("supervision")
            await stances.get_by_role("button", name="耳语").click()
            await hears(at_agent, CALLER, CHIEF)
            await hears(at_caller, AGENT)
            await chief.shoot("real-supervising")
            await stances.get_by_role("button", name="插话").click()
            await hears(at_caller, AGENT, CHIEF)
            await hears(at_agent, CALLER, CHIEF)
            await stances.get_by_role("button", name="退出").click()
            await hears(at_agent, CALLER)
            await hears(at_caller, AGENT)
        await expect(stances).to_have_count(0)
        await agent.page.keyboard.press("Alt+KeyX")
        await asyncio.wait_for(caller.ended, 10)
    assert agent.troubles == [] and chief.troubles == []


async def test_an_agent_sends_keys_and_the_bot_takes_the_caller_back(hall: Hall, microphones: dict[int, Path]) -> None:
    agent = await hall.agent("lanlan", microphones[AGENT])
    async with called(hall.hotline, "13800138006") as caller:
        call_id = await take(agent)
        await phase(agent, "通话中")
        at_caller = TelephoneEar(caller.rtp)
        await hears(at_caller, AGENT)
        await agent.page.keyboard.press("Alt+KeyK")
        pad = agent.page.get_by_role("dialog", name="按键盘")
        for key in ("7", "#"):
            await pad.get_by_role("button", name=key, exact=True).click()
        await expect(pad.get_by_role("status")).to_have_text("7#")
        await agent.page.keyboard.press("Escape")
        await until(lambda: caller.rtp.digits == ["7", "#"])
        await agent.page.keyboard.press("Alt+KeyB")
        await state(agent, "acw")
        await hears(at_caller)
        await asyncio.sleep(4)
        said = await hall.events(call_id, "hold")
        assert said[-1]["cause"] == "to_bot"
        await hall.idle(agent)
        caller.send_dtmf("0")
        assert await take(agent) == call_id
        await hears(at_caller, AGENT)
        await agent.page.keyboard.press("Alt+KeyX")
        await asyncio.wait_for(caller.ended, 10)
        form = agent.page.get_by_test_id("wrapup")
        await expect(form.get_by_label("用户诉求")).not_to_have_value("")
        await expect(form.get_by_test_id("wrapup-result")).not_to_have_value("")
    assert len(await hall.events(call_id, "transfer.bridged")) == 2
    assert agent.troubles == []


async def test_a_page_that_is_loaded_again_keeps_its_call(hall: Hall, microphones: dict[int, Path]) -> None:
    agent = await hall.agent("rere", microphones[AGENT])
    async with called(hall.hotline, "13800138006") as caller:
        call_id = await take(agent)
        await phase(agent, "通话中")
        async with whistling(caller, CALLER):
            await hears(TelephoneEar(caller.rtp), AGENT)
            await agent.page.reload()
            await phase(agent, "通话中")
            await hears(PageEar(agent.page), CALLER)
            await hears(TelephoneEar(caller.rtp), AGENT)
        await expect(agent.page.get_by_test_id("phone")).to_have_attribute("data-status", "connected")
        await agent.page.keyboard.press("Alt+KeyX")
        await asyncio.wait_for(caller.ended, 10)
    assert len(await hall.events(call_id, "transfer.bridged")) == 1
    assert agent.troubles == []


async def test_an_agent_calls_a_customer(hall: Hall, microphones: dict[int, Path], trunk: int) -> None:
    agent = await hall.agent("yaya", microphones[AGENT])
    async with RawAnswerer(port=trunk, ring_s=1.5) as telephone:
        await agent.page.get_by_test_id("dial-number").fill("138 0013 8001")
        await agent.page.keyboard.press("Enter")
        await phase(agent, "振铃")
        leg = await asyncio.wait_for(telephone.calls.get(), 20)
        assert "13800138001@" in leg.invite.start
        await phase(agent, "通话中")
        async with whistling(leg, CALLER):
            await hears(TelephoneEar(leg.rtp), AGENT)
            await hears(PageEar(agent.page), CALLER)
        await agent.shoot("real-called-out")
        await agent.page.keyboard.press("Alt+KeyX")
        assert await asyncio.wait_for(leg.ended, 10) == "remote_hangup"
        await state(agent, "acw")
    assert agent.troubles == []
