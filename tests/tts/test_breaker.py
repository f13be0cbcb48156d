from __future__ import annotations

from tts.breaker import Breaker


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def _opened(clock: _Clock) -> Breaker:
    breaker = Breaker(clock, failures=3, rest_s=20.0, longest_s=60.0)
    for _ in range(3):
        breaker.fail()
    return breaker


def test_it_opens_after_three_failures_in_a_row() -> None:
    breaker = Breaker(_Clock(), failures=3)
    breaker.fail()
    breaker.fail()
    assert breaker.closed
    breaker.fail()
    assert not breaker.closed


def test_a_success_between_failures_keeps_it_closed() -> None:
    breaker = Breaker(_Clock(), failures=3)
    for _ in range(5):
        breaker.fail()
        breaker.fail()
        breaker.succeed()
    assert breaker.closed


def test_a_trial_is_due_only_after_the_rest() -> None:
    clock = _Clock()
    breaker = _opened(clock)
    clock.now = 19.9
    assert not breaker.due
    clock.now = 20.0
    assert breaker.due


def test_each_failed_trial_doubles_the_rest_up_to_a_bound() -> None:
    clock = _Clock()
    breaker = _opened(clock)
    rests = []
    for _ in range(4):
        begin = clock.now
        while not breaker.due:
            clock.now += 1.0
        rests.append(clock.now - begin)
        breaker.fail()
    assert rests == [20.0, 40.0, 60.0, 60.0]


def test_a_trial_that_succeeds_closes_it_and_forgets_the_past() -> None:
    clock = _Clock()
    breaker = _opened(clock)
    breaker.fail()
    breaker.succeed()
    assert breaker.closed
    breaker.fail()
    assert breaker.closed
