"""Two processes of one hotline: the agent's page is at one, the call at the other, and the sound finds its way."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from bench.desk_ear import EAR, PageEar, TelephoneEar, whistle, whistling
from tests.desk.browser.acts import AGENT, CALLER, called, hears, phase, take
from tests.desk.browser.hall import DeskHotline, Hall, new_desk_hotline, open_hall

pytestmark = [
    pytest.mark.call,
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.skipif(
        shutil.which("redis-server") is None, reason="redis-server is not installed (apt-get install redis-server)"
    ),
]


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("r") / "s"
    command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(path.parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert any("eady to accept connections" in line for line in process.stdout)
        yield f"unix://{path}"
        process.terminate()


@pytest.fixture(scope="module")
def processes(
    built: None, redis: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[DeskHotline, DeskHotline]]:
    folder = tmp_path_factory.mktemp("two")
    both = new_desk_hotline(folder / "one"), new_desk_hotline(folder / "two")
    shared = {
        "REDIS_URL": redis,
        "DATABASE_URL": f"sqlite:///{folder / 'hotline.db'}",
        "SECRET_KEY": "of-both",
        "MEDIA_ORIGINS": ",".join(hotline.url for hotline in both),
    }
    for hotline in both:
        hotline.env |= shared
        hotline.start()
    yield both
    for hotline in both:
        assert hotline.stop() == 0
        assert "Traceback" not in hotline.log(), hotline.log()[-3000:]


@pytest.fixture
async def hall(processes: tuple[DeskHotline, DeskHotline], tmp_path: Path) -> AsyncIterator[Hall]:
    async with open_hall(processes[0], tmp_path) as opened:
        opened.scripts.append(EAR)
        yield opened


async def test_the_softphone_connects_to_the_process_that_runs_the_call(
    hall: Hall, processes: tuple[DeskHotline, DeskHotline], tmp_path: Path
) -> None:
    desk, other = processes
    agent = await hall.agent("lili", whistle(tmp_path / "agent.wav", AGENT))
    asked: list[str] = []
    agent.page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/media") else None)
    async with called(other, "13800138006") as caller:
        await take(agent)
        await phase(agent, "通话中")
        async with whistling(caller, CALLER):
            await hears(PageEar(agent.page), CALLER)
            await hears(TelephoneEar(caller.rtp), AGENT)
        await expect(agent.page.get_by_test_id("card")).to_be_visible()
        await agent.page.keyboard.press("F8")
        await phase(agent, "保持中")
        await agent.page.keyboard.press("Alt+KeyX")
        await asyncio.wait_for(caller.ended, 10)
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(other.url).netloc} != {urlsplit(desk.url).netloc}
    assert agent.troubles == []
