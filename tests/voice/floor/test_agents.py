"""Presence: what a person chooses, what calls do, and what comes after."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voice.floor.agents import (
    UNANSWERED,
    Agent,
    Refused,
    State,
    choose,
    extend_wrap_up,
    finish_wrap_up,
    passed,
    ring,
    sign_in,
    sign_out,
    talk,
    unanswered,
    wrap_up,
)

IDLE = Agent("a1", "小李", ("general",), home="p1", since=100.0)


def ringing() -> Agent:
    return ring(IDLE, "c-1", "o-1", "p2", 200.0)


def test_only_an_idle_agent_is_rung() -> None:
    assert (ringing().state, ringing().call_id, ringing().worker) == (State.RINGING, "c-1", "p2")
    for state in set(State) - {State.IDLE}:
        with pytest.raises(Refused):
            ring(replace(IDLE, state=state), "c-2", "o-2", "p2", 201.0)


def test_an_unanswered_ring_makes_busy_and_frees_the_call() -> None:
    after = unanswered(ringing(), 220.0)
    assert (after.state, after.reason, after.call_id, after.offer_id) == (State.BUSY, UNANSWERED, "", "")


def test_a_desk_telephone_without_a_page_is_never_set_busy() -> None:
    assert unanswered(replace(ringing(), home=""), 220.0).state is State.IDLE


def test_a_declined_offer_goes_to_the_end_of_the_idle() -> None:
    after = passed(ringing(), 220.0)
    assert (after.state, after.since) == (State.IDLE, 220.0)


def test_a_choice_during_the_call_counts_after_the_wrap_up() -> None:
    talking = choose(talk(ringing(), 205.0), State.REST, "就餐", 206.0)
    assert talking.state is State.TALKING
    ended = wrap_up(talking, 300.0, 45)
    assert (ended.state, ended.until) == (State.ACW, 345.0)
    after = finish_wrap_up(ended, 310.0)
    assert (after.state, after.reason) == (State.REST, "就餐")


def test_the_wrap_up_is_extended_once() -> None:
    ended = extend_wrap_up(wrap_up(talk(ringing(), 1.0), 300.0, 45), 320.0, 45)
    assert ended.until == 390.0
    with pytest.raises(Refused, match="一次"):
        extend_wrap_up(ended, 330.0)
    with pytest.raises(Refused):
        extend_wrap_up(IDLE, 330.0)


@pytest.mark.parametrize(("state", "reason"), [(State.TALKING, ""), (State.OFFLINE, ""), (State.REST, "")])
def test_what_cannot_be_chosen_is_refused(state: State, reason: str) -> None:
    with pytest.raises(Refused):
        choose(IDLE, state, reason, 1.0)


def test_a_page_that_is_loaded_again_keeps_call_and_choice() -> None:
    def again(before: Agent | None, now: float) -> Agent:
        return sign_in("a1", "小李", ["general"], role="agent", device="browser", home="p9", now=now, before=before)

    gone = sign_out(talk(ringing(), 205.0), 206.0)
    assert gone.state is State.TALKING
    assert again(gone, 208.0).state is State.TALKING and again(gone, 208.0).home == "p9"
    assert wrap_up(gone, 300.0).state is State.OFFLINE
    busy = sign_out(choose(IDLE, State.BUSY, "", 1.0), 10.0)
    assert busy.state is State.OFFLINE
    assert again(busy, 20.0).state is State.BUSY
    assert again(busy, 500.0).state is State.IDLE
    assert again(None, 1.0).state is State.IDLE
