"""The send ring: frames leave as they are written, time on the wire is the wall's."""

import asyncio
from collections.abc import Callable

import pytest

from telephony.webrtc.sending import CAPACITY_MS, SendRing
from tests.telephony.sounds import constant

FRAME = constant(7, 1)


class Moved:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Moved:
    return Moved()


async def frames(ring: SendRing, clock: Moved, count: int, step: float = 0.02) -> list[tuple[bytes, int]]:
    taken = []
    for _ in range(count):
        ring.write(FRAME)
        clock.now += step
        taken.append(await ring.next_frame())
    return taken


async def test_every_written_frame_leaves_in_its_turn(clock: Moved) -> None:
    ring = SendRing(8000, clock)
    taken = await frames(ring, clock, 5)
    assert [frame for frame, _ in taken] == [FRAME] * 5
    assert [index for _, index in taken] == [0, 1, 2, 3, 4]
    assert ring.queued() == 0


async def test_a_stall_is_a_gap_in_time_and_never_a_delay(clock: Moved) -> None:
    ring = SendRing(8000, clock)
    first = (await frames(ring, clock, 3))[-1][1]
    clock.now += 1.0
    assert (await frames(ring, clock, 1))[0][1] == pytest.approx(first + 51, abs=1)


async def test_time_stamps_rise_by_one_where_frames_come_in_a_burst(clock: Moved) -> None:
    ring = SendRing(8000, clock)
    indexes = [index for _, index in await frames(ring, clock, 6, step=0.0)]
    assert indexes == [0, 1, 2, 3, 4, 5]


async def test_without_a_hub_silence_goes_on_so_that_the_browser_stays_in_step() -> None:
    ring = SendRing(8000)
    frame, index = await asyncio.wait_for(ring.next_frame(), 1)
    assert frame == bytes(320)
    assert index <= 6


async def test_a_waiting_track_gets_the_frame_when_it_is_written(clock: Moved) -> None:
    ring = SendRing(8000, clock)
    waiting = asyncio.ensure_future(ring.next_frame())
    await asyncio.sleep(0)
    ring.write(FRAME[:100])
    await asyncio.sleep(0)
    assert not waiting.done(), "half a frame is none"
    ring.write(FRAME[100:])
    assert (await waiting)[0] == FRAME


def fill(ring: SendRing) -> None:
    for number in range(20):
        ring.write(constant(number, 1))


@pytest.mark.parametrize("forget", [SendRing.flush, lambda ring: ring.set_rate(8000)])
async def test_what_nobody_took_is_bounded_newest_kept_and_can_be_forgotten(
    clock: Moved, forget: Callable[[SendRing], None]
) -> None:
    ring = SendRing(8000, clock)
    fill(ring)
    assert ring.queued() == CAPACITY_MS * 16
    assert ring.dropped_ms == 20 * 20 - CAPACITY_MS
    assert (await ring.next_frame())[0] == constant(20 - CAPACITY_MS // 20, 1)
    forget(ring)
    assert ring.queued() == 0
