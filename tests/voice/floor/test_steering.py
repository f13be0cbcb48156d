"""What an agent may do with a call, and what nobody may: in virtual time, over the real hub and bridge."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import fakeredis
import pytest

from bench.handover.people import Leg
from bench.handover.virtual_time import VirtualClock, run_virtual
from bench.handover.world import CARD, CallerCase, Process, World
from desk.ports import AgentSeat, Message
from dialog.protocol import Transfer, TransferOutcome
from telephony.hub import Mode, Role
from voice.floor.agents import State
from voice.floor.live import LiveCalls
from voice.floor.routing import RoutingRules
from voice.floor.routing_file import Routing, Trunk


class Phones:
    """Every telephone is picked up after two seconds."""

    def __init__(self) -> None:
        self.legs: dict[str, Leg] = {}

    async def dial(self, uri: str, **_details: Any) -> Leg:
        await asyncio.sleep(2)
        leg = self.legs[uri] = Leg()
        return leg


class Desk:
    """One process with pages of agents and one caller, who wants a person."""

    def __init__(self) -> None:
        clock = VirtualClock(asyncio.get_running_loop())
        routing = Routing(RoutingRules(ring_s=20, acw_s=30), trunk=Trunk("sip:{number}@x"))
        self.server = fakeredis.FakeServer()
        self.process = Process("p", self.server, clock, list[LiveCalls](), routing)
        world: Any = World(1)
        world.habits.caller_leaves = 0.0
        self.phones = world.telephones = Phones()
        world.dice.random = lambda: 1.0
        self.world = world
        self.seen: dict[str, list[Message]] = {}
        self.pages: list[asyncio.Task[None]] = []

    async def sign_in(self, name: str, role: str = "agent", skill: str = "general") -> None:
        self.seen[name] = []

        async def read() -> None:
            async for message in self.process.floor.attend(AgentSeat(name, f"坐席{name}", (skill,), role)):
                self.seen[name].append(message)

        self.pages.append(asyncio.create_task(read()))
        await asyncio.sleep(0.6)

    async def call(self) -> CallerCase:
        self.case = CallerCase(self.world, self.process, 1)
        self.process.live.add(self.case.call_id, self.case.handover)
        self.reaching = asyncio.create_task(self.case.handover.reach(Transfer("t", "human", "general", CARD)))
        await asyncio.sleep(0.2)
        return self.case

    def last(self, name: str, type_: str) -> dict[str, Any]:
        return dict(next(m for m in reversed(self.seen[name]) if m["type"] == type_))

    async def accept(self, name: str) -> None:
        offer = self.last(name, "offer")
        await self.process.floor.media_offer(offer["call_id"], offer["media"]["ticket"], name)
        await asyncio.sleep(0.5)
        assert (await self.ask(name, "accept", offer_id=offer["offer_id"]))["type"] == "done"
        await asyncio.sleep(0.1)

    async def ask(self, name: str, type_: str, **fields: object) -> Message:
        return await self.process.floor.tell(name, {"type": type_, "request": "r1", **fields})

    async def do(self, name: str, verb: str, **fields: object) -> str:
        """The refusal, or an empty text."""
        told = await self.ask(name, verb, call_id=self.case.call_id, **fields)
        return str(told.get("error", ""))

    def mode(self) -> Mode:
        return self.case.hub.mode

    async def state(self, name: str) -> State:
        return (await self.process.board.store.view()).agents[name].state

    async def close(self) -> None:
        self.case.leg.leave()
        await asyncio.sleep(1)
        assert self.reaching.done()
        for page in self.pages:
            page.cancel()
        await asyncio.gather(*self.pages, return_exceptions=True)
        await self.process.board.close()


def in_desk(scenario: Callable[[Desk], Awaitable[None]]) -> None:
    async def run() -> None:
        desk = Desk()
        await desk.process.board.start()
        await scenario(desk)
        await desk.close()

    run_virtual(run())


def test_the_softphone_is_connected_while_it_rings_and_accepting_opens_the_gates() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sign_in("a1")
        case = await desk.call()
        offer = desk.last("a1", "offer")
        assert offer["card"]["request"] == CARD.request and offer["caller"]["masked"] == "138****0001"
        await desk.process.floor.media_offer(offer["call_id"], offer["media"]["ticket"], "a1")
        await asyncio.sleep(0.5)
        assert desk.mode() is Mode.WAITING and await desk.state("a1") is State.RINGING
        before = asyncio.get_running_loop().time()
        await desk.ask("a1", "accept", offer_id=offer["offer_id"])
        await asyncio.sleep(0.05)
        assert desk.mode() is Mode.BRIDGED and asyncio.get_running_loop().time() - before < 0.4
        await asyncio.sleep(0.1)
        assert await desk.state("a1") is State.TALKING
        assert case.told[-1] is TransferOutcome.BRIDGED
        assert desk.last("a1", "call")["phase"] == "talking"

    in_desk(scenario)


def test_hold_mute_and_keys_act_and_are_shown() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sign_in("a1")
        case = await desk.call()
        await desk.accept("a1")
        assert await desk.do("a1", "hold") == "" and desk.mode() is Mode.HELD
        assert desk.last("a1", "call")["phase"] in ("talking", "held")
        assert await desk.do("a1", "resume") == "" and desk.mode() is Mode.BRIDGED
        assert await desk.do("a1", "mute") == ""
        await asyncio.sleep(0.1)
        assert desk.last("a1", "call")["muted"] is True
        assert await desk.do("a1", "keys", digits="12#") == "" and case.leg.digits == ["1", "2", "#"]
        assert "按键" in await desk.do("a1", "keys", digits="拨")
        assert await desk.do("a1", "to_bot") == ""
        await asyncio.sleep(0.5)
        assert desk.mode() is Mode.BOT and case.told[-1] is TransferOutcome.ENDED
        assert await desk.state("a1") is State.ACW

    in_desk(scenario)


def test_stale_forged_and_foreign_requests_are_one_sentence_and_the_call_goes_on() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sign_in("a1")
        await desk.sign_in("a2")
        case = await desk.call()
        offer = desk.last("a1", "offer")
        for name, asked in (
            ("a2", {"type": "accept", "offer_id": offer["offer_id"]}),
            ("a1", {"type": "accept", "offer_id": "o-forged"}),
            ("a1", {"type": "decline", "offer_id": ["x"]}),
            ("a1", {"type": "hold", "call_id": case.call_id}),
            ("nobody", {"type": "accept", "offer_id": offer["offer_id"]}),
            ("a1", {"type": "format_disk"}),
            ("a1", {"type": None}),
            ("a1", {"type": "state", "state": "talking"}),
            ("a1", {"type": "state", "state": "rest", "reason": {"a": 1}}),
            ("a1", {"type": "dial", "number": "110"}),
        ):
            told = await desk.process.floor.tell(name, {**asked, "request": 7})
            assert told["type"] == "error" and told["request"] == 7 and str(told["error"]).endswith("。")
        for call_id, ticket in ((case.call_id, "forged"), ("c-other", offer["media"]["ticket"])):
            try:
                await desk.process.floor.media_offer(call_id, ticket, "a1")
            except PermissionError:
                continue
            raise AssertionError("a forged ticket was taken")
        await desk.accept("a1")
        assert "不在您手上" in await desk.do("a2", "hangup")
        assert "班长" in await desk.do("a2", "supervise", stance="join")
        assert "找不到" in await desk.do("a1", "transfer", target="sip:thief@evil.example")
        assert "咨询" in await desk.do("a1", "confer")
        assert desk.mode() is Mode.BRIDGED and not case.leg.closed.done()
        try:
            await desk.process.floor.media_offer(case.call_id, offer["media"]["ticket"], "a1")
        except PermissionError:
            return
        raise AssertionError("a ticket was taken twice")

    in_desk(scenario)


def test_consult_then_hand_on_leaves_the_caller_with_the_second_person() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sign_in("a1")
        await desk.sign_in("a2", skill="complaint")
        case = await desk.call()
        await desk.accept("a1")
        assert await desk.do("a1", "consult", target="a2") == "" and desk.mode() is Mode.HELD
        await asyncio.sleep(0.5)
        await desk.accept("a2")
        assert desk.mode() is Mode.CONSULTING
        assert await desk.do("a1", "confer") == "" and desk.mode() is Mode.CONFERENCE
        assert await desk.do("a1", "hand_on") == ""
        await asyncio.sleep(0.2)
        assert desk.mode() is Mode.BRIDGED
        assert (await desk.state("a1"), await desk.state("a2")) == (State.ACW, State.TALKING)
        assert await desk.do("a2", "hangup") == ""
        await asyncio.sleep(0.5)
        assert case.ended_by_agent and await desk.state("a2") is State.ACW

    in_desk(scenario)


@pytest.mark.parametrize("verb", ["hangup", "to_bot", "mute"])
def test_the_last_news_of_a_call_is_its_end(verb: str) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sign_in("a1")
        case = await desk.call()
        await desk.accept("a1")
        assert await desk.do("a1", verb) == ""
        if verb == "mute":
            case.leg.leave()
        await asyncio.sleep(1)
        assert desk.last("a1", "call")["phase"] == "ended"
        assert (await desk.process.board.store.view()).calls == {}

    in_desk(scenario)


async def consulting(desk: Desk) -> None:
    """The agent a1 has a caller and consults a2."""
    await desk.sign_in("a1")
    await desk.sign_in("a2", skill="complaint")
    await desk.call()
    await desk.accept("a1")
    await desk.do("a1", "consult", target="a2")
    await asyncio.sleep(0.5)
    await desk.accept("a2")


def test_who_was_consulted_may_step_out_and_nothing_else() -> None:
    async def scenario(desk: Desk) -> None:
        await consulting(desk)
        assert "不在您手上" in await desk.do("a2", "confer")
        assert await desk.do("a2", "hangup") == "" and desk.mode() is Mode.BRIDGED
        await asyncio.sleep(0.2)
        assert (await desk.state("a1"), await desk.state("a2")) == (State.TALKING, State.ACW)

    in_desk(scenario)


def test_who_was_handed_a_call_may_transfer_it_back() -> None:
    async def scenario(desk: Desk) -> None:
        await consulting(desk)
        await desk.do("a1", "hand_on")
        await desk.process.floor.tell("a1", {"type": "acw", "finish": True})
        assert await desk.do("a2", "transfer", target="agent:a1") == ""
        await asyncio.sleep(0.5)
        await desk.accept("a1")
        assert (await desk.state("a1"), await desk.state("a2")) == (State.TALKING, State.ACW)

    in_desk(scenario)


def test_a_telephone_outside_is_consulted_and_dropped() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sign_in("a1")
        await desk.call()
        await desk.accept("a1")
        assert await desk.do("a1", "consult", target="13800138000") == ""
        await asyncio.sleep(3)
        assert desk.mode() is Mode.CONSULTING and not desk.phones.legs["sip:13800138000@x"].closed.done()
        assert await desk.do("a1", "drop_consult") == ""
        assert desk.mode() is Mode.BRIDGED and desk.phones.legs["sip:13800138000@x"].closed.done()

    in_desk(scenario)


def test_transferring_on_never_leaves_the_caller_alone() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sign_in("a1")
        await desk.sign_in("a2", skill="complaint")
        await desk.call()
        await desk.accept("a1")
        assert await desk.do("a1", "transfer", target="complaint") == ""
        await asyncio.sleep(0.5)
        assert desk.mode() is Mode.WAITING and await desk.state("a1") is State.ACW
        offer = desk.last("a2", "offer")
        await desk.ask("a2", "decline", offer_id=offer["offer_id"])
        await asyncio.sleep(31)
        assert desk.mode() in (Mode.WAITING, Mode.BOT)

    in_desk(scenario)


def test_an_agent_whose_browser_dies_is_replaced() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sign_in("a1")
        case = await desk.call()
        await desk.accept("a1")
        await desk.sign_in("a2")
        desk.process.browsers.legs["a1"].leave("media_timeout")
        await asyncio.sleep(0.5)
        assert desk.mode() is Mode.WAITING
        assert desk.last("a2", "offer")["call_id"] == case.call_id
        await desk.accept("a2")
        assert desk.mode() is Mode.BRIDGED

    in_desk(scenario)


def test_a_softphone_that_comes_after_its_supervisor_left_hears_nothing() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sign_in("a1")
        await desk.sign_in("boss", role="supervisor", skill="none")
        case = await desk.call()
        await desk.accept("a1")
        told = await desk.ask("boss", "supervise", call_id=case.call_id, stance="listen")
        media: Any = told["media"]
        assert await desk.do("boss", "leave") == ""
        with pytest.raises(PermissionError):
            await desk.process.floor.media_offer(case.call_id, media["ticket"], "boss")
        assert case.handover._bridge.person(Role.SUPERVISOR) is None

    in_desk(scenario)


def test_a_supervisor_listens_whispers_joins_and_leaves() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sign_in("a1")
        await desk.sign_in("boss", role="supervisor", skill="none")
        case = await desk.call()
        await desk.accept("a1")
        told = await desk.ask("boss", "supervise", call_id=case.call_id, stance="listen")
        media: Any = told["media"]
        await desk.process.floor.media_offer(case.call_id, media["ticket"], "boss")
        await asyncio.sleep(0.1)
        assert case.handover._bridge.person(Role.SUPERVISOR) is not None
        assert desk.last("boss", "call")["call_id"] == case.call_id and desk.last("boss", "call")["phase"] == "talking"
        assert await desk.do("boss", "supervise", stance="join") == ""
        assert "耳语" in await desk.do("boss", "supervise", stance="shout")
        assert await desk.do("boss", "leave") == ""
        assert case.handover._bridge.person(Role.SUPERVISOR) is None and desk.mode() is Mode.BRIDGED
        await asyncio.sleep(0.1)
        assert desk.last("boss", "call")["phase"] == "ended" and desk.last("a1", "call")["phase"] == "talking"

    in_desk(scenario)


def test_who_talks_hangs_up_and_who_rings_accepts_while_redis_is_away() -> None:
    async def scenario(desk: Desk) -> None:
        await desk.sign_in("a1")
        await desk.sign_in("a2", skill="complaint")
        await desk.call()
        offer = desk.last("a1", "offer")
        await desk.process.floor.media_offer(offer["call_id"], offer["media"]["ticket"], "a1")
        await asyncio.sleep(0.5)
        desk.server.connected = False
        assert (await desk.ask("a2", "accept", offer_id=offer["offer_id"]))["type"] == "error"
        assert (await desk.ask("a1", "accept", offer_id=offer["offer_id"]))["type"] == "done"
        await asyncio.sleep(1)
        assert desk.mode() is Mode.BRIDGED
        assert "不在您手上" in await desk.do("a2", "hangup")
        assert "暂时无法更新" in await desk.do("stranger", "hangup")
        assert await desk.do("a1", "to_bot") == ""
        await asyncio.sleep(2)
        assert desk.mode() is Mode.BOT
        desk.server.connected = True
        await asyncio.sleep(5)
        assert await desk.state("a1") in (State.ACW, State.IDLE)

    in_desk(scenario)
