"""Two processes on one real Redis server: every caller is offered once, every agent gets one call."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from voice.clock import SystemClock
from voice.floor.agents import Agent, Refused, State
from voice.floor.board import Board
from voice.floor.line import Line, Offered, Place
from voice.floor.routing import RoutingRules
from voice.floor.store import Change, FloorStore
from voice.floor.waiting import Waiting

pytestmark = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed (apt-get install redis-server)"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("r") / "s"
    command = ["redis-server", "--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(path.parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "eady to accept connections" in line:
                break
        yield f"unix://{path}"
        process.terminate()


class Side:
    """One process: its own connection, board and line."""

    def __init__(self, url: str, name: str) -> None:
        self.redis: Redis = Redis.from_url(url)
        self.board = Board(FloorStore(self.redis), name, SystemClock(), RoutingRules())
        self.line = Line(self.board)


@pytest.fixture
async def sides(server: str) -> AsyncIterator[tuple[Side, Side]]:
    both = Side(server, "one"), Side(server, "two")
    await both[0].redis.flushall()
    for side in both:
        await side.board.start()
    yield both
    for side in both:
        await side.board.close()
        await side.redis.aclose()


async def _offered(place: Place) -> Offered:
    async with asyncio.timeout(20):
        while not isinstance(news := await place.news.get(), Offered):
            pass
    return news


async def test_thirty_callers_of_two_processes_and_ten_agents(sides: tuple[Side, Side]) -> None:
    for number in range(10):
        agent = Agent(f"a{number}", f"a{number}", ("general",), home="one")
        assert await sides[0].board.store.swap(Change(None, agent))
    offers: Counter[str] = Counter()
    at_once: Counter[str] = Counter()

    async def serve(number: int) -> None:
        side = sides[number % 2]
        place = await side.line.join(Waiting(f"c-{number}", side.board.process, "general", side.board.now))
        offered = await _offered(place)
        offers[f"c-{number}"] += 1
        at_once[offered.agent.agent_id] += 1
        assert at_once[offered.agent.agent_id] == 1
        await asyncio.sleep(0.05)
        at_once[offered.agent.agent_id] -= 1
        await side.line.settle(
            offered.agent.agent_id, offered.offer_id, lambda a, now: Agent(a.agent_id, a.name, a.skills, home="one")
        )
        assert place.news.empty()
        await side.line.leave(place)

    await asyncio.gather(*(serve(number) for number in range(30)))
    assert offers == {f"c-{number}": 1 for number in range(30)}
    view = await sides[1].board.store.view()
    assert not view.waiting and {agent.state for agent in view.agents.values()} == {State.IDLE}


async def test_two_processes_change_one_agent_and_no_change_is_lost(sides: tuple[Side, Side]) -> None:
    await sides[0].board.store.swap(Change(None, Agent("a", "a", (), home="one")))

    async def add(number: int) -> None:
        def one_more(agent: Agent) -> Agent:
            return Agent(agent.agent_id, agent.name, (*agent.skills, str(number)), home="one")

        await sides[number % 2].board.edit("a", one_more)

    await asyncio.gather(*(add(number) for number in range(12)))
    view = await sides[1].board.store.view()
    assert sorted(view.agents["a"].skills, key=int) == [str(number) for number in range(12)]
    with pytest.raises(Refused):
        await sides[0].board.edit("nobody", lambda a: a)


async def test_one_agent_and_two_racing_callers(sides: tuple[Side, Side]) -> None:
    await sides[0].board.store.swap(Change(None, Agent("a", "a", ("general",), home="one")))
    waiting = [Waiting(f"c-{n}", side.board.process, "general", side.board.now) for n, side in enumerate(sides)]
    places = await asyncio.gather(*(side.line.join(one) for side, one in zip(sides, waiting, strict=True)))
    await asyncio.sleep(1.5)  # both processes have looked again
    assert sum(place.offered is not None for place in places) == 1


def test_a_stale_picture_changes_nothing(server: str) -> None:
    async def scenario() -> tuple[bool, bool]:
        redis: Redis = Redis.from_url(server)
        await redis.flushall()
        store = FloorStore(redis)
        agent = Agent("a", "a", ())
        await store.swap(Change(None, agent))
        busy = Agent("a", "a", (), state=State.BUSY)
        first = await store.swap(Change(agent, busy), Change(None, Waiting("c", "p", "", 0.0)))
        second = await store.swap(Change(agent, None), Change(None, Waiting("d", "p", "", 0.0)))
        assert set((await store.view()).waiting) == {"c"}
        await redis.aclose()
        return first, second

    assert asyncio.run(scenario()) == (True, False)
