from telephony.hub.frame_queue import FrameQueue
from telephony.hub.tuning import HubTuning

from .sounds import constant, samples

QUIET, LOUD = 50, 5000


def queue(**tuning: int) -> FrameQueue:
    return FrameQueue(8000, HubTuning(**tuning))


def test_nothing_is_played_before_the_prime() -> None:
    q = queue(prime_ms=40)
    q.push(constant(LOUD, 1))
    assert q.pop() is None
    q.push(constant(LOUD, 1))
    assert q.pop() == constant(LOUD, 1)


def test_missing_frames_are_concealed_fade_and_are_silence_after_60_ms() -> None:
    q = queue()
    q.push(constant(LOUD, 2))
    q.pop()
    q.pop()
    made = [q.pop() for _ in range(4)]
    assert made[0] is not None and made[2] is not None
    assert samples(made[0])[0] == LOUD
    assert abs(int(samples(made[2])[-1])) < LOUD / 50
    assert made[3] is None
    assert q.concealed == 3


def test_partial_frames_wait_for_the_rest() -> None:
    q = queue()
    q.push(constant(LOUD, 1)[:100])
    assert q.pop() is None
    q.push(constant(LOUD, 1)[100:])
    assert q.pop() == constant(LOUD, 1)


def test_a_burst_above_the_limit_loses_its_oldest_sound() -> None:
    q = queue(limit_ms=100, prime_ms=40)
    q.push(constant(1, 8) + constant(2, 2))
    q.trim()
    assert q.depth_ms == 40
    assert q.dropped == 8
    assert q.pop() == constant(2, 1)


def test_a_stall_is_caught_up_before_the_limit_counts() -> None:
    q = queue()
    q.push(constant(LOUD, 25))
    assert [q.pop() for _ in range(24)] == [constant(LOUD, 1)] * 24
    q.trim()
    assert q.dropped == 0


def run(q: FrameQueue, ticks: int, level: int, extra_every: int = 0) -> list[float]:
    """Steady arrivals, one frame more every ``extra_every`` ticks: a far clock that runs fast."""
    depths = []
    for tick in range(1, ticks + 1):
        q.push(constant(level, 2 if extra_every and tick % extra_every == 0 else 1))
        q.pop()
        q.trim()
        depths.append(q.depth_ms)
    return depths


def test_a_depth_that_never_falls_is_removed_where_it_is_quiet() -> None:
    q = queue()
    q.push(constant(QUIET, 3))
    depths = run(q, 300, QUIET)
    assert depths[0] == 60
    assert depths[-1] <= 20


def test_a_single_idle_frame_stays_for_a_while_and_then_goes() -> None:
    q = queue()
    q.push(constant(QUIET, 1))
    depths = run(q, 400, QUIET)
    assert depths[:150] == [20] * 150
    assert depths[-1] == 0


def test_a_reserve_that_is_used_stays() -> None:
    q = queue()
    q.push(constant(QUIET, 1))
    for tick in range(600):  # every second frame comes one tick late
        if tick % 2:
            q.push(constant(QUIET, 2))
        assert q.pop() is not None
        q.trim()
    assert q.dropped == 0


def test_a_fast_clock_does_not_add_delay_even_in_loud_speech() -> None:
    q = queue()
    depths = run(q, 5000, LOUD, extra_every=200)
    assert max(depths[-1000:]) <= 60
    assert q.dropped >= 20


def test_a_slow_clock_costs_single_frames_and_not_the_sound() -> None:
    q = queue()
    lost = 0
    for tick in range(1000):
        if tick % 200 != 199:
            q.push(constant(LOUD, 1))
        frame = q.pop()
        lost += frame is None or abs(int(samples(frame)[-1])) < LOUD // 2
        q.trim()
    assert lost <= 6


def test_clear_forgets_what_was_queued() -> None:
    q = queue()
    q.push(constant(LOUD, 3))
    q.pop()
    q.clear()
    assert q.pop() is None
    assert q.depth_ms == 0
