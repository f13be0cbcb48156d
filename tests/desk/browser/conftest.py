"""A real Chromium before a real desk server; only the floor is small, so that a test says what happens on it."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, ConsoleMessage, Page, ViewportSize, WebSocket, async_playwright, expect

from desk.auth.roles import Role
from tests.desk.conftest import Browser, RunningDesk
from tests.desk.parcels import NOW, WAYBILL

# A page on a busy machine is late, not wrong.
expect.set_options(timeout=15_000)

ROOT = Path(__file__).resolve().parents[3]
SCREENS = ROOT / "out" / "screens"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    # A page that a test makes up lies on no network, and may not ask one of this machine otherwise.
    "--disable-features=WebRtcHideLocalIpsWithMdns,LocalNetworkAccessChecks",
)
WIDE = ViewportSize(width=1366, height=768)
NARROW = ViewportSize(width=390, height=844)


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    here = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    for item in here:
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="no browser: apt-get install chromium"))


@pytest.fixture(scope="session")
def built() -> None:
    """The page of these sources; nothing is built when nothing changed."""
    done = subprocess.run(
        [sys.executable, "deploy/build_web.py"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Chromium]:
    """One browser process; a fake microphone belongs to the whole process."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*FLAGS, *flags])
        yield browser
        await browser.close()


@pytest.fixture
async def browser(built: None) -> AsyncIterator[Chromium]:
    async with chromium() as running:
        yield running


@dataclass
class Seat:
    """One signed-in person and the page before them; everything that went wrong in the page is in ``troubles``."""

    page: Page
    context: BrowserContext
    person: Browser
    desk: RunningDesk
    troubles: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    async def open(self, path: str = "/desk/") -> Seat:
        await self.page.goto(self.desk.url + path)
        await self.page.wait_for_selector("[data-testid=presence]:not([data-state=offline])")
        return self

    async def attended(self) -> None:
        """Wait until the page's line to the floor stands: a page that is drawn may still be connecting."""
        await until(lambda: self.person.account_id in self.desk.floor.screens, 20)

    def tell(self, **message: Any) -> None:
        """The floor tells this page something."""
        self.desk.floor.show(self.person.account_id, message)

    def state(self, name: str, **more: Any) -> None:
        self.tell(**{"type": "state", "state": name, "reason": "", "since": NOW.isoformat(), "until": None, **more})

    def call(self, call_id: str, phase: str, **more: Any) -> None:
        fields = {"call_id": call_id, "phase": phase, "since": NOW.isoformat(), "muted": False, "consult": None}
        self.tell(**{"type": "call", **fields, **more})

    def offer(self, call_id: str, **more: Any) -> None:
        self.tell(**{**OFFER, "call_id": call_id, "offer_id": f"o-{call_id}", **more})

    def asked(self, type_: str) -> list[dict[str, Any]]:
        """What this page asked the floor, of one kind."""
        mine = self.person.account_id
        return [dict(frame) for who, frame in self.desk.floor.asked if who == mine and frame["type"] == type_]

    async def shot(self, name: str) -> None:
        """Keep what is on the screen."""
        await shoot(self.page, name)


@asynccontextmanager
async def seat(
    desk: RunningDesk, browser: Chromium, name: str, role: Role = Role.AGENT, *, microphone: bool = True
) -> AsyncIterator[Seat]:
    """Sign a person in over HTTP, and give the cookie to a page of their own."""
    person = await desk.person(name, role, skills=("快递", "投诉"))
    context = await browser.new_context(viewport=WIDE, locale="zh-CN", permissions=["microphone"] if microphone else [])
    host = urlsplit(desk.url).hostname
    cookies: list[Any] = [
        {"name": cookie.name, "value": cookie.value, "domain": host, "path": "/"} for cookie in person.http.cookies.jar
    ]
    await context.add_cookies(cookies)
    page = await context.new_page()
    await page.clock.install(time=NOW)
    one = Seat(page, context, person, desk)
    page.on("pageerror", lambda error: one.troubles.append(str(error)))
    page.on("console", lambda message: _note(one, message))
    page.on("request", lambda request: one.lines.append(f"> {request.method} {request.url}"))
    page.on("response", lambda answer: one.lines.append(f"< {answer.status} {answer.url}"))
    page.on("requestfailed", lambda request: one.lines.append(f"! {request.failure} {request.url}"))
    page.on("websocket", lambda line: _watch_line(one, line))
    try:
        yield one
    except BaseException:
        print("the page's troubles:", one.troubles, "and its lines:", *one.lines, sep="\n")  # noqa: T201
        raise
    await context.close()
    await person.http.aclose()


