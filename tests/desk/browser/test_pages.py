"""Sign-in, lists, replay, the wall and the administration, before a real desk server."""

from __future__ import annotations

import re
import wave

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from desk.auth.roles import Role
from tests.desk.browser.conftest import CARD, WIDE, seat, shoot, talked, until
from tests.desk.conftest import PASSWORD, RunningDesk
from tests.desk.parcels import NOW, WAYBILL


async def fresh_page(browser: Chromium) -> Page:
    context = await browser.new_context(viewport=WIDE, locale="zh-CN")
    return await context.new_page()


async def test_a_one_time_password_must_be_changed_before_anything_else(
    hotline: RunningDesk, browser: Chromium
) -> None:
    _, password = await hotline.desk.accounts.create("wang", display="王芳", role=Role.AGENT, skills=())
    page = await fresh_page(browser)
    await page.goto(f"{hotline.url}/desk/calls")
    await page.get_by_label("登录名").fill("wang")
    await page.locator("input[name=password]").fill("wrong")
    await page.get_by_test_id("sign-in").click()
    await expect(page.get_by_test_id("problem")).to_have_text("登录名或密码不正确。")
    await shoot(page, "login")
    await page.locator("input[name=password]").fill(password)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="请先设置新密码")).to_be_visible()
    await page.goto(f"{hotline.url}/desk/")
    await expect(page.get_by_test_id("change-password")).to_be_visible()
    await shoot(page, "password")
    for name, value in (("old", password), ("new", PASSWORD), ("again", "something-else")):
        await page.locator(f"input[name={name}]").fill(value)
    await page.get_by_test_id("change-password").click()
    await expect(page.get_by_test_id("problem")).to_contain_text("不一致")
    await page.locator("input[name=again]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("presence")).to_be_visible()
    await page.get_by_test_id("who").click()
    await page.get_by_role("menuitem", name="签出并退出").click()
    await expect(page.get_by_test_id("sign-in")).to_be_visible()


async def test_before_sign_in_nothing_is_asked_that_is_refused(hotline: RunningDesk, browser: Chromium) -> None:
    page = await fresh_page(browser)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("response", lambda answer: told.append(answer.url) if answer.status >= 400 else None)
    await page.goto(f"{hotline.url}/desk/")
    await expect(page.get_by_test_id("sign-in")).to_be_visible()
    assert told == []


async def test_roles_see_their_own_pages_only(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.open("/desk/admin")
        await expect(one.page).to_have_url(f"{hotline.url}/desk")
        await expect(one.page.get_by_role("link", name="班长台")).to_have_count(0)
        # An open redirect would lead a person who signs in to somebody else's page.
        await one.page.goto(f"{hotline.url}/desk/login?next=//evil.example/desk")
        await expect(one.page.get_by_test_id("sign-in")).to_be_visible()


async def test_the_list_is_filtered_and_read_page_by_page(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "banzhang", Role.SUPERVISOR) as one:
        for at in range(60):
            call_id = f"c-{at:02}"
            await hotline.call(call_id, f"1380013{8000 + at % 16}", place="河南 郑州")
            await hotline.event("intent", call_id, {"intents": ["track" if at % 2 else "complaint"]})
            await hotline.event("call.ended", call_id, {"cause": "hangup", "who": "caller"})
            hotline.clock.go(seconds=30)
        await one.open("/desk/calls")
        rows = one.page.get_by_test_id("calls").locator("tbody tr")
        await expect(rows).to_have_count(50)
        await one.shot("calls")
        await one.page.get_by_test_id("more").click()
        await expect(rows).to_have_count(60)
        await one.page.get_by_placeholder("号码或后四位").fill("8003")
        await one.page.keyboard.press("Enter")
        await expect(rows).to_have_count(4)
        await expect(one.page).to_have_url(re.compile("number=8003"))
        assert one.troubles == []


async def test_replay_is_heard_in_step_with_its_words_and_written_down(
    hotline: RunningDesk, browser: Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with seat(hotline, browser, "banzhang", Role.SUPERVISOR) as one:
        await talked(hotline, "c-1", one.person.account_id)
        await hotline.event("call.ended", "c-1", {"cause": "hangup", "who": "caller", "seconds": 30})
        await hotline.event("recording.ready", "c-1", {"seconds": 30.0})
        record(hotline, "c-1", seconds=30)
        peaks = {"rate": 8000, "seconds": 30.0, "caller": [0.1, 0.8, 0.3] * 400, "heard": [0.5, 0.2, 0.1] * 400}
        monkeypatch.setattr(hotline.recordings, "peaks", lambda _call, _buckets: peaks)
        await one.open("/desk/calls/c-1")
        player = one.page.get_by_test_id("player")
        await expect(player.locator(".wave div").first).to_be_attached()
        assert await listens(hotline) == 0
        words = one.page.get_by_test_id("transcript")
        await words.get_by_role("button", name="昨天就说今天送").click()
        await expect(player).to_have_attribute("data-playing", "true")
        await expect(words.locator(".line.on")).to_contain_text("老小区没有电梯")
        await expect(one.page.get_by_test_id("clock")).to_contain_text("00:1")
        await one.shot("replay")
        await one.page.keyboard.press("Space")
        await expect(player).to_have_attribute("data-playing", "false")
        await one.page.keyboard.press("ArrowRight")
        await one.page.keyboard.press("ArrowRight")
        await expect(words.locator(".line.on")).to_contain_text("我要投诉")
        assert await listens(hotline) == 1
        await expect(one.page.get_by_test_id("transfers")).to_contain_text("已接听")
        assert one.troubles == []


def record(desk: RunningDesk, call_id: str, *, seconds: int) -> None:
    with wave.open(str(desk.recordings.folder / f"{call_id}.wav"), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(4 * 8000 * seconds))


async def listens(desk: RunningDesk) -> int:
    return sum(stored.event.type == "recording.listened" for stored in await desk.ledger.read("c-1"))


async def test_the_wall_shows_who_does_what_and_lets_a_supervisor_listen(
    hotline: RunningDesk, browser: Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with seat(hotline, browser, "banzhang", Role.SUPERVISOR) as one:
        people = [("a-1", "李丽", "talking", "c-1"), ("a-2", "王芳", "idle", None), ("a-3", "赵敏", "acw", None)]
        common: dict[str, object] = {"role": "agent", "skills": ["快递"], "reason": "", "since": NOW.isoformat()}

        async def agents() -> list[dict[str, object]]:
            return [
                {**common, "id": who, "name": name, "state": state, "call_id": call}
                for who, name, state, call in people
            ]

        monkeypatch.setattr(hotline.floor, "agents", agents)
        await one.open("/desk/wall")
        numbers = {"waiting": 2, "longest_s": 75, "idle": 1, "talking": 1, "acw": 1, "rest": 0, "busy": 0}
        one.tell(type="queue", **numbers)
        await expect(one.page.get_by_test_id("tiles")).to_contain_text("01:15")
        seats = one.page.get_by_test_id("seats")
        await expect(seats).to_contain_text("李丽")
        await one.shot("wall")
        await seats.locator("li", has_text="李丽").get_by_role("button", name="监听").click()
        await until(lambda: len(one.asked("supervise")) == 1)
        assert [(frame["call_id"], frame["stance"]) for frame in one.asked("supervise")] == [("c-1", "listen")]


async def test_an_administrator_makes_accounts_keys_and_webhooks(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "guanli", Role.ADMIN) as one:
        await one.open("/desk/admin")
        page = one.page
        await page.get_by_test_id("new-account").click()
        await page.locator("input[name=account-name]").fill("zhao")
        await page.locator("input[name=account-display]").fill("赵敏")
        await page.get_by_test_id("save-account").click()
        secret = await page.get_by_test_id("secret").inner_text()
        made = await hotline.desk.accounts.authenticate("zhao", secret)
        assert made is not None and made.skills == ("general",)
        await page.get_by_role("button", name="我已保存").click()
        await expect(page.get_by_test_id("secret")).to_be_hidden()
        await expect(page.get_by_test_id("accounts")).to_contain_text("赵敏")
        await one.shot("admin")
        await page.get_by_role("tab", name="API 密钥").click()
        await page.get_by_label("用途").fill("CRM")
        await page.get_by_test_id("new-key").click()
        await expect(page.get_by_test_id("secret")).to_have_text(re.compile(r"\S{20,}"))
        await page.get_by_role("button", name="我已保存").click()
        await page.get_by_role("tab", name="事件推送").click()
        await page.get_by_label("接收地址").fill("http://127.0.0.1:9/hook")
        await page.get_by_test_id("new-hook").click()
        await expect(page.locator(".el-message--error")).to_be_visible()
        await page.get_by_role("tab", name="操作记录").click()
        await expect(page.get_by_role("row", name="新建账号")).to_contain_text("角色:坐席")
        await page.get_by_role("tab", name="事件推送").click()
        await one.shot("admin-webhooks")
        assert one.troubles == []


async def test_full_keyboard_reach_and_names_for_a_screen_reader(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        await talked(hotline, "c-1", one.person.account_id)
        one.offer("c-1", card={**CARD, "waybill": WAYBILL})
        await one.page.get_by_test_id("card").wait_for()
        nameless = await one.page.evaluate(
            """() => [...document.querySelectorAll('button, input, select, textarea, a[href]')]
                .filter((e) => e.offsetParent && !(e.innerText || e.ariaLabel || e.title || e.placeholder
                  || e.labels?.length || e.getAttribute('aria-labelledby')))
                .map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert nameless == []
        await one.page.keyboard.press("Tab")
        assert await one.page.evaluate("document.activeElement.textContent") == "跳到内容"
