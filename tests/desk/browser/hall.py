"""A whole hotline in a process of its own with real browsers before it: customers, agents, and telephones."""

from __future__ import annotations

import re
import shutil
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import BrowserContext, Page, Playwright, async_playwright

from tests.desk.browser.conftest import CHROMIUM, FLAGS, NARROW, ROOT, WIDE
from tests.desk.conftest import PASSWORD, Browser
from tests.voice.conftest import RunningHotline, new_hotline

RING_S = 14
GREETING_S = 9.0
# The stream that the page plays, wherever its element is, and its loudness per 1024 samples.
HOOK = """
const property = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
  get() { return property.get.call(this) },
  set(stream) { if (stream) window.playing = stream; property.set.call(this, stream) },
});
"""
LISTEN = """() => {
  const context = new AudioContext();
  const meter = context.createScriptProcessor(1024, 1, 1);
  window.heard = { rate: context.sampleRate / 1024, loudness: [] };
  meter.onaudioprocess = (event) => {
    const samples = event.inputBuffer.getChannelData(0);
    window.heard.loudness.push(Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length));
  };
  context.createMediaStreamSource(window.playing).connect(meter).connect(context.destination);
}"""


class DeskHotline(RunningHotline):
    """Remembers the first administrator's password, which is printed once."""

    one_time: str = ""
    password_changed: bool = False

    def _wait_ready(self) -> str:
        assert self.process is not None and self.process.stdout is not None
        for line in self.process.stdout:
            if found := re.search(r"one-time password (\S+)", line):
                self.one_time = found[1]
            if line.startswith("ready "):
                return line.strip()
        raise AssertionError("the hotline did not get ready:\n" + self.log()[-2000:])

    @property
    def url(self) -> str:
        return f"http://{self.env['HTTP_LISTEN']}"


def new_desk_hotline(folder: Path) -> DeskHotline:
    """A hotline whose only people are those who sign in at its desk, and whose telephones ring for a short time."""
    config = folder / "config"
    shutil.copytree(ROOT / "config", config)
    hotlines = config / "hotlines.yaml"
    hotlines.write_text(re.sub(r"(?m)^ *agent_(sip|name):.*\n", "", hotlines.read_text()))
    routing = config / "routing.yaml"
    routing.write_text(re.sub(r"(?m)^ring_s: \d+", f"ring_s: {RING_S}", routing.read_text()))
    plain = new_hotline(folder / "data", AGENT_SIP="", CONFIG_DIR=str(config))
    return DeskHotline(plain.data_dir, plain.env)


@dataclass
class Person:
    """One browser process of its own: its microphone is a sound file."""

    page: Page
    context: BrowserContext
    profile: Path
    account_id: str = ""
    troubles: list[str] = field(default_factory=list)

    async def listen(self) -> None:
        """Begin to measure what this page plays."""
        while not await self.page.evaluate("Boolean(window.playing)"):
            await self.page.wait_for_timeout(50)
        await self.page.evaluate(LISTEN)

    async def heard(self) -> tuple[np.ndarray[Any, Any], float]:
        """Loudness since :meth:`listen`, and how many values a second has."""
        found = await self.page.evaluate("window.heard")
        return np.array(found["loudness"]), float(found["rate"])

    async def shoot(self, name: str) -> None:
        screens = ROOT / "out" / "screens"
        screens.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=screens / f"{name}.png")


