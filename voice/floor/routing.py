"""Who is offered which call: pure decisions over a picture of the floor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from voice.floor.agents import EVERY_SKILL, ON_CALL, Agent, State
from voice.floor.waiting import Waiting

GENERAL = "general"
_ON_DUTY = (State.IDLE, State.RINGING, State.TALKING, State.ACW)


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """What an operator may change (``config/routing.yaml``).

    ``fallback`` names the groups that may help a skill group after ``widen_after_s``; ``handling_s`` is the length of a
    talk with its wrap-up while nothing was measured yet.
    """

    ring_s: float = 20.0
    acw_s: float = 45.0
    widen_after_s: float = 15.0
    handling_s: float = 240.0
    fallback: Mapping[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Handling:
    """How long talks took so far: ``count`` of them, ``seconds`` in total."""

    count: int = 0
    seconds: float = 0.0


def in_order(waiting: Iterable[Waiting]) -> list[Waiting]:
    """First in line first; callers who are being offered stand where they stood."""
    return sorted(waiting, key=lambda caller: caller.place)


def may_serve(agent: Agent, caller: Waiting, rules: RoutingRules, now: float, *, nobody_else: bool = False) -> bool:
    """Whether the groups fit; the fallback groups count once the caller waited, or when nobody else is there."""
    if caller.only_agent:
        return agent.agent_id == caller.only_agent
    if agent.serves(caller.skill):
        return True
    if not nobody_else and now - caller.since < rules.widen_after_s:
        return False
    helpers = (rules.fallback or {}).get(caller.skill, (GENERAL,))
    return EVERY_SKILL in helpers or any(agent.serves(skill) for skill in helpers)


def choose_agent(caller: Waiting, agents: Sequence[Agent], rules: RoutingRules, now: float) -> Agent | None:
    """The agent who is asked: the last one of a dropped call, else the longest idle of the first tier."""
    on_duty = [agent for agent in agents if agent.state in _ON_DUTY and agent.agent_id not in caller.tried]
    nobody_else = not any(agent.serves(caller.skill) for agent in on_duty)
    free = [
        agent
        for agent in on_duty
        if agent.state is State.IDLE and may_serve(agent, caller, rules, now, nobody_else=nobody_else)
    ]
    for agent in free:
        if agent.agent_id == caller.last_agent:
            return agent
    return min(free, key=lambda agent: (agent.tier, agent.since, agent.agent_id), default=None)


def pairs(
    waiting: Iterable[Waiting], agents: Iterable[Agent], rules: RoutingRules, now: float
) -> list[tuple[Waiting, Agent]]:
    """Every offer that can be made now, most urgent caller first; each agent and each caller at most once."""
    free = list(agents)
    made = []
    for caller in in_order(waiting):
        if caller.offered:
            continue
        agent = choose_agent(caller, free, rules, now)
        if agent is not None:
            made.append((caller, agent))
            free.remove(agent)
    return made


def hopeless(caller: Waiting, agents: Iterable[Agent]) -> bool:
    """Whether nobody is left who could take the call: all on duty were tried, or nobody is on duty at all."""
    return not any(
        agent.state in _ON_DUTY
        and agent.agent_id not in caller.tried
        and (not caller.only_agent or agent.agent_id == caller.only_agent)
        for agent in agents
    )


def position(caller: Waiting, waiting: Iterable[Waiting]) -> int:
    """Place in line, from 1."""
    return 1 + sum(other.place < caller.place for other in waiting)


def estimate_s(
    place: int, caller: Waiting, agents: Sequence[Agent], rules: RoutingRules, handling: Handling
) -> int | None:
    """Expected seconds until a person is free for the caller in ``place``; None when nobody serves.

    With ``n`` people at work the next one is free after ``handling / n`` on average (memoryless talks, M/M/n), the
    ``place``-th after ``place`` times that. The configured length weighs as five talks, so early figures do not jump.
    """
    staff = [agent for agent in agents if agent.state in _ON_DUTY and agent.agent_id not in caller.tried]
    fitting = [agent for agent in staff if agent.serves(caller.skill)] or staff
    if not fitting:
        return None
    if place <= sum(agent.state is State.IDLE for agent in fitting):
        return math.ceil(rules.ring_s / 2)
    prior = 5
    mean = (handling.seconds + prior * rules.handling_s) / (handling.count + prior)
    return math.ceil(mean * place / len(fitting))


@dataclass(frozen=True, slots=True)
class Headcount:
    """The numbers of the wallboard."""

    waiting: int
    longest_s: float
    idle: int
    talking: int
    acw: int
    rest: int
    busy: int


def headcount(waiting: Iterable[Waiting], agents: Iterable[Agent], now: float) -> Headcount:
    """Count the floor; an agent whose telephone rings counts as talking."""
    callers = list(waiting)
    states = [agent.state for agent in agents]
    return Headcount(
        waiting=len(callers),
        longest_s=max((round(now - caller.since, 1) for caller in callers), default=0.0),
        idle=states.count(State.IDLE),
        talking=sum(state in ON_CALL for state in states),
        acw=states.count(State.ACW),
        rest=states.count(State.REST),
        busy=states.count(State.BUSY),
    )
