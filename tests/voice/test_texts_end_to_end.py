"""Texts that come back into a call: the real parcels' room, its links and pages, and the conversation between them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from dialog.engine import Dialogue, load_dialogue
from dialog.protocol import CallStarted, Heard, HotlineProfile, Say, Staffing
from ledger import Ledger
from logistics_client.ports import Logistics
from tests.voice.test_conversation import Line
from voice.clock import SystemClock
from voice.config import PROJECT, load_settings
from voice.conversation import Conversation
from voice.effects import EffectRunner
from voice.parcels import open_with_pages


class Talker(Line):
    """Speaks everything to its end at once."""

    conversation: Conversation

    def say(self, say: Say) -> None:
        super().say(say)
        self.conversation.spoken(say, say.text, interrupted=False)

    async def until(self, words: str) -> str:
        heard = ""
        while words not in heard:
            heard = await asyncio.wait_for(self.said.get(), 20)
        return heard


@dataclass
class House:
    """What the hotline keeps open behind its calls."""

    logistics: Logistics
    ledger: Ledger
    web: httpx.AsyncClient
    outbox: Path
    dialogue: Dialogue

    def text(self) -> dict[str, str]:
        text: dict[str, str] = json.loads(self.outbox.read_text("utf-8").splitlines()[-1])
        return text

    async def call(self, number: str) -> Talker:
        line, clock = Talker(), SystemClock()
        effects = EffectRunner("c1", number, self.logistics, self.ledger, clock, look_s=0.02)
        profile = await self.logistics.identify(number)
        effects.know(profile.parcels)
        line.conversation = Conversation(
            "c1", dialogue=self.dialogue, ledger=self.ledger, effects=effects, mouth=line, clock=clock
        )
        line.conversation.attach(line)
        hotline = HotlineProfile("main", "云雀快递", "95000", "您好，通话有录音。")
        line.conversation.start(CallStarted(clock.now(), "c1", profile, hotline, Staffing(True, True)))
        return line


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    settings = load_settings(data_dir=tmp_path, carrier="sandbox")
    async with AsyncExitStack() as stack:
        ledger = Ledger(settings.ledger_url)
        await ledger.start()
        stack.push_async_callback(ledger.close)
        logistics, routers, _ = await open_with_pages(
            settings, stack, ledger=ledger, public_url="https://hotline.example", brand="云雀快递"
        )
        app = FastAPI()
        for router in routers:
            app.include_router(router)
        transport = httpx.ASGITransport(app=app)
        web = await stack.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="https://hotline.example")
        )
        yield House(logistics, ledger, web, tmp_path / "sms-outbox.jsonl", load_dialogue(PROJECT / "config"))


def says(line: Talker, text: str) -> None:
    line.conversation.heard(Heard(SystemClock().now(), text))


async def test_the_code_on_the_orders_phone_stops_the_parcel(house: House) -> None:
    line = await house.call("13800138000")
    says(line, "这单我不要了帮我拦下来")
    assert "尾号8000" in await line.until("念给我")
    text = house.text()
    found = re.search(r"验证码(\d{6})", text["text"])
    assert found is not None and text["phone"] == "13800138000"
    for key in found.group(1):
        line.conversation.key(key)
    await line.until("提交了拦截")
    await line.conversation.close()
    events = await house.ledger.read("c1")
    assert found.group(1) not in str([stored.event.data for stored in events])
    kinds = [stored.event.data["kind"] for stored in events if stored.event.type == "work_order.opened"]
    assert kinds == ["intercept"]
    assert [stored.event.type for stored in events if stored.event.type.startswith("code.")] == [
        "code.sent",
        "code.checked",
    ]


async def test_a_number_typed_on_the_page_is_looked_up_in_the_call(house: House) -> None:
    line = await house.call("13900000001")
    await line.until("快递单号")
    for _ in range(3):
        line.conversation.not_understood()
    await line.until("尾号0001的手机")
    says(line, "好的")
    await line.until("不用挂电话")
    text = house.text()
    assert text["phone"] == "13900000001"
    path = "/u/" + text["text"].partition("/u/")[2].split(" ")[0]
    assert (await house.web.get(path)).status_code == 200
    assert (await house.web.post(f"{path}/number", data={"number": "YQ8850026914470"})).status_code == 200
    assert "手机号后四位" in await line.until("您填的单号收到了")
    await line.conversation.close()