class Hall:
    """The people of one test, and the hotline that they meet at."""

    def __init__(self, hotline: DeskHotline, playwright: Playwright, stack: AsyncExitStack, folder: Path) -> None:
        self.hotline, self._playwright, self._stack, self._folder = hotline, playwright, stack, folder
        self._people = 0
        self.scripts: list[str] = [HOOK]
        self.flags: list[str] = list(FLAGS)

    async def browser(self, microphone: Path | None, viewport: Any) -> Person:
        """Start a browser whose microphone plays a file over and over; without one it beeps, as Chromium's does."""
        self._people += 1
        capture = [f"--use-file-for-fake-audio-capture={microphone}"] if microphone else []
        profile = self._folder / f"profile-{self._people}"
        context = await self._playwright.chromium.launch_persistent_context(
            profile,
            executable_path=CHROMIUM,
            headless=True,
            viewport=viewport,
            locale="zh-CN",
            permissions=["microphone"],
            args=[*self.flags, *capture],
        )
        self._stack.push_async_callback(context.close)
        for script in self.scripts:
            await context.add_init_script(script)
        page = context.pages[0] if context.pages else await context.new_page()
        person = Person(page, context, profile)
        page.on("pageerror", lambda error: person.troubles.append(str(error)))
        return person

    async def agent(self, name: str, microphone: Path | None, role: str = "agent", *, phone: str = "ready") -> Person:
        """Make an account, sign it in, and open its desk, idle; ``phone`` is what its softphone comes to."""
        person = await self.browser(microphone, WIDE)
        admin = await administrator(self.hotline)
        account = {"name": name, "display": name, "role": role, "skills": ["general"]}
        made = await admin.post("/api/v1/accounts", account)
        assert made.status_code == 201, made.text
        own = Browser(self.hotline.url)
        assert (await own.sign_in(name, made.json()["one_time_password"])).status_code == 200
        change = {"old": made.json()["one_time_password"], "new": PASSWORD}
        assert (await own.post("/api/v1/session/password", change)).status_code == 200
        cookies: list[Any] = [
            {"name": cookie.name, "value": cookie.value, "domain": "127.0.0.1", "path": "/"}
            for cookie in own.http.cookies.jar
        ]
        await person.context.add_cookies(cookies)
        await person.page.goto(f"{self.hotline.url}/desk/")
        person.account_id = made.json()["account"]["id"]
        await person.page.wait_for_selector(f"[data-testid=phone][data-status={phone}]")
        await self.idle(person)
        await own.http.aclose()
        await admin.http.aclose()
        return person

    async def events(self, call_id: str, type_: str) -> list[dict[str, Any]]:
        """Data of a call's events of one type."""
        admin = await administrator(self.hotline)
        detail = await admin.json(f"/api/v1/calls/{call_id}")
        await admin.http.aclose()
        return [event["data"] for event in detail["events"] if event["type"] == type_]

    async def idle(self, person: Person) -> None:
        """Choose 示闲 when the desk did not begin with it."""
        page = person.page
        await page.wait_for_selector("[data-testid=presence]:not([data-state=offline])")
        if await page.get_attribute("[data-testid=presence]", "data-state") != "idle":
            await page.keyboard.press("Alt+KeyA")
        await page.wait_for_selector("[data-testid=presence][data-state=idle]")

    async def customer(self, microphone: Path) -> Person:
        """Open the call page, dial, and ask for a person by key: * where a number is asked for."""
        person = await self.browser(microphone, NARROW)
        page = person.page
        await page.goto(f"{self.hotline.url}/")
        await page.click("#call")
        await page.wait_for_selector("body[data-state=connected]")
        await page.locator(".line.bot").nth(1).wait_for(timeout=25_000)
        await page.click("#keys")
        await page.click("#keypad button:text-is('*')")
        return person


async def administrator(hotline: DeskHotline) -> Browser:
    """The first administrator; the one-time password is changed at the first use."""
    admin = Browser(hotline.url)
    if hotline.password_changed:
        again = await admin.sign_in("admin", PASSWORD)
        assert again.status_code == 200, again.text
        return admin
    first = await admin.sign_in("admin", hotline.one_time)
    assert first.status_code == 200, first.text
    change = {"old": hotline.one_time, "new": PASSWORD}
    assert (await admin.post("/api/v1/session/password", change)).status_code == 200
    hotline.password_changed = True
    return admin


@asynccontextmanager
async def open_hall(hotline: DeskHotline, folder: Path) -> AsyncIterator[Hall]:
    async with async_playwright() as playwright, AsyncExitStack() as stack:
        yield Hall(hotline, playwright, stack, folder)


def speech(hotline: RunningHotline, folder: Path, text: str, pause_s: float) -> Path:
    """A sentence and a pause at 16 kHz: what a fake microphone repeats for ever."""
    said = folder / "said.wav"
    done = hotline.run("say", "--rate", "16000", "-o", str(said), text)
    assert done.returncode == 0, done.stderr
    with wave.open(str(said)) as source:
        sound = source.readframes(source.getnframes())
    path = folder / f"microphone-{abs(hash(text)) % 10**8}.wav"
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(16000)
        target.writeframes(sound + bytes(2 * round(16000 * pause_s)))
    return path


def loudness(path: Path, per_s: float) -> np.ndarray[Any, Any]:
    """Loudness of a sound file per piece of ``1/per_s`` seconds."""
    with wave.open(str(path)) as source:
        rate = source.getframerate()
        samples = np.frombuffer(source.readframes(source.getnframes()), np.int16).astype(np.float64)
    return curve(samples, rate, per_s)


def curve(samples: np.ndarray[Any, Any], rate: int, per_s: float) -> np.ndarray[Any, Any]:
    """Loudness of each ``1/per_s`` seconds of sound."""
    edges = np.arange(0, samples.size, rate / per_s).astype(int)
    return np.array([np.sqrt(np.mean(piece**2)) for piece in np.split(samples, edges[1:]) if piece.size])


def likeness(heard: np.ndarray[Any, Any], once: np.ndarray[Any, Any], per_s: float) -> float:
    """How well any three seconds of what was heard follow a sound that is repeated over and over, 0 to 1.

    Three seconds, because a busy machine drops frames of a fake microphone and shifts all that follows.
    """
    size = round(3 * per_s)
    repeated = np.tile(once, size // once.size + 2)
    windows = [repeated[shift : shift + size] for shift in range(once.size)]
    pieces = [heard[at : at + size] for at in range(0, heard.size - size, size // 3)]
    return max(
        (float(np.corrcoef(piece, window)[0, 1]) for piece in pieces if piece.std() > 0 for window in windows),
        default=0.0,
    )
