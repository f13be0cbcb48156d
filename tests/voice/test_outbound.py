"""Click-to-call over real SIP and RTP: raw telephones of agent and customer, the real floor, hub, ledger, recorder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import fakeredis
import pytest
import pytest_asyncio

from asr.ports import RecogniserUnavailable
from bench.handover.people import Browsers
from desk.ports import AgentSeat, Message
from ledger import Ledger
from telephony.hub import HubClock
from telephony.rawsip import RawAnswerer
from telephony.rawsip.answerer import RING_FOREVER, AnsweredCall
from telephony.recorder import Recorder
from telephony.sip import BaresipEndpoint
from tests.telephony.conftest import CALL_TESTS, CONFIG
from tests.telephony.sounds import pitch, tone
from voice.clock import SystemClock
from voice.config import Hotlines, load_hotlines
from voice.floor.assembly import open_floor
from voice.floor.routing import RoutingRules
from voice.floor.routing_file import Routing, Trunk
from voice.outbound import Outbound
from voice.services import Services

pytestmark = CALL_TESTS
NUMBER = "13800138000"
CONSENT_HZ, AGENT_HZ, CUSTOMER_HZ = 1500, 1000, 600


class Voice:
    """Says every sentence as one second of a tone."""

    async def speak(self, _text: str, *, rate: int = 8000, **_how: Any) -> AsyncIterator[Any]:
        assert rate == 8000
        yield SimpleNamespace(pcm=tone(CONSENT_HZ, 1.0))


class Deaf:
    """A recogniser that is away."""

    async def open_stream(self, *_: Any) -> Any:
        raise RecogniserUnavailable("away")


class Room:
    """A hotline of which agents call out; ``seen`` is what the page of agent ``a1`` was told."""

    def __init__(self, services: Services, ledger: Ledger, outbound: Outbound) -> None:
        self.services, self.ledger, self.outbound = services, ledger, outbound
        self.floor = services.floor.floor
        self.seen: list[Message] = []

    async def attend(self, device: str) -> None:
        seat = AgentSeat("a1", "坐席一", ("general",), "agent", device)
        async for message in self.floor.attend(seat):
            self.seen.append(message)

    async def dial(self, number: str = NUMBER, **fields: object) -> dict[str, Any]:
        return dict(await self.floor.tell("a1", {"type": "dial", "number": number, "request": "r", **fields}))

    async def told(self, type_: str, **fields: object) -> Message:
        async with asyncio.timeout(10):
            while True:
                for message in self.seen:
                    if message["type"] == type_ and fields.items() <= message.items():
                        return message
                await asyncio.sleep(0.02)

    async def ended(self, call_id: str) -> dict[str, dict[str, Any]]:
        """The events of a call that is over, the last of each type."""
        async with asyncio.timeout(10):
            while True:
                events = {e.event.type: dict(e.event.data) for e in await self.ledger.read(call_id)}
                if "call.ended" in events and not self.outbound._calls:
                    return events
                await asyncio.sleep(0.05)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def endpoint() -> AsyncIterator[BaresipEndpoint]:
    endpoint = BaresipEndpoint(CONFIG)
    await endpoint.start()
    yield endpoint
    await endpoint.close()


@pytest_asyncio.fixture(loop_scope="module")
async def desk_phone() -> AsyncIterator[RawAnswerer]:
    async with RawAnswerer(ring_s=0.3) as phone:
        yield phone


@pytest_asyncio.fixture(loop_scope="module")
async def customer() -> AsyncIterator[RawAnswerer]:
    async with RawAnswerer(ring_s=0.2) as phone:
        yield phone


@pytest_asyncio.fixture(loop_scope="module")
async def room(
    endpoint: BaresipEndpoint, desk_phone: RawAnswerer, customer: RawAnswerer, tmp_path: Path
) -> AsyncIterator[Room]:
    ledger = Ledger(f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}")
    await ledger.start()
    clock, hub_clock, recorder = SystemClock(), HubClock(), Recorder()
    plain = load_hotlines(Path("config"))
    trunk = customer.uri.replace("agent@", "{number}@")
    hotlines = Hotlines({}, plain.default)
    parts: dict[str, Any] = dict.fromkeys(Services.__dataclass_fields__)
    parts |= {"settings": SimpleNamespace(data_dir=tmp_path), "hotlines": hotlines, "ledger": ledger, "clock": clock}
    parts |= {"endpoint": endpoint, "hub_clock": hub_clock, "recorder": recorder}
    parts |= {"recogniser": Deaf(), "speaker": Voice()}
    web = cast("Any", Browsers())
    web.ice_servers = list
    redis = fakeredis.FakeAsyncRedis()
    async with open_floor(redis, ledger, web, clock, Routing(RoutingRules(acw_s=5), trunk=Trunk(trunk)), {}) as floor:
        services = Services(**{**parts, "floor": floor, "web": web})
        outbound = Outbound(services)
        floor.floor.dial = outbound.dial
        room = Room(services, ledger, outbound)
        page = asyncio.create_task(room.attend(desk_phone.uri))
        await room.told("hello")
        yield room
        await outbound.close()
        page.cancel()
        await asyncio.gather(page, return_exceptions=True)
    await recorder.close()
    await hub_clock.close()
    await ledger.close()


async def rung(phone: RawAnswerer) -> AnsweredCall:
    return await asyncio.wait_for(phone.calls.get(), 5)


async def test_the_agent_is_connected_first_then_the_customer_hears_the_consent_and_both_talk(
    room: Room, desk_phone: RawAnswerer, customer: RawAnswerer, tmp_path: Path
) -> None:
    answer = await room.dial()
    assert answer["type"] == "done" and NUMBER not in str(answer)
    call_id = answer["call_id"]
    await room.told("call", call_id=call_id, phase="ringing")
    agent = await rung(desk_phone)
    assert customer.calls.empty()
    callee = await rung(customer)
    assert callee.invite.start.startswith(f"INVITE sip:{NUMBER}@")
    assert "95000" in callee.invite.get("from") + callee.invite.get("p-asserted-identity")
    await asyncio.sleep(1.0)
    assert pitch(callee.received().pcm[-2 * 1600 :]) == pytest.approx(CONSENT_HZ, abs=15)
    await room.told("call", call_id=call_id, phase="talking")
    assert NUMBER not in str(room.seen)
    await asyncio.gather(agent.send(tone(AGENT_HZ, 0.8)), callee.send(tone(CUSTOMER_HZ, 0.8)))
    assert pitch(callee.received().pcm[-2 * 2400 : -2 * 800]) == pytest.approx(AGENT_HZ, abs=15)
    assert pitch(agent.received().pcm[-2 * 2400 : -2 * 800]) == pytest.approx(CUSTOMER_HZ, abs=15)
    customer.hangup(callee)
    assert await asyncio.wait_for(agent.ended, 5) == "remote_hangup"
    events = await room.ended(call_id)
    assert events["call.started"]["direction"] == "outbound" and events["call.started"]["caller"] == NUMBER
    assert events["transfer.bridged"]["agent"] == "a1"
    assert events["turn.bot"]["text"] == "您好，云雀快递客服给您回电，通话有录音。"
    assert (events["call.ended"]["cause"], events["call.ended"]["who"]) == ("remote_hangup", "caller")
    assert events["recording.ready"]["seconds"] > 1 and (tmp_path / "recordings" / call_id).is_dir()
    await room.told("state", state="acw")


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(486, "客户正在通话中，请稍后再拨。"), (603, "客户拒接了这通电话。"), (480, "客户没有接听，请稍后再拨。")],
)
async def test_a_customer_who_is_not_reached_is_one_sentence_and_the_agent_is_free(
    room: Room, desk_phone: RawAnswerer, customer: RawAnswerer, status: int, sentence: str
) -> None:
    customer.status = status
    call_id = (await room.dial())["call_id"]
    agent = await rung(desk_phone)
    await room.told("error", error=sentence)
    assert await asyncio.wait_for(agent.ended, 5) == "remote_hangup"
    events = await room.ended(call_id)
    assert "transfer.bridged" not in events and "recording.ready" not in events
    assert events["transfer.failed"]["outcome"] == events["call.ended"]["cause"]
    await room.told("call", call_id=call_id, phase="ended")
    assert (await room.floor.agents())[0]["state"] == "idle"


async def test_an_agent_who_hangs_up_stops_the_customers_ringing(
    room: Room, desk_phone: RawAnswerer, customer: RawAnswerer
) -> None:
    customer.status = RING_FOREVER
    call_id = (await room.dial())["call_id"]
    agent, callee = await rung(desk_phone), await rung(customer)
    assert "您正在通话中" in (await room.dial())["error"]
    refused = await room.floor.tell("a1", {"type": "hold", "call_id": call_id})
    assert refused["error"] == "客户还没有接通，操作没有执行。"
    await asyncio.sleep(0.5)
    assert pitch(agent.received().pcm[-2 * 1600 :]) == pytest.approx(450, abs=15)
    assert (await room.floor.tell("a1", {"type": "hangup", "call_id": call_id}))["type"] == "done"
    assert await asyncio.wait_for(callee.ended, 5) == "cancelled"
    assert (await room.ended(call_id))["call.ended"]["cause"] == "agent_hangup"


async def test_an_agents_telephone_that_is_busy_disturbs_no_customer(
    room: Room, desk_phone: RawAnswerer, customer: RawAnswerer
) -> None:
    desk_phone.status = 486
    call_id = (await room.dial())["call_id"]
    await room.told("error", error="您的话机没有接通，电话没有拨出。")
    await room.ended(call_id)
    assert customer.calls.empty()


async def test_a_missing_trunk_and_a_wrong_number_are_one_sentence(room: Room) -> None:
    assert (await room.dial("sip:x@evil"))["error"] == "电话号码不正确，请检查后再拨。"
    tools = room.services.floor.tools
    object.__setattr__(tools, "routing", replace(tools.routing, trunk=Trunk()))
    told = await room.dial()
    assert told["error"] == "没有配置外呼线路，请在 config/routing.yaml 填写 trunk.uri。"


async def test_an_agent_at_a_browser_connects_its_sound_before_the_customer_rings(
    room: Room, customer: RawAnswerer
) -> None:
    in_seat = asyncio.Event()

    async def attend() -> None:
        async for _ in room.floor.attend(AgentSeat("a2", "坐席二", ("general",))):
            in_seat.set()

    page = asyncio.create_task(attend())
    await asyncio.wait_for(in_seat.wait(), 5)
    answer: dict[str, Any] = dict(await room.floor.tell("a2", {"type": "dial", "number": NUMBER}))
    call_id, media = answer["call_id"], answer["media"]
    assert media["url"] == f"/api/v1/calls/{call_id}/media"
    await asyncio.sleep(0.3)
    assert customer.calls.empty()
    await room.floor.media_offer(call_id, media["ticket"], "a2")
    callee = await rung(customer)
    await asyncio.sleep(1.8)
    refused = await room.floor.tell("a2", {"type": "to_bot", "call_id": call_id})
    assert str(refused["error"]).startswith("这是您拨出的电话")
    assert (await room.floor.tell("a2", {"type": "hangup", "call_id": call_id}))["type"] == "done"
    assert await asyncio.wait_for(callee.ended, 5) == "remote_hangup"
    ended = (await room.ended(call_id))["call.ended"]
    assert (ended["cause"], ended["who"]) == ("agent_hangup", "agent")
    page.cancel()
    await asyncio.gather(page, return_exceptions=True)
