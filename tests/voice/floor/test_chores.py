"""Work beside a talk."""

from __future__ import annotations

import asyncio

import pytest

from voice.floor.chores import Chores


async def test_a_fault_is_logged_and_the_others_go_on_until_they_are_stopped(caplog: pytest.LogCaptureFixture) -> None:
    chores, waits = Chores(), asyncio.Event()

    async def fails() -> None:
        raise RuntimeError("broken")

    async def goes_on() -> None:
        await waits.wait()

    staying = chores.start(goes_on())
    failing = chores.start(fails())
    await asyncio.wait({failing})
    await asyncio.sleep(0)
    assert "a part of a talk failed" in caplog.text and not staying.done()
    chores.stop()
    with pytest.raises(asyncio.CancelledError):
        await staying
