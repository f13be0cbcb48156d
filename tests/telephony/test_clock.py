import logging

import pytest

from telephony.hub import Hub, HubClock, TickSchedule
from telephony.hub.clock import MAX_CATCH_UP


def test_ticks_follow_an_absolute_schedule() -> None:
    schedule = TickSchedule(100.0)
    assert schedule.due(100.019) == 0
    assert schedule.next_at() == pytest.approx(100.02)
    assert schedule.due(100.0205) == 1
    assert schedule.due(100.0595) == 1
    assert schedule.due(100.0605) == 1


def test_lateness_of_one_tick_does_not_delay_the_next() -> None:
    schedule = TickSchedule(0.0)
    total = sum(schedule.due(0.02 * n + 0.013) for n in range(1, 501))
    assert total == 500


def test_a_stall_is_made_up_for_and_a_suspended_machine_is_not() -> None:
    schedule = TickSchedule(0.0)
    assert schedule.due(0.501) == 25
    assert schedule.due(3600.0) == MAX_CATCH_UP
    assert schedule.due(3600.021) == 1


def test_a_clock_that_steps_back_gives_no_ticks() -> None:
    schedule = TickSchedule(0.0)
    assert schedule.due(1.001) == 50
    assert schedule.due(0.5) == 0


async def test_one_broken_call_does_not_silence_the_others(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Hub):
        def tick(self, ticks: int = 1) -> None:
            raise RuntimeError("broken")

    clock, good = HubClock(), Hub(8000)
    with caplog.at_level(logging.ERROR):
        clock.add(Broken(8000))
        clock.add(good)
        while good.ticks < 3:
            await good_tick(good)
        await clock.close()
    assert len(caplog.records) == 1


async def good_tick(hub: Hub) -> None:
    """Wait for the clock's next tick by its own tap, not by time."""
    import asyncio

    ticked = asyncio.Event()
    stop = hub.subscribe("caller", lambda _pcm, _tick: ticked.set())
    await asyncio.wait_for(ticked.wait(), 2)
    stop()
