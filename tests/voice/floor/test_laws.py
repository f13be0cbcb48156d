"""Random people, real floor, virtual time: nobody is lost, nobody is asked twice, the dead are buried in time."""

from __future__ import annotations

import asyncio

import fakeredis
import pytest

from bench.handover.people import Habits
from bench.handover.virtual_time import VirtualClock, run_virtual
from bench.handover.world import Process, World
from desk.ports import AgentSeat
from voice.floor.agents import State
from voice.floor.live import LiveCalls
from voice.floor.routing import RoutingRules
from voice.floor.routing_file import Routing
from voice.floor.waiting import Waiting


@pytest.mark.parametrize("away_every_s", [0.0, 45.0])
def test_no_transfer_ends_in_silence_or_loses_its_caller(away_every_s: float) -> None:
    tally = run_virtual(World(7, away_every_s=away_every_s).run(40))
    assert tally.broken == []
    assert sum(tally.ends.values()) == tally.transfers == 40
    assert tally.attempts["accepted"] > 10 and len(tally.attempts) >= 4


def test_when_everybody_accepts_everybody_is_served() -> None:
    world = World(3, processes=1, agents=8, telephones=0)
    world.habits = Habits(0, 0, 0, 0, 0, 0, 0, 0, commands=("hold", "resume"))
    tally = run_virtual(world.run(20, every_s=12))
    assert tally.broken == []
    assert set(tally.attempts) == {"accepted"}
    assert tally.attempts["accepted"] == 20 - tally.ends["gave up waiting"] >= 15
    assert max(tally.seconds_to_person) < 30


async def _signed_in(process: Process, *agents: str) -> list[asyncio.Task[None]]:
    async def attend(name: str) -> None:
        async for _ in process.floor.attend(AgentSeat(name, name, ("general",))):
            pass

    tasks = [asyncio.create_task(attend(name)) for name in agents]
    await asyncio.sleep(0.5)
    return tasks


async def _two_processes() -> tuple[Process, Process]:
    clock = VirtualClock(asyncio.get_running_loop())
    server, lives, routing = fakeredis.FakeServer(), list[LiveCalls](), Routing(RoutingRules())
    one, two = (Process(name, server, clock, lives, routing) for name in ("one", "two"))
    await one.board.start()
    await two.board.start()
    return one, two


def test_what_a_killed_process_held_is_free_within_five_seconds() -> None:
    async def scenario() -> None:
        dying, alive = await _two_processes()
        pages = await _signed_in(dying, "a1") + await _signed_in(alive, "a2", "a3")
        buried: list[str] = []

        async def bury(process: str) -> None:
            buried.append(process)

        alive.board.on_dead.append(bury)
        place = await dying.tools.line.join(Waiting("c-1", "one", "general", alive.board.now, only_agent="a2"))
        await dying.tools.line.join(Waiting("c-2", "one", "general", alive.board.now, only_agent="nobody"))
        assert place.offered is not None and place.offered.agent.agent_id == "a2"
        await dying.die()
        died = asyncio.get_running_loop().time()
        while True:
            view = await alive.board.store.view()
            if not view.waiting and view.agents["a2"].state is State.IDLE:
                break
            await asyncio.sleep(0.1)
            assert asyncio.get_running_loop().time() - died <= 9.0, view
        assert asyncio.get_running_loop().time() - died <= 5.0
        assert view.agents["a1"].state is State.OFFLINE
        assert view.agents["a3"].state is State.IDLE
        assert buried == ["one"]
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
        await alive.board.close()

    run_virtual(scenario())


def test_a_redis_that_was_emptied_gets_agents_and_callers_back() -> None:
    async def scenario() -> None:
        one, two = await _two_processes()
        pages = await _signed_in(one, "a1")
        await two.tools.line.join(Waiting("c-1", "two", "general", two.board.now, only_agent="a9"))
        await one.redis.flushall()
        await asyncio.sleep(2.0)
        view = await one.board.store.view()
        assert view.agents["a1"].state is State.IDLE and set(view.waiting) == {"c-1"}
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
        assert (await one.board.store.view()).agents["a1"].state is State.OFFLINE
        for process in (one, two):
            await process.board.close()

    run_virtual(scenario())


def test_the_card_is_on_fifty_screens_side_before_the_telephone_rings() -> None:
    async def scenario() -> None:
        one, two = await _two_processes()
        pages = await _signed_in(two, *(f"a{n}" for n in range(50)))
        place = await one.tools.line.join(Waiting("c-1", "one", "general", one.board.now))
        assert place.offered is not None
        seen: list[str] = []
        one.board.news.append(lambda news: seen.append(str(news.get("kind"))))
        await asyncio.sleep(0.1)
        message = {"type": "offer", "offer_id": place.offered.offer_id, "call_id": "c-1"}
        before = asyncio.get_running_loop().time()
        await one.tools.screens.offer(place.offered.agent, message, None)
        assert asyncio.get_running_loop().time() - before < 0.3  # not the time-out: the page has it
        assert [kind for kind in seen if kind != "changed"] == ["screen", "shown"]
        for page in pages:
            page.cancel()
        await asyncio.gather(*pages, return_exceptions=True)
        for process in (one, two):
            await process.board.close()

    run_virtual(scenario())
