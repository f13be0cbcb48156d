"""Who is offered which call; every rule with hypothesis' worst cases."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from voice.floor.agents import Agent, State
from voice.floor.routing import (
    Handling,
    RoutingRules,
    choose_agent,
    estimate_s,
    headcount,
    hopeless,
    in_order,
    pairs,
    position,
)
from voice.floor.waiting import Waiting

RULES = RoutingRules(fallback={"merchant": ("general",), "fraud": ()})
NOW = 1000.0


def agent(name: str, *skills: str, since: float = 0.0, state: State = State.IDLE, tier: int = 0) -> Agent:
    return Agent(name, name, skills or ("general",), since=since, state=state, home="p", tier=tier)


def caller(name: str = "c", skill: str = "general", *, since: float = NOW) -> Waiting:
    return Waiting(name, "p", skill, since)


def test_the_longest_idle_is_asked_and_desk_telephones_come_last() -> None:
    floor = [agent("a", since=30), agent("b", since=10), agent("desk", "*", since=0, tier=1)]
    assert choose_agent(caller(), floor, RULES, NOW) == floor[1]
    assert choose_agent(caller(), floor[2:], RULES, NOW) == floor[2]


def test_the_last_agent_of_a_dropped_call_is_asked_first() -> None:
    floor = [agent("a", since=30), agent("b", since=10)]
    assert choose_agent(replace(caller(), last_agent="a"), floor, RULES, NOW) == floor[0]
    assert choose_agent(replace(caller(), last_agent="a", tried=("a",)), floor, RULES, NOW) == floor[1]


def test_a_group_is_asked_alone_first_and_its_fallback_after_a_while() -> None:
    general, merchant = agent("g"), agent("m", "merchant", state=State.TALKING)
    waiting = caller(skill="merchant")
    assert choose_agent(waiting, [general, merchant], RULES, NOW) is None
    assert choose_agent(waiting, [general, merchant], RULES, NOW + 20) == general
    assert choose_agent(waiting, [general], RULES, NOW) == general  # nobody of the group is on duty
    assert choose_agent(caller(skill="fraud"), [general, merchant], RULES, NOW + 99) is None


def test_missed_promises_fresh_goods_and_old_cases_come_first_but_nobody_waits_for_ever() -> None:
    plain = caller("plain", since=NOW - 130)
    fresh = replace(caller("fresh"), fresh=True)
    missed = replace(caller("missed"), missed_promises=2)
    dropped = replace(caller("dropped"), dropped=True)
    elderly = replace(caller("elderly"), elderly=True)
    order = [one.call_id for one in in_order([plain, fresh, missed, dropped, elderly])]
    assert order == ["dropped", "missed", "plain", "fresh", "elderly"]
    worst = replace(caller("w"), dropped=True, missed_promises=9, fresh=True, elderly=True, case_hours=9999.0)
    assert in_order([worst, caller("old", since=NOW - 1300)])[0].call_id == "old"


people = st.lists(
    st.builds(
        agent,
        st.uuids().map(str),
        st.sampled_from(["general", "complaint", "*"]),
        since=st.floats(0, NOW),
        state=st.sampled_from(list(State)),
        tier=st.integers(0, 1),
    ),
    max_size=8,
)
callers = st.lists(
    st.builds(
        Waiting,
        st.uuids().map(str),
        st.just("p"),
        st.sampled_from(["general", "complaint", "merchant"]),
        st.floats(0, NOW),
        missed_promises=st.integers(0, 4),
        fresh=st.booleans(),
        dropped=st.booleans(),
        offered=st.sampled_from(["", "", "x"]),
    ),
    max_size=8,
)


@given(callers, people)
def test_each_offer_is_to_one_idle_agent_and_no_agent_gets_two(waiting: list[Waiting], floor: list[Agent]) -> None:
    made = pairs(waiting, floor, RULES, NOW)
    assert len({agent.agent_id for _, agent in made}) == len(made) == len({one.call_id for one, _ in made})
    assert all(agent.state is State.IDLE and not one.offered for one, agent in made)
    for one, _ in made:
        assert not hopeless(one, floor)


@given(callers, people)
def test_nobody_idle_is_left_while_somebody_fitting_waits(waiting: list[Waiting], floor: list[Agent]) -> None:
    made = pairs(waiting, floor, RULES, NOW)
    served, taken = {one.call_id for one, _ in made}, {agent.agent_id for _, agent in made}
    free = [agent for agent in floor if agent.state is State.IDLE and agent.agent_id not in taken]
    for one in waiting:
        if one.call_id not in served and not one.offered:
            assert not any(agent.serves(one.skill) for agent in free)


def test_the_estimate_is_about_the_people_at_work_and_unknown_without_any() -> None:
    busy = [agent("a", state=State.TALKING), agent("b", state=State.ACW)]
    assert estimate_s(1, caller(), busy, RULES, Handling()) == 120
    assert estimate_s(2, caller(), busy, RULES, Handling()) == 240
    assert estimate_s(1, caller(), busy, RULES, Handling(95, 95 * 40)) == 25  # measured talks outweigh the setting
    assert estimate_s(1, caller(), [agent("c", state=State.REST)], RULES, Handling()) is None
    assert estimate_s(1, caller(), [*busy, agent("d")], RULES, Handling()) == 10


def test_hopeless_is_when_all_on_duty_were_tried() -> None:
    floor = [agent("a", state=State.TALKING), agent("b", state=State.BUSY)]
    assert not hopeless(caller(), floor)
    assert hopeless(replace(caller(), tried=("a",)), floor)
    assert hopeless(replace(caller(), only_agent="z"), floor)
    assert hopeless(caller(), [])


def test_the_wallboard_counts() -> None:
    floor = [agent("a"), agent("b", state=State.RINGING), agent("c", state=State.ACW), agent("d", state=State.REST)]
    line = [caller("x", since=NOW - 40), caller("y")]
    counted = headcount(line, floor, NOW)
    assert (counted.waiting, counted.longest_s, counted.idle, counted.talking) == (2, 40.0, 1, 1)
    assert position(line[1], line) == 2
