"""The widget inside another site's page, spoken with by postMessage."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, Route, expect

from desk.partners.settings import PartnerSettings
from tests.desk.browser.conftest import Seat, seat, talked, until
from tests.desk.conftest import running

# Another origin of the same site, so that a test needs no https for its cookie.
CRM, STRANGER = "http://127.0.0.1:18081", "http://127.0.0.1:18082"
HOST = """<!doctype html><meta charset="utf-8"><body>
<iframe src="{desk}/embed/desk" allow="microphone; autoplay" width="600" height="700"></iframe>
<script>
  window.told = [];
  window.addEventListener("message", ({{ origin, data }}) => {{ if (origin === "{desk}") window.told.push(data); }});
  window.ask = (message) => document.querySelector("iframe").contentWindow.postMessage(message, "{desk}");
</script>"""


async def told(page: Page, type_: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = await page.evaluate("window.told")
    return [message for message in found if message.get("type") == type_]


async def framed(one: Seat, origin: str) -> Page:
    async def answer(route: Route) -> None:
        await route.fulfill(content_type="text/html", body=HOST.format(desk=one.desk.url))

    await one.page.route(f"{origin}/**", answer)
    await one.page.goto(f"{origin}/")
    return one.page


async def test_a_listed_page_hears_of_calls_and_answers_them(tmp_path: Path, browser: Chromium) -> None:
    async with (
        running(tmp_path, partners=PartnerSettings(embed_origins=(CRM,))) as desk,
        seat(desk, browser, "lili") as one,
    ):
        page = await framed(one, CRM)
        await page.wait_for_function("window.told.some((one) => one.type === 'agent.state')")
        await talked(desk, "c-1")
        one.offer("c-1")
        widget = page.frame_locator("iframe")
        await expect(widget.get_by_test_id("offer")).to_be_visible()
        (ringing,) = await told(page, "call.ringing")
        assert (ringing["caller"], ringing["call_id"]) == ("138****8006", "c-1")
        assert not {"transcript", "turns", "notes", "number"} & set(ringing)
        await one.shot("widget")
        await page.evaluate("ask({type: 'cti.command', id: '7', command: 'answer'})")
        await until(lambda: [frame["offer_id"] for frame in one.asked("accept")] == ["o-c-1"])
        await page.wait_for_function("window.told.some((one) => one.type === 'cti.result' && one.id === '7' && one.ok)")
        one.call("c-1", "talking")
        one.call("c-1", "ended")
        await page.wait_for_function("window.told.some((one) => one.type === 'call.ended')")
        assert len(await told(page, "call.answered")) == 1


async def test_an_unlisted_page_gets_no_widget(tmp_path: Path, browser: Chromium) -> None:
    async with (
        running(tmp_path, partners=PartnerSettings(embed_origins=(CRM,))) as desk,
        seat(desk, browser, "lili") as one,
    ):
        page = await framed(one, STRANGER)
        await page.wait_for_timeout(1500)
        assert await page.frame_locator("iframe").get_by_test_id("widget").count() == 0
        assert await page.evaluate("window.told") == []
        assert one.person.account_id not in desk.floor.screens
