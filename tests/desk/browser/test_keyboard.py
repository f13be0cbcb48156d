"""A whole call without a mouse: accept, hold, consult, hang up, and the summary."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from tests.desk.browser.conftest import Seat, seat, talked, until
from tests.desk.conftest import RunningDesk
from tests.desk.parcels import NOW


async def tab_to(page: Page, words: str) -> None:
    """Press Tab until the focus is on something with these words, as a person does who sees where the focus is."""
    named = """(e => e.matches('button, input, select, textarea, a')
        ? e.innerText || e.closest('label')?.innerText || e.ariaLabel || '' : '')(document.activeElement)"""
    for _ in range(40):
        if words in str(await page.evaluate(named)):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {words}")


async def consult(one: Seat) -> None:
    """Ask 王芳 for an opinion, and go back to the caller."""
    await one.page.keyboard.press("Alt+KeyC")
    await one.page.get_by_role("dialog").wait_for()
    await tab_to(one.page, "王芳")
    await one.page.keyboard.press("Enter")
    await until(lambda: [frame["target"] for frame in one.asked("consult")] == ["agent:a-2"])
    await expect(one.page.get_by_role("dialog")).to_have_count(0)
    one.call("c-1", "consulting", consult={"target": "王芳", "phase": "talking", "agent": "a-2"})
    await expect(one.page.get_by_test_id("hand-on")).to_be_visible()
    await one.page.keyboard.press("F8")  # the caller is on hold already
    await tab_to(one.page, "结束咨询")
    await one.page.keyboard.press("Enter")
    await until(lambda: len(one.asked("drop_consult")) == 1)
    assert len(one.asked("hold")) == 1
    one.call("c-1", "talking")


async def test_a_call_is_taken_led_and_summed_up_by_keys_alone(
    hotline: RunningDesk, browser: Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    colleague = {"id": "a-2", "name": "王芳", "role": "agent", "skills": ["快递"], "state": "idle", "reason": ""}

    async def agents() -> list[dict[str, object]]:
        return [{**colleague, "since": NOW.isoformat(), "call_id": None}]

    monkeypatch.setattr(hotline.floor, "agents", agents)
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        keys = one.page.keyboard
        await talked(hotline, "c-1", one.person.account_id)
        one.offer("c-1")
        await one.page.get_by_test_id("offer").wait_for()
        await keys.press("F2")
        await until(lambda: len(one.asked("accept")) == 1)
        one.state("talking")
        one.call("c-1", "talking")
        await one.page.get_by_test_id("callbar").wait_for()
        await keys.press("F8")
        await until(lambda: len(one.asked("hold")) == 1)
        one.call("c-1", "held")
        await expect(one.page.get_by_test_id("phase")).to_have_text("保持中")
        await keys.press("F8")
        await until(lambda: len(one.asked("resume")) == 1)
        one.call("c-1", "talking")

        await consult(one)
        await keys.press("Alt+KeyX")
        await until(lambda: len(one.asked("hangup")) == 1)
        one.call("c-1", "ended")
        one.state("acw")
        await hotline.event("call.ended", "c-1", {"cause": "agent_hangup", "who": "agent", "seconds": 60})

        await expect(one.page.get_by_test_id("wrapup").get_by_label("用户诉求")).not_to_have_value("")
        await tab_to(one.page, "已解决")
        await keys.press("Space")
        await keys.press("Alt+KeyS")
        await expect(one.page.get_by_text("已提交", exact=True)).to_be_visible()
        kept = [stored.event.data for stored in await hotline.ledger.read("c-1") if stored.event.type == "call.summary"]
        assert [note["solved"] for note in kept] == [True]
        assert one.troubles == []


async def test_who_is_consulted_may_only_step_out(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        await talked(hotline, "c-1", one.person.account_id)
        one.call("c-1", "consulting", consult={"target": "lili", "phase": "talking", "agent": one.person.account_id})
        bar = one.page.get_by_test_id("callbar")
        await expect(bar).to_contain_text("同事向您咨询,用户听不到")
        assert await bar.get_by_role("button").count() == 1
        await one.page.keyboard.press("Alt+KeyX")
        await until(lambda: [frame["call_id"] for frame in one.asked("hangup")] == ["c-1"])