def _watch_line(one: Seat, line: WebSocket) -> None:
    one.lines.append(f"socket {line.url}")
    line.on("socketerror", lambda error: one.lines.append(f"socket error {error}"))
    line.on("close", lambda _line: one.lines.append("socket closed"))


def _note(one: Seat, message: ConsoleMessage) -> None:
    # A refused request is an answer, not a fault of the page.
    if message.type == "error" and "Failed to load resource" not in message.text:
        one.troubles.append(message.text)


async def shoot(page: Page, name: str) -> None:
    """Keep what is on the screen, wide and narrow, for people to look at."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for suffix, size in (("1366x768", WIDE), ("390x844", NARROW)):
        await page.set_viewport_size(size)
        await page.screenshot(
            path=SCREENS / f"{name}-{suffix}.png", full_page=size is NARROW, animations="disabled", caret="initial"
        )
    await page.set_viewport_size(WIDE)


def line(label: str, text: str, turn: int = 0, confidence: float = 1.0) -> dict[str, object]:
    return {"label": label, "text": text, "turn": turn, "confidence": confidence}


CARD: dict[str, Any] = {
    "request": "包裹滞留网点未派件",
    "processes": [line("已触发", "网点催派流程(15分钟前)", 2)],
    "notes": [line("补充信息", "用户留的地址是老小区无电梯", 2), line("补充信息", "家里有老人,晚上七点后在家", 3, 0.9)],
    "trace": [line("轨迹", "11-22 12:00 到达【郑州金水网点】")],
    "promises": [line("已承诺", "催派:网点联系您,11-22 15:15前(还剩15分钟)", 2)],
    "emotion": "着急",
    "unconfirmed": [line("未确认项", "可能没听清:是六号楼还是九号楼", 3, 0.5)],
    "next_steps": ["核对地址门牌", "承诺今天送达前先联系网点"],
    "identity": "已核实:收件人本人",
    "intent": "urge_delivery",
    "waybill": WAYBILL,
    "whisper": "尾号6386,滞留网点,已催派",
    "line": "用户诉求:包裹滞留网点未派件;已触发:网点催派流程(15分钟前)",
}

OFFER: dict[str, Any] = {
    "type": "offer",
    "ring_s": 20,
    "wait_s": 42,
    "last_agent": False,
    "caller": {"masked": "138****8006", "place": "河南 郑州", "class": "receiver", "role": "收件人"},
    "called": "95000",
    "hotline": "云雀快递",
    "card": CARD,
    "media": None,
}

TURNS = (
    ("turn.bot", "您好,云雀快递,请问有什么可以帮您?"),
    ("turn.caller", "我的快递到网点两天了怎么还不派"),
    ("turn.bot", "尾号6386的包裹昨天到达郑州金水网点。已经帮您催派,网点半小时内联系您。"),
    ("turn.caller", "昨天就说今天送,老小区没有电梯,送到六号楼,晚上七点以后家里才有人"),
    ("turn.bot", "好的,已经记下。还有什么可以帮您?"),
    ("turn.caller", "我要投诉,给我转人工"),
)


async def talked(desk: RunningDesk, call_id: str, agent_id: str = "", *, card: dict[str, Any] | None = None) -> None:
    """A call as the ledger holds it up to the moment when an agent takes it."""
    await desk.call(call_id, "13800138006", place="河南 郑州")
    at, caller = 0, 0
    for type_, text in TURNS:
        length = len(text) * 180
        data: dict[str, object] = {"text": text, "start_ms": at, "end_ms": at + length}
        if type_ == "turn.caller":
            caller += 1
            data |= {"turn": caller, "confidence": 0.93}
        await desk.event(type_, call_id, data)
        at += length + 400
    await desk.event("transfer.requested", call_id, {"reason": "asked", "skill": "快递", "card": card or CARD})
    if agent_id:
        await desk.event("agent.offered", call_id, {"agent": agent_id})
        await desk.event("agent.accepted", call_id, {"agent": agent_id})


async def until(fits: Callable[[], bool], seconds: float = 8) -> None:
    """Wait until something is true on our side of the wire.

    Raises:
        TimeoutError: it never was.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while not fits():
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"it did not happen within {seconds} s")
        await asyncio.sleep(0.02)
