"""The agent's workbench: screen-pop, controls, corrections, actions and the note afterwards."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

from logistics_client.vocabulary import CallerClass, CallerProfile
from tests.desk.browser.conftest import CARD, Seat, seat, talked, until
from tests.desk.conftest import RunningDesk
from tests.desk.parcels import WAYBILL


async def in_call(one: Seat, call_id: str = "c-1") -> None:
    """Ring, answer, and be in the call."""
    await talked(one.desk, call_id, one.person.account_id)
    one.offer(call_id)
    await one.page.get_by_test_id("offer").wait_for()
    one.call(call_id, "talking")
    one.state("talking")
    await one.page.get_by_test_id("callbar").wait_for()


async def test_the_card_is_there_while_it_rings_and_f2_answers(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        await expect(one.page.get_by_test_id("presence")).to_have_attribute("data-state", "idle")
        await talked(hotline, "c-1")
        one.offer("c-1")
        offer = one.page.get_by_test_id("offer")
        await expect(offer).to_contain_text("138****8006")
        await expect(offer).to_contain_text("等待 42秒")
        card = one.page.get_by_test_id("card")
        await expect(card).to_contain_text("网点催派流程")
        await expect(card).to_contain_text("核对地址门牌")
        await expect(one.page.get_by_test_id("transcript")).to_contain_text("我要投诉,给我转人工")
        await expect(one.page.get_by_test_id("parcel")).to_contain_text("郑州金水网点")
        await one.shot("offer")
        await one.page.keyboard.press("F2")
        await until(lambda: [frame["offer_id"] for frame in one.asked("accept")] == ["o-c-1"])
        assert one.troubles == []


async def test_a_call_that_rings_is_seen_and_taken_on_every_page(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.open("/desk/calls")
        await talked(hotline, "c-1", one.person.account_id)
        one.offer("c-1")
        notice = one.page.get_by_test_id("notice")
        await expect(notice).to_contain_text("包裹滞留网点未派件")
        await one.shot("offer-elsewhere")
        await one.page.keyboard.press("F2")
        await until(lambda: [frame["offer_id"] for frame in one.asked("accept")] == ["o-c-1"])
        await expect(one.page).to_have_url(f"{hotline.url}/desk")
        one.call("c-1", "talking")
        await expect(one.page.get_by_test_id("callbar")).to_be_visible()
        await expect(notice).to_have_count(0)
        await one.page.get_by_role("link", name="通话记录").click()
        await expect(notice).to_contain_text("通话中")
        await notice.get_by_role("link", name="回到通话").click()
        await expect(one.page.get_by_test_id("callbar")).to_be_visible()
        assert one.troubles == []


async def test_a_call_that_goes_away_leaves_the_screen_with_a_reason(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        one.offer("c-1")
        await one.page.get_by_test_id("offer").wait_for()
        assert "来电" in await one.page.title()
        await one.page.keyboard.press("F4")
        await until(lambda: len(one.asked("decline")) == 1)
        one.tell(type="offer.gone", offer_id="o-c-1", reason="declined")
        await expect(one.page.get_by_test_id("gone")).to_contain_text("转给下一位")
        await expect(one.page.get_by_test_id("offer")).to_have_count(0)
        assert "来电" not in await one.page.title()


async def test_hold_mute_keys_and_hang_up_by_keyboard(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        await in_call(one)
        for key, verb in (("F8", "hold"), ("F9", "mute"), ("Alt+KeyB", "to_bot"), ("Alt+KeyX", "hangup")):
            await one.page.keyboard.press(key)
            await until(lambda verb=verb: len(one.asked(verb)) == 1)  # type: ignore[misc]
        one.call("c-1", "held")
        await expect(one.page.get_by_test_id("phase")).to_have_text("保持中")
        await one.page.keyboard.press("F8")
        await until(lambda: len(one.asked("resume")) == 1)
        await one.page.keyboard.press("Alt+KeyK")
        await one.page.get_by_role("dialog").get_by_role("button", name="5").click()
        await until(lambda: [frame["digits"] for frame in one.asked("keys")] == ["5"])
        assert one.troubles == []


async def test_what_is_said_appears_at_once_and_lines_of_the_card_lead_to_it(
    hotline: RunningDesk, browser: Chromium
) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        await in_call(one)
        await hotline.event("turn.agent", "c-1", {"text": "我是7号坐席,马上帮您联系网点", "start_ms": 60000})
        words = one.page.get_by_test_id("transcript")
        await expect(words).to_contain_text("我是7号坐席")
        one.tell(type="suggestion", call_id="c-1", text="可以再催派一次", action="urge_delivery", turn=3)
        await expect(one.page.get_by_test_id("suggestion")).to_contain_text("再催派一次")
        await one.page.get_by_test_id("card").get_by_role("button", name="用户留的地址是老小区无电梯").click()
        await expect(words.locator(".marked")).to_contain_text("老小区没有电梯")
        await one.shot("in-call")


async def test_a_correction_is_kept_and_marked(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        await in_call(one)
        card = one.page.get_by_test_id("card")
        await card.get_by_role("button", name="更正用户诉求").click()
        await card.get_by_role("textbox").fill("包裹滞留网点,要求今晚七点后送货上门")
        await one.page.keyboard.press("Enter")
        await expect(card.get_by_test_id("corrected")).to_have_attribute(
            "title", "lili的名字 更正,原为「包裹滞留网点未派件」"
        )
        events = [stored.event for stored in await hotline.ledger.read("c-1")]
        kept = next(event for event in events if event.type == "card.corrected").data
        assert (kept["before"], kept["after"]) == ("包裹滞留网点未派件", "包裹滞留网点,要求今晚七点后送货上门")


async def test_an_action_opens_a_real_order_once_and_says_so(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        await in_call(one)
        for said in ("已提交", "没有重复提交"):
            await one.page.get_by_test_id("action-urge").click()
            await one.page.get_by_test_id("action-confirm").click()
            await expect(one.page.get_by_test_id("action-result")).to_contain_text(said)
            await one.page.wait_for_timeout(400)
        assert [(order.kind.value, order.waybill) for order in hotline.logistics.orders] == [("urge_delivery", WAYBILL)]
        await expect(one.page.get_by_test_id("orders")).to_contain_text("催派")
        await expect(one.page.get_by_test_id("orders")).to_contain_text("还剩")
        await one.page.get_by_test_id("action-claim").click()
        await expect(one.page.get_by_test_id("action-confirm")).to_be_disabled()
        await one.page.keyboard.press("Escape")
        await one.page.get_by_test_id("action-sms").click()
        await one.page.get_by_role("menuitem", name="上传照片").click()
        await expect(one.page.get_by_test_id("action-result")).to_contain_text("短信已发到订单预留手机")
        assert [purpose for purpose, _ in hotline.logistics.sent] == ["photo"]


async def test_after_the_call_the_note_is_filled_in_and_sent(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        await in_call(one)
        one.call("c-1", "ended")
        one.state("acw", until="2026-11-22T15:00:45+08:00")
        await expect(one.page.get_by_test_id("presence")).to_contain_text("余 00:4")
        note = one.page.get_by_test_id("wrapup")
        await expect(note.get_by_label("用户诉求")).to_have_value("包裹滞留网点未派件")
        await one.page.get_by_test_id("wrapup-result").fill("已联系网点,今晚七点后送")
        await note.get_by_text("未解决").click()
        await one.shot("after-call")
        await one.page.keyboard.press("Alt+KeyS")
        await expect(note).to_contain_text("已提交")
        events = [stored.event for stored in await hotline.ledger.read("c-1")]
        kept = next(event for event in events if event.type == "call.summary").data
        assert kept["category"] == ["催促", "派送", "催派"] and kept["solved"] is False


async def test_promises_and_call_backs_wait_on_the_home_screen(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await hotline.call("c-0", "13800138010")
        mine = {"agent": one.person.account_id, "waybill": WAYBILL}
        await hotline.event("promise.offered", "c-0", {"id": "p-1", "what": "下午五点前回您电话", **mine})
        made = {"id": "p-2", "what": "今晚送到家门口", "due_at": "2026-11-22T15:05:00+08:00", **mine}
        await hotline.event("promise.made", "c-0", made)
        order = {"order_id": "261122", "kind": "call_back", "waybill": WAYBILL}
        await hotline.event("work_order.opened", "c-0", order)
        await hotline.event("promise.made", "c-0", {**order, "what": "回电", "due_at": "2026-11-22T15:30:00+08:00"})
        await one.open()
        promises = one.page.get_by_test_id("promises")
        await expect(promises).to_contain_text("今晚送到家门口")
        await expect(promises).to_contain_text("还剩")
        await expect(one.page.get_by_test_id("callbacks")).to_contain_text("138****8010")
        await one.shot("home")
        await promises.locator("li", has_text="今晚送到家门口").get_by_role("button", name="已兑现").click()
        await expect(promises.locator("li.kept")).to_contain_text("今晚送到家门口")
        await one.page.get_by_test_id("callbacks").get_by_role("button", name="回电").click()
        await until(lambda: [frame["number"] for frame in one.asked("dial")] == ["13800138010"])


async def test_hostile_words_are_only_words(hotline: RunningDesk, browser: Chromium) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>{{7*7}}"
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        await talked(hotline, "c-1", one.person.account_id)
        await hotline.event("turn.caller", "c-1", {"text": evil, "turn": 4, "confidence": 0.9, "start_ms": 90000})
        bad = {"masked": evil, "place": evil, "class": evil, "role": evil}
        one.offer("c-1", caller=bad, hotline=evil)
        await expect(one.page.get_by_test_id("offer")).to_contain_text("<script>")
        await expect(one.page.get_by_test_id("transcript")).to_contain_text("{{7*7}}")
        assert await one.page.locator("img[src=x]").count() == 0
        one.tell(type="promise", id="p-9", call_id="c-1", waybill=evil, what=evil, due_at=None, state="offered")
        one.tell(type="suggestion", call_id="c-1", text=evil, action=evil, turn=None)
        await one.page.wait_for_timeout(300)
        assert "owned" not in (await one.page.title()).replace(evil, "")
        assert not [trouble for trouble in one.troubles if "Content Security Policy" in trouble]


async def test_a_lost_line_to_the_server_is_said_and_mended(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        await expect(one.page.get_by_test_id("presence")).to_have_attribute("data-state", "idle")
        hotline.floor.screens[one.person.account_id].put_nowait(None)  # the floor lets go of the page
        await expect(one.page.get_by_text("正在重连")).to_be_visible()
        await until(lambda: one.person.account_id in hotline.floor.screens)
        await expect(one.page.get_by_text("正在重连")).to_have_count(0)


async def test_without_a_microphone_the_page_says_what_to_do(hotline: RunningDesk, browser: Chromium) -> None:
    async with seat(hotline, browser, "lili") as one:
        await one.page.add_init_script(
            "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'))"
        )
        await one.open()
        await expect(one.page.get_by_test_id("phone-problem")).to_contain_text("请插上耳麦后重新检查")
        await expect(one.page.get_by_test_id("phone")).to_have_attribute("data-status", "refused")


async def test_a_waybill_that_is_read_out_becomes_the_cards_parcel(
    hotline: RunningDesk, browser: Chromium, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(number: str | None) -> CallerProfile:
        return CallerProfile(CallerClass.UNKNOWN, number)

    monkeypatch.setattr(hotline.logistics, "identify", nobody)
    async with seat(hotline, browser, "lili") as one:
        await one.open()
        card = {**CARD, "waybill": None}
        await talked(hotline, "c-1", one.person.account_id, card=card)
        one.offer("c-1", card=card, pop_url="https://crm.example.com/in?call=c-1")
        await expect(one.page.get_by_role("link", name="在业务系统中打开")).to_be_visible()
        one.call("c-1", "talking")
        await expect(one.page.get_by_test_id("action-urge")).to_be_disabled()
        await one.page.get_by_test_id("waybill").fill(WAYBILL.lower())
        await one.page.get_by_test_id("waybill").press("Enter")
        await expect(one.page.get_by_test_id("parcel")).to_contain_text("郑州金水网点")
        await expect(one.page.get_by_test_id("action-urge")).to_be_enabled()
        events = [stored.event for stored in await hotline.ledger.read("c-1")]
        assert [event.data["after"] for event in events if event.type == "card.corrected"] == [WAYBILL]
