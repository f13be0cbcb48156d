"""The embedding page of ``docs/desk_api.md`` in a real browser: a listed site holds the widget, another stays empty."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

from desk.partners.settings import PartnerSettings
from tests.desk.browser.conftest import seat
from tests.desk.conftest import running, serving
from tests.desk.test_docs import example


class Site:
    """Another company's page that holds the widget."""

    def __init__(self) -> None:
        self.hotline = ""
        self.app = FastAPI()
        self.app.add_api_route("/", self.page, response_class=HTMLResponse)

    async def page(self) -> str:
        html = example("embedding page").replace("https://hotline.example.com", self.hotline)
        return f'<!doctype html><meta charset="utf-8"><title>CRM</title>{html}'


@asynccontextmanager
async def sites() -> AsyncIterator[tuple[Site, str, str]]:
    site = Site()
    async with serving(site.app) as listed, serving(site.app) as other:
        yield site, listed, other


async def test_only_a_listed_site_holds_the_widget(built: None, browser: Chromium, tmp_path: Path) -> None:
    async with sites() as (site, listed, other):
        settings = PartnerSettings(embed_origins=(listed,))
        async with running(tmp_path, partners=settings) as desk, seat(desk, browser, "lihua") as one:
            site.hotline = desk.url
            await one.page.goto(listed)
            widget = one.page.frame_locator("#desk").get_by_test_id("widget")
            await expect(widget).to_be_visible()
            await one.attended()
            one.offer("c-1")
            await expect(one.page).to_have_title("138****8006 包裹滞留网点未派件")
            await one.page.get_by_text("就餐", exact=True).click()
            async with asyncio.timeout(5):
                await one.desk.floor.until_asked("state")
            assert one.asked("state") == [{"type": "state", "state": "rest", "reason": "就餐"}]

            async with one.page.expect_console_message(lambda message: "frame-ancestors" in message.text):
                await one.page.goto(other)
            await expect(one.page.frame_locator("#desk").get_by_test_id("widget")).to_have_count(0)
