from telephony.hub.pacer import SendPacer, SendPlan
from telephony.hub.tuning import HubTuning


def simulate(ring_ms: float, far_ms_per_tick: float, ticks: int) -> tuple[list[float], SendPacer]:
    """The ring's depth before each send, when the far clock takes ``far_ms_per_tick`` per 20 ms of ours."""
    pacer, depths = SendPacer(HubTuning()), []
    for _ in range(ticks):
        ring_ms = max(0.0, ring_ms - far_ms_per_tick)
        depths.append(ring_ms)
        plan = pacer.plan(ring_ms, 1)
        ring_ms += 20 * (plan.silence + plan.frames)
    return depths, pacer


def test_an_empty_ring_is_primed_to_the_depth_kept_ahead() -> None:
    assert SendPacer(HubTuning(ahead_ms=40)).plan(0, 1) == SendPlan(1, 1)


def test_the_steady_state_sends_one_frame_per_tick() -> None:
    depths, pacer = simulate(40, 20, 500)
    assert pacer.skipped == 0
    assert set(depths) == {20}


def test_after_a_stall_only_the_newest_frames_are_sent() -> None:
    assert SendPacer(HubTuning(ahead_ms=40)).plan(0, 25) == SendPlan(0, 2)
    assert SendPacer(HubTuning(ahead_ms=40)).plan(20, 2) == SendPlan(0, 1)


def test_a_full_ring_gets_nothing() -> None:
    assert SendPacer(HubTuning(ahead_limit_ms=100)).plan(120, 1) == SendPlan(0, 0)


def test_a_slow_far_clock_does_not_let_the_ring_grow() -> None:
    depths, pacer = simulate(40, 19.9, 20_000)
    assert max(depths[-2000:]) <= 60
    assert pacer.skipped > 0


def test_a_fast_far_clock_does_not_run_the_ring_dry_for_long() -> None:
    depths, _ = simulate(40, 20.1, 20_000)
    dry = sum(depth == 0 for depth in depths)
    assert dry <= 20_000 * 0.1 / 20 + 1
