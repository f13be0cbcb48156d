"""The callers' pages in a real browser of a telephone's size, with the real room behind them."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from logistics_client.assembly import Plan, Room, open_room
from logistics_client.links.assembly import LinkPlan, open_links
from logistics_client.links.page import link_router
from logistics_client.links.service import LinkEvent
from logistics_client.vocabulary import OrderKind, Parcel
from tests.logistics_client.links.desk import photo, photo_with_secrets
from tests.logistics_client.web_server import served

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no browser on this machine"),
]
PROMISES = Path(__file__).parents[3] / "config" / "promises.yaml"


@dataclass
class Caller:
    room: Room
    page: Page
    url: str
    events: list[str]
    directory: Path

    async def opens(self, purpose: str, number: str) -> Parcel:
        parcel = (await self.room.logistics.identify(number)).parcels[0]
        assert await self.room.logistics.send_link(purpose, parcel, phone=number, call_id="c1")
        text = json.loads((self.directory / "sms-outbox.jsonl").read_text("utf-8").splitlines()[-1])
        assert text["phone"] == number
        await self.page.goto(self.url + text["text"].partition("https://hotline.example")[2].split(" ")[0])
        return parcel

    async def presses(self) -> str:
        await self.page.click("button")
        await self.page.wait_for_load_state()
        return await self.page.inner_text("main")


@pytest.fixture
async def caller(tmp_path: Path) -> AsyncIterator[Caller]:
    events: list[str] = []

    async def tell(event: LinkEvent) -> None:
        events.append(event.name)

    plan = LinkPlan("https://hotline.example", "KEY", "云雀快递", data_dir=tmp_path)
    async with (
        open_room(Plan(data_dir=tmp_path, promises=PROMISES)) as room,
        open_links(plan, room.logistics, room.engine, tell) as links,
        served(link_router(links, room.delivery_photo)) as web,
        async_playwright() as player,
    ):
        browser = await player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True)
        yield Caller(room, page, str(web.base_url).rstrip("/"), events, tmp_path)
        await browser.close()


async def test_photos_delivery_photo_and_new_address(caller: Caller) -> None:
    page, book = caller.page, caller.room.book
    parcel = await caller.opens("photo", "13800138002")
    await caller.room.logistics.open_order(OrderKind.DAMAGE, parcel, call_id="c1")
    for name, data in (("one.jpg", photo_with_secrets()), ("two.png", photo("PNG")), ("no.txt", b"text")):
        (caller.directory / name).write_bytes(data)
    await page.set_input_files("#photos", [caller.directory / "one.jpg", caller.directory / "two.png"])
    assert "已收到 2 张照片" in await caller.presses()
    widths = await page.eval_on_selector_all(".thumbs img", "images => images.map(image => image.naturalWidth)")
    assert len(widths) == 2 and all(widths)
    await page.set_input_files("#photos", [caller.directory / "no.txt"])
    assert "这个文件不是照片" in await caller.presses()
    (damage,) = [order for order in await book.for_waybills(parcel.waybill) if order.kind is OrderKind.DAMAGE]
    assert len(damage.evidence) == 2

    await caller.opens("pod_photo", "13800138002")
    await page.wait_for_function("document.querySelector('main img').naturalWidth > 0")

    parcel = await caller.opens("address", "13800138001")
    words = {"receiver": "李敏", "mobile": "123", "region": "湖北省武汉市", "street": "江夏区藏龙岛一号院三栋"}
    for name, value in words.items():
        await page.fill(f"#{name}", value)
    assert "请填写正确的手机号" in await caller.presses()
    assert await page.input_value("#street") == words["street"]
    await page.fill("#mobile", "13800138001")
    assert "已经提交" in await caller.presses()
    (change,) = await book.for_waybills(parcel.waybill)
    assert change.details["new_address"] == "湖北省武汉市江夏区藏龙岛一号院三栋"

    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    assert caller.events == ["link.sent", "link.opened", "link.used"] * 3
